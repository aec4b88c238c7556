"""What a hearer gets when a load overtakes the bus, when it falls behind, and when it stops."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from realtime.domain.meeting import CircleId, Frame, Meeting
from realtime.ports import Heard, OutOfReach, StateHeard, Trouble, WordsHeard
from realtime.store.hearing import MOST_UNHEARD, Ear, Troubles

CIRCLE = CircleId("c")
MEETING = Meeting(CIRCLE, Frame("Pagi"), opened=5.0)


def state(version: int, epoch: int = 1, opened: float = 5.0) -> StateHeard:
    return StateHeard(replace(MEETING, version=version, epoch=epoch, opened=opened))


async def heard_of(ear: Ear) -> None:
    """Return once the ear has worked through what it was given."""
    while not ear._queue.empty():  # noqa: ASYNC110 -- a queue tells no one that it is empty
        await asyncio.sleep(0)
    ear.stop()
    await ear.stopped()


def noting() -> tuple[list[Heard], Ear]:
    heard: list[Heard] = []

    async def hear(item: Heard) -> None:
        heard.append(item)

    async def load() -> Meeting | None:
        return state(5).meeting

    return heard, Ear(hear, load)


async def test_what_a_load_overtook_is_not_heard_after_it() -> None:
    heard, ear = noting()
    ear.pass_on(state(3))
    ear.afresh()
    for version in (4, 5, 6, 7):
        ear.pass_on(state(version))
    await heard_of(ear)
    assert heard == [state(3), state(5), state(6), state(7)]


async def test_after_a_load_another_epoch_or_meeting_is_heard_however_low_its_version() -> None:
    for other in (state(1, epoch=2), state(1, opened=9.0)):
        heard, ear = noting()
        ear.afresh()
        ear.pass_on(other)
        await heard_of(ear)
        assert heard == [state(5), other]


async def test_whoever_falls_far_behind_has_the_present_state_instead() -> None:
    heard, ear = noting()
    for seq in range(MOST_UNHEARD + 1):
        ear.pass_on(WordsHeard(seq, "said", b""))
    assert ear._queue.qsize() == 3
    await heard_of(ear)
    # What was being heard is heard to its end.
    first, last = WordsHeard(0, "said", b""), WordsHeard(MOST_UNHEARD, "said", b"")
    assert heard == [first, state(5), last]


async def test_whoever_is_through_at_once_hears_where_it_arrives() -> None:
    heard: list[Heard] = []

    async def load() -> Meeting | None:
        return state(5).meeting

    ear = Ear(heard.append, load)
    for seq in range(MOST_UNHEARD + 1):
        ear.pass_on(WordsHeard(seq, "said", b""))
    assert len(heard) == MOST_UNHEARD + 1
    ear.afresh()
    ear.pass_on(state(6))
    assert len(heard) == MOST_UNHEARD + 1, "it overtook what it has to come after"
    await heard_of(ear)
    assert heard[-2:] == [state(5), state(6)]


async def test_a_hearer_that_fails_hears_what_comes_after() -> None:
    heard: list[Heard] = []

    def hear(item: Heard) -> None:
        if item == state(1):
            raise ValueError
        heard.append(item)

    async def load() -> Meeting | None:
        return None

    ear = Ear(hear, load)
    ear.pass_on(state(1))
    ear.pass_on(state(2))
    assert heard == [state(2)]
    ear.stop()


async def test_a_stopped_ear_drops_what_it_has_not_heard() -> None:
    heard, ear = noting()
    ear.pass_on(state(1))
    ear.pass_on(state(2))
    ear.stop()
    await ear.stopped()
    # What was being heard is heard to its end.
    assert heard == [state(1)]


async def test_a_load_that_fails_is_tried_again_while_nothing_else_comes() -> None:
    answers: list[OutOfReach | Meeting] = [OutOfReach(), state(5).meeting]
    done = asyncio.Event()

    async def load() -> Meeting | None:
        answer = answers.pop(0)
        if isinstance(answer, OutOfReach):
            raise answer
        return answer

    async def hear(item: Heard) -> None:
        assert item == state(5)
        done.set()

    ear = Ear(hear, load)
    ear.afresh()
    async with asyncio.timeout(2):
        await done.wait()
    ear.stop()


async def test_each_trouble_is_told_once_and_whoever_asks_late_is_told_of_the_present_one() -> None:
    troubles, other = Troubles(), CircleId("other")
    early = troubles.heard()
    troubles.tell(True, [CIRCLE])
    troubles.tell(True, [CIRCLE, other])
    late = troubles.heard()
    troubles.tell(False, [CIRCLE])
    troubles.tell(False, [CIRCLE])
    both = frozenset({CIRCLE, other})
    assert [await anext(early), await anext(early), await anext(early)] == [
        Trouble(True, frozenset({CIRCLE})),
        Trouble(True, frozenset({other})),
        Trouble(False, frozenset({CIRCLE})),
    ]
    assert [await anext(late), await anext(late)] == [
        Trouble(True, both),
        Trouble(False, frozenset({CIRCLE})),
    ]
