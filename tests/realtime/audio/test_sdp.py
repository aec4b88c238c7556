"""The offer, and which answers are taken."""

from __future__ import annotations

import time

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.audio.sdp import LARGEST, BadAnswer, read_answer, write_offer
from tests.realtime.audio.listener import Offer, write_answer

DIGEST = ":".join(["AB"] * 32)
ANSWER = write_answer(DIGEST)


def offer(*, listen_only: bool = False) -> str:
    addresses = [("192.0.2.7", 8443), ("2001:db8::7", 8443)]
    return write_offer("uf", "pw" * 12, DIGEST, addresses, [11, 12, 13], listen_only=listen_only)


def test_the_offer_has_one_way_up_and_three_slots() -> None:
    read = SessionDescription.parse(offer())
    assert [media.direction for media in read.media] == [
        "recvonly", "sendonly", "sendonly", "sendonly"
    ]  # fmt: skip
    assert [media.ssrc[0].ssrc for media in read.media[1:]] == [11, 12, 13]
    assert read.group[0].items == ["0", "1", "2", "3"]
    assert all(media.rtcp_mux for media in read.media)
    assert "a=ice-lite\r\n" in offer()
    assert all(codec.mimeType == "audio/opus" for m in read.media for codec in m.rtp.codecs)


def test_the_offer_names_the_announced_addresses_alone() -> None:
    assert Offer.read(offer()).addresses == (("192.0.2.7", 8443), ("2001:db8::7", 8443))


def test_whoever_only_listens_is_asked_for_no_voice() -> None:
    assert SessionDescription.parse(offer(listen_only=True)).media[0].direction == "inactive"


def test_an_answer_gives_the_fingerprint_and_no_address() -> None:
    candidate = "a=candidate:1 1 udp 1 192.0.2.99 9 typ host\r\n"
    answer = read_answer(ANSWER + candidate)
    assert answer.fingerprints == (("sha-256", DIGEST),)
    assert "192.0.2.99" not in repr(answer)


def test_an_answer_of_somebody_who_only_listens_is_taken() -> None:
    assert read_answer(write_answer(DIGEST.lower(), listen_only=True)).fingerprints[0][1] == DIGEST


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("empty", ""),
        ("too large", ANSWER + "a=x:" + "y" * LARGEST),
        ("large in bytes alone", ANSWER + "a=x:" + "é" * (LARGEST // 2)),
        ("too many lines", ANSWER + "a=x\r\n" * 700),
        ("too many candidates", ANSWER + "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n" * 21),
        ("one slot too few", write_answer(DIGEST, slots=2)),
        ("one slot too many", write_answer(DIGEST, slots=4)),
        ("video", ANSWER.replace("m=audio 9", "m=video 9", 1)),
        ("data", ANSWER + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"),
        ("unsealed", ANSWER.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP")),
        ("another codec", ANSWER.replace("SAVPF 111", "SAVPF 0")),
        ("no digest", ANSWER.replace("a=fingerprint", "a=x")),
        ("a short digest", write_answer("AB:CD")),
        ("a digest of something else", write_answer(DIGEST[:-1] + "G")),
        ("an old digest", ANSWER.replace("sha-256", "sha-1")),
        ("we should begin", ANSWER.replace("setup:active", "setup:passive")),
        ("nobody decides who begins", ANSWER.replace("setup:active", "setup:actpass")),
        ("a second port", ANSWER.replace("a=rtcp-mux\r\n", "")),
        ("a listener who sends", ANSWER.replace("a=recvonly", "a=sendrecv")),
        ("names swapped", ANSWER.replace("a=mid:1", "a=mid:9")),
        ("two directions", ANSWER.replace("a=sendonly", "a=sendonly\r\na=inactive")),
    ],
)
def test_surprises_are_refused_at_once(name: str, answer: str) -> None:
    began = time.process_time()
    with pytest.raises(BadAnswer):
        read_answer(answer)
    assert time.process_time() - began < 0.05, name


def test_a_refusal_tells_nothing_of_what_was_refused() -> None:
    with pytest.raises(BadAnswer) as refusal:
        read_answer("v=0\r\na=candidate:1 1 udp 1 192.0.2.99 9 typ host\r\n")
    assert str(refusal.value) == ""


@settings(max_examples=100)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(ANSWER.splitlines()),
            st.text(max_size=60),
            st.sampled_from(["a=candidate:", "m=audio", "m=", "a=fingerprint:", "a=mid:", "v=0"]),
        ),
        max_size=40,
    )
)
def test_whatever_is_sent_is_an_answer_or_is_refused(lines: list[str]) -> None:
    try:
        answer = read_answer("\r\n".join(["v=0", *lines]))
    except BadAnswer:
        return
    assert answer.fingerprints


@given(st.integers(0, len(ANSWER) - 30), st.integers(1, 30))
def test_an_answer_with_a_piece_missing_never_breaks_us(start: int, length: int) -> None:
    try:
        read_answer(ANSWER[:start] + ANSWER[start + length :])
    except BadAnswer:
        return
