"""Who may be heard: every rule against every state, and nobody else in any random meeting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis.stateful import invariant

from realtime.audio.floor import audible, hearing
from realtime.domain.meeting import (
    Floor,
    Held,
    Meeting,
    MemberId,
    Phase,
    Presence,
    Role,
    Seat,
)
from tests.realtime.audio.cases import FILE, HERE, ME, OTHER, THERE, Case, every_case, removed
from tests.realtime.audio.cases import written as cases_written
from tests.realtime.domain.machine import AnyMeeting, at_length

CASES = list(every_case())


def mine(case: Case) -> Seat:
    return case.meeting.seats[0]


def those(**wanted: object) -> Iterator[Case]:
    """The cases of a meeting under way, with somebody who is here and may speak at all."""
    for case in CASES:
        seat, meeting = mine(case), case.meeting
        facts = {"role": seat.role, "floor": meeting.floor, "hushed": meeting.paused}
        facts |= {"interjects": bool(meeting.interjecting), "tab": seat.tab}
        facts |= {"holds": isinstance(meeting.stick, Held) and meeting.stick.by == ME}
        able = seat.presence is Presence.HERE and not meeting.quietened
        if able and meeting.phase is not Phase.ENDED and facts.items() >= wanted.items():
            yield case


def tabs_of(cases: Iterator[Case]) -> set[str | None]:
    found = {audible(case.meeting).get(ME) for case in cases}
    assert found, "no case is like that"
    return found


def test_nobody_is_heard_who_is_quietened_elsewhere_listening_or_in_a_meeting_that_ended() -> None:
    silent = [
        case
        for case in CASES
        if case.meeting.quietened
        or mine(case).presence is not Presence.HERE
        or mine(case).role is Role.OBSERVER
        or case.meeting.phase is Phase.ENDED
    ]
    assert silent
    assert [case.name for case in silent if ME in audible(case.meeting)] == []


def test_nobody_is_heard_or_hears_who_was_removed() -> None:
    assert all(ME not in audible(removed(case.meeting)) for case in CASES)
    assert all(ME not in hearing(removed(case.meeting)) for case in CASES)


def test_while_the_meeting_pauses_only_a_facilitator_who_steps_in_is_heard() -> None:
    assert tabs_of(those(hushed=True, interjects=False)) == {None}
    assert tabs_of(those(hushed=True, role=Role.MEMBER)) == {None}
    assert tabs_of(those(hushed=True, role=Role.FACILITATOR, interjects=True)) == {""}


def test_with_the_stick_the_holder_is_heard_from_their_tab_alone() -> None:
    for tab in ("", HERE, THERE):
        holding = those(hushed=False, floor=Floor.STICK, holds=True, role=Role.MEMBER, tab=tab)
        assert tabs_of(holding) == {tab}


def test_with_the_stick_nobody_is_heard_who_does_not_hold_it_or_step_in() -> None:
    rest = {"hushed": False, "floor": Floor.STICK, "holds": False}
    assert tabs_of(those(**rest, role=Role.MEMBER)) == {None}
    assert tabs_of(those(**rest, role=Role.FACILITATOR, interjects=False)) == {None}
    assert tabs_of(those(**rest, role=Role.FACILITATOR, interjects=True)) == {""}


def test_on_a_quiet_floor_facilitators_are_heard_and_no_member_even_with_the_stick() -> None:
    assert tabs_of(those(hushed=False, floor=Floor.QUIET, role=Role.MEMBER)) == {None}
    assert tabs_of(those(hushed=False, floor=Floor.QUIET, role=Role.FACILITATOR)) == {""}


def test_on_the_open_floor_every_member_and_facilitator_is_heard() -> None:
    for role in (Role.MEMBER, Role.FACILITATOR):
        assert tabs_of(those(hushed=False, floor=Floor.OPEN, role=role)) == {""}


@pytest.mark.parametrize("presence", Presence)
@pytest.mark.parametrize("role", Role)
def test_whoever_is_here_hears_and_nobody_else(role: Role, presence: Presence) -> None:
    for case in CASES:
        if (mine(case).role, mine(case).presence) == (role, presence):
            ended = case.meeting.phase is Phase.ENDED
            hears = presence is Presence.HERE and not ended
            assert (ME in hearing(case.meeting)) is hears, case.name
            assert (OTHER in hearing(case.meeting)) is not ended


def test_the_cases_for_the_browser_are_those_of_today() -> None:
    assert FILE.read_text("utf-8") == cases_written(), "python -m tests.realtime.audio.cases"


class AnyFloor(AnyMeeting):
    """Random meetings of the domain's own machine, looked at by who is heard in them."""

    @invariant()
    def nobody_is_heard_who_must_not_be(self) -> None:
        meeting = self.m
        heard = audible(meeting)
        for member_id, tab in heard.items():
            check_one(meeting, member_id, tab)
        assert set(heard) <= hearing(meeting)
        holder = meeting.holder()
        others = {m for m in heard if m != holder and not facilitates(meeting, m)}
        assert not others or meeting.floor is Floor.OPEN, "a member is heard beside the stick"
        assert len(others) == 0 or not meeting.paused


def facilitates(meeting: Meeting, member_id: MemberId) -> bool:
    seat = meeting.seat(member_id)
    return seat is not None and seat.role is Role.FACILITATOR


def check_one(meeting: Meeting, member_id: MemberId, tab: str) -> None:
    seat = meeting.seat(member_id)
    assert seat is not None
    assert seat.presence is Presence.HERE
    assert seat.role is not Role.OBSERVER
    assert member_id not in (*meeting.removed, *meeting.quietened)
    assert meeting.phase is not Phase.ENDED
    stepped_in = seat.role is Role.FACILITATOR and member_id in meeting.interjecting
    assert stepped_in or not meeting.paused
    if meeting.floor is Floor.STICK and not stepped_in:
        assert meeting.holder() == member_id
        assert tab == seat.tab


TestAnyFloor = AnyFloor.TestCase
TestAnyFloor.settings = at_length(60, 70)


def test_a_rule_that_lets_the_last_holder_go_on_would_be_caught() -> None:
    """The judge of the random meetings can fail."""
    case = next(those(hushed=False, floor=Floor.STICK, holds=False, role=Role.MEMBER))
    with pytest.raises(AssertionError):
        check_one(case.meeting, ME, "")
    with pytest.raises(AssertionError):
        check_one(replace(case.meeting, removed=(ME,)), ME, "")
