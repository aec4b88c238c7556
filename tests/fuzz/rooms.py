"""Frames and events into the real room. Every good line is answered, and no answer is a fault."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from tests.fuzz.payloads import events, framed, frames
from tests.fuzz.place import Place
from tests.fuzz.texts import json_values, nasty
from tests.realtime.audio.listener import write_answer

ANSWERED_WITHIN = 10.0
LAST = 999

hello = st.one_of(
    st.fixed_dictionaries(
        {"protocol": st.just(1), "circle": nasty, "tab": nasty, "observer": st.booleans()}
    ),
    json_values,
)
who = st.integers(0, 11)
cookies = st.one_of(st.just(None), st.just(None), nasty)


def sent_as(place: Place, at: int) -> tuple[str, str]:
    """A cookie, and the circle it belongs to."""
    circle = place.circles[at % len(place.circles)]
    values = [circle.facilitator, *circle.members.values()]
    return f"{circle.cookie_name}={values[at % len(values)]}", circle.slug


async def come_in(place: Place, socket: Any, slug: str, more: object = None) -> bool:
    """Say hello; False where the door stays shut."""
    await asyncio.wait_for(socket.recv(), ANSWERED_WITHIN)
    me = {"protocol": 1, "circle": slug, "tab": f"t{place.dice.random()}", "observer": False}
    await socket.send("40" + json.dumps(me if more is None else more))
    while True:
        frame = await asyncio.wait_for(socket.recv(), ANSWERED_WITHIN)
        if frame.startswith("40"):
            return True
        if frame.startswith("44"):
            assert "fault" not in frame, f"the door answers with a fault to {more!r}"
            return False


async def answered(socket: Any, number: int) -> str | None:
    """The answer to that event; None where the line was closed instead."""
    try:
        while True:
            frame = await asyncio.wait_for(socket.recv(), ANSWERED_WITHIN)
            if frame == "2":
                await socket.send("3")
            elif frame.startswith("43"):
                assert '"fault"' not in frame, f"answered with a fault: {frame}"
                if frame.startswith(f"43{number}["):
                    return str(frame)
    except ConnectionClosed:
        return None


def events_by_schema(place: Place) -> Any:
    async def send(at: int, several: list[tuple[str, Any]]) -> None:
        cookie, slug = sent_as(place, at)
        async with place.line(cookie) as socket:
            if not await come_in(place, socket, slug):
                return
            for number, (event, payload) in enumerate(several):
                frame = framed(event, payload, number)
                await socket.send(frame)
                place.did["events"] += 1
                if await answered(socket, number) is None:
                    # Too large, or they are out by their own wish: then nothing more comes.
                    return

    def test(at: int, several: list[tuple[str, Any]]) -> None:
        place.run(send(at, several))

    return (who, st.lists(events, min_size=1, max_size=9)), test


def raw_frames(place: Place) -> Any:
    async def send(at: int, first: bool, several: list[str | bytes]) -> None:
        cookie, slug = sent_as(place, at)
        try:
            async with place.line(cookie) as socket:
                if first and not await come_in(place, socket, slug):
                    return
                for frame in several:
                    place.did["frames"] += 1
                    await socket.send(frame)
                if first:
                    await socket.send(f'42{LAST}["sync",{{}}]')
                    await answered(socket, LAST)
        except ConnectionClosed:
            pass

    def test(at: int, first: bool, several: list[str | bytes]) -> None:
        place.run(send(at, first, several))

    return (who, st.booleans(), st.lists(frames, min_size=1, max_size=5)), test


def greetings(place: Place) -> Any:
    async def send(at: int, cookie: str | None, said: Any) -> None:
        own, _ = sent_as(place, at)
        shown = own if cookie is None else "".join(c for c in cookie if " " < c < "\x7f")[:7000]
        place.did["greetings"] += 1
        try:
            async with place.line(shown) as socket:
                await come_in(place, socket, "", said)
        except ConnectionClosed:
            pass

    def test(at: int, cookie: str | None, said: Any) -> None:
        place.run(send(at, cookie, said))

    return (who, cookies, hello.filter(lambda one: one is not None)), test


@st.composite
def answers(draw: st.DrawFn) -> str:
    """An answer as a browser writes it, with lines lost, doubled, moved or made up."""
    lines = write_answer(":".join(["AB"] * 32), slots=draw(st.integers(1, 5))).split("\r\n")
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(lines)))
        odd = st.sampled_from(
            [
                *("a=candidate:1 1 udp 1 ::1 9 typ host", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a="),
                *("a=mid:0", "m=video 0 RTP/AVP 0", "v=0", "a=ssrc:1 cname:x", "a=extmap:1 u"),
            ]
        )
        more = draw(st.lists(st.one_of(odd, nasty), max_size=3)) * draw(st.sampled_from([1, 1, 30]))
        lines[at : at + draw(st.integers(0, 2))] = more
    return draw(st.sampled_from(["\r\n", "\n", "\r"])).join(lines)[:14_000]


def sound_answers(place: Place) -> Any:
    async def send(at: int, sdp: str) -> None:
        cookie, slug = sent_as(place, at)
        async with place.line(cookie) as socket:
            if not await come_in(place, socket, slug):
                return
            await socket.send('421["sound_join",{"listen_only":false}]')
            said = await answered(socket, 1)
            if said is None:
                return
            given = json.loads(said[3:])[0]
            ticket = given.get("ticket", "no-ticket-given")
            place.did["sound answers" if given["ok"] else f"sound {given['reason']}"] += 1
            await socket.send(framed("sound_answer", {"ticket": ticket, "sdp": sdp}, 2))
            await answered(socket, 2)

    def test(at: int, sdp: str) -> None:
        place.run(send(at, sdp))

    return (who, answers()), test
