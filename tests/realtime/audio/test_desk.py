"""What a person may ask of sound, who is refused, and what goes past everybody else."""

from __future__ import annotations

import asyncio
import re

import pytest

from realtime.audio.ask import Post, Unanswered
from realtime.client import RoomClient
from realtime.domain import commands as c
from realtime.domain.meeting import Frame
from realtime.domain.refusal import Reason
from realtime.payloads import SDP_MAX
from realtime.store.link import Link
from server.embedded import EmbeddedValkey
from tests.realtime.audio.conftest import TURN, Sounds, sounds_over
from tests.realtime.audio.listener import Listener
from tests.realtime.conftest import House

JOIN = {"listen_only": False}


async def joined_ticket(person: RoomClient) -> tuple[str, str]:
    """A ticket, and an answer to the offer that came with it."""
    joined = await person.emit("sound_join", JOIN)
    assert joined.ok, joined.reason
    assert joined.ticket is not None
    assert joined.offer is not None
    line = Listener(joined.offer)
    line.leave_silently()
    return joined.ticket, line.answer


async def test_a_circle_that_meets_in_writing_has_no_sound(valkey: EmbeddedValkey) -> None:
    async with sounds_over(valkey.url, Frame("Kamis")) as sounds:
        await sounds.add_process()
        (dewi,) = await sounds.house.seat("Bu Dewi")
        assert dewi.meeting is not None
        assert dewi.meeting.sound is False
        assert (await dewi.emit("sound_join", JOIN)).reason is Reason.NO_SOUND


async def test_a_circle_with_sound_says_so_to_every_seat(silent_sounds: Sounds) -> None:
    dewi, rina = await silent_sounds.house.seat("Bu Dewi", "Rina")
    for person in (dewi, rina):
        assert person.meeting is not None
        assert person.meeting.sound is True


async def test_without_a_sound_process_sound_is_away_and_writing_goes_on(
    valkey: EmbeddedValkey,
) -> None:
    async with (
        # A Valkey of its own: processes of other tests would be asked otherwise.
        EmbeddedValkey() as own,
        sounds_over(own.url, Frame("Kamis", sound=True)) as sounds,
    ):
        (dewi,) = await sounds.house.seat("Bu Dewi")
        assert (await dewi.emit("sound_join", JOIN)).reason is Reason.SOUND_AWAY
        assert (await dewi.say("Halo")).ok


async def test_a_room_without_the_audio_part_refuses_sound_and_works(house: House) -> None:
    (dewi,) = await house.seat("Bu Dewi")
    assert (await dewi.emit("sound_join", JOIN)).reason is Reason.SOUND_AWAY
    assert (await dewi.say("Halo")).ok


async def test_a_sound_process_that_hangs_is_given_up_in_two_seconds(
    silent_sounds: Sounds,
) -> None:
    process = await silent_sounds.add_process()
    (dewi,) = await silent_sounds.house.seat("Bu Dewi")

    async def hangs(_letter: object) -> dict[str, object]:
        await asyncio.sleep(60)
        return {}

    process._post._answer = hangs
    async with asyncio.timeout(4):
        assert (await dewi.emit("sound_join", JOIN)).reason is Reason.SOUND_AWAY


async def test_only_whoever_is_inside_may_turn_sound_on(sounds: Sounds) -> None:
    _, rina = await sounds.house.seat("Bu Dewi", "Rina")
    outside = await sounds.house.come("Wati")
    assert (await outside.emit("sound_join", JOIN)).reason is Reason.NOT_SEATED
    assert (await rina.send(c.StepOut())).ok
    assert (await rina.emit("sound_join", JOIN)).reason is Reason.STEPPED_OUT
    assert (await rina.send(c.ComeBack())).ok
    assert (await rina.emit("sound_join", JOIN)).ok


async def test_an_observer_listens(sounds: Sounds) -> None:
    dewi = (await sounds.house.seat("Bu Dewi"))[0]
    awan = await sounds.house.come("Awan", observer=True)
    assert (await dewi.send(c.Admit(awan.me))).ok
    await awan.until(lambda p: p.you is not None)
    speaker, listener = await sounds.turn_on(dewi), await sounds.turn_on(awan, listen_only=True)
    speaker.start()
    await listener.until_hears(speaker)


async def test_the_answer_carries_a_password_of_one_time_and_no_name(sounds: Sounds) -> None:
    (dewi,) = await sounds.house.seat("Bu Dewi")
    answered = [await dewi.emit("sound_join", JOIN) for _ in range(2)]
    names = [server.username for one in answered for server in one.ice_servers]
    assert len(set(names)) == 2
    assert all(server.urls == TURN.urls for one in answered for server in one.ice_servers)
    assert not any(dewi.me in name or "Dewi" in name for name in names)


async def test_no_address_but_the_relays_is_in_what_anybody_receives(sounds: Sounds) -> None:
    people = await sounds.house.seat("Bu Dewi", "Rina")
    speakers = [await sounds.turn_on(person) for person in people]
    speakers[1].start()
    await speakers[0].until_hears(speakers[1])
    own = {str(speaker.line.socket.getsockname()[1]) for speaker in speakers}
    told = " ".join(frame for person in people for frame in person.frames)
    ports = set(re.findall(r"127\.0\.0\.1 (\d+)", told))
    assert ports
    assert not ports & own


@pytest.mark.parametrize("sdp", ["junk", "v=0\r\n" * 700, "x" * SDP_MAX])
async def test_an_answer_that_is_none_is_refused_and_ends_what_it_was_for(
    sounds: Sounds, sdp: str
) -> None:
    (dewi,) = await sounds.house.seat("Bu Dewi")
    ticket, good = await joined_ticket(dewi)
    bad = await dewi.emit("sound_answer", {"ticket": ticket, "sdp": sdp})
    assert bad.reason is Reason.MALFORMED
    again = await dewi.emit("sound_answer", {"ticket": ticket, "sdp": good})
    assert again.reason is Reason.MALFORMED


async def test_an_answer_above_its_size_goes_no_further(sounds: Sounds) -> None:
    (dewi,) = await sounds.house.seat("Bu Dewi")
    ticket, good = await joined_ticket(dewi)
    long = await dewi.emit("sound_answer", {"ticket": ticket, "sdp": "x" * (SDP_MAX + 1)})
    assert long.reason is Reason.MALFORMED
    assert (await dewi.emit("sound_answer", {"ticket": ticket, "sdp": good})).ok


async def test_nobody_answers_or_ends_the_sound_of_somebody_else(sounds: Sounds) -> None:
    dewi, rina = await sounds.house.seat("Bu Dewi", "Rina")
    speaker, listener = await sounds.turn_on(dewi), await sounds.turn_on(rina)
    ticket, answer = await joined_ticket(rina)
    stolen = await dewi.emit("sound_answer", {"ticket": ticket, "sdp": answer})
    assert stolen.reason is Reason.MALFORMED
    assert (await rina.emit("sound_leave", {"ticket": speaker.ticket})).ok, "it tells nothing"
    assert (await rina.emit("sound_answer", {"ticket": ticket, "sdp": answer})).ok
    assert not speaker.line.said_goodbye
    assert listener.ticket != ticket


async def test_turning_sound_off_ends_it(sounds: Sounds) -> None:
    (dewi,) = await sounds.house.seat("Bu Dewi")
    speaker = await sounds.turn_on(dewi)
    assert (await dewi.emit("sound_leave", {"ticket": speaker.ticket})).ok
    await speaker.line.until(lambda: speaker.line.said_goodbye)
    assert dewi.sound_gone == [], "their own wish is no news to them"


async def test_sound_is_turned_on_a_few_times_and_then_no_faster(sounds: Sounds) -> None:
    (dewi,) = await sounds.house.seat("Bu Dewi")
    answers = [await dewi.emit("sound_join", JOIN) for _ in range(7)]
    assert [a.ok for a in answers] == [True] * 6 + [False]
    assert answers[-1].reason is Reason.TOO_FAST


async def test_a_question_to_nobody_is_given_up_at_once(redis_url: str) -> None:
    link = Link(redis_url)
    post = Post(link, "asker-of-nobody")
    post.start()
    await post.opened()
    async with asyncio.timeout(1):
        with pytest.raises(Unanswered):
            await post.ask("nobody-at-all", {"what": "join"})
    await post.stop()
    await link.close()


async def test_an_answer_that_fails_tells_nothing_and_the_box_stays_open(
    redis_url: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(letter: dict[str, object]) -> dict[str, object]:
        if letter["what"] == "bad":
            raise ValueError("the words somebody said")
        return {"ok": True}

    link = Link(redis_url)
    asker, answerer = Post(link, "asker-of-some"), Post(link, "answerer", fails)
    for post in (asker, answerer):
        post.start()
        await post.opened()
    with pytest.raises(Unanswered):
        await asker.ask("answerer", {"what": "bad"}, 0.3)
    assert await asker.ask("answerer", {"what": "good"}) == {"ok": True}
    told = "".join(capsys.readouterr()) + caplog.text
    assert "ValueError" in told
    assert "words" not in told
    for post in (asker, answerer):
        await post.stop()
    await link.close()
