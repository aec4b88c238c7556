"""Every event has its row, its handler, its limit and its shape; what has none is refused."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from realtime import limits
from realtime.domain.meeting import (
    CircleId,
    Frame,
    Meeting,
    MemberId,
    Phase,
    Presence,
    Role,
    Seat,
    Waiting,
)
from realtime.domain.refusal import Reason, Refused
from realtime.payloads import CLIENT_EVENTS
from realtime.table import MAY, Place, check, place_of
from tests.realtime.conftest import House

ME = MemberId("me")
EMPTY = Meeting(CircleId("c"), Frame("Kamis"))


def seated(role: Role, presence: Presence = Presence.HERE) -> Meeting:
    return replace(EMPTY, seats=(Seat(ME, "Aku", role, presence),))


MEETINGS = {
    Place.STRANGER: EMPTY,
    Place.WAITING: replace(EMPTY, waiting=(Waiting(ME, "Aku", False, 0.0),)),
    Place.OBSERVER: seated(Role.OBSERVER),
    Place.MEMBER: seated(Role.MEMBER),
    Place.FACILITATOR: seated(Role.FACILITATOR),
}
# Written out a second time on purpose: a slip in the table must not agree with itself.
SOUND = {"sound_join", "sound_answer", "sound_leave"}
ALLOWED = {
    Place.STRANGER: set(),
    Place.WAITING: {"sync", "observe"},
    Place.OBSERVER: {"command", "retract", "nod", "sync", "whisper"} | SOUND,
    Place.MEMBER: {"command", "say", "phrase", "retract", "nod", "sync", "whisper"} | SOUND,
    Place.FACILITATOR: {"command", "say", "phrase", "retract", "nod", "sync", "whisper"} | SOUND,
}


def test_every_event_has_a_row_a_limit_and_a_handler(house: House) -> None:
    registered = house.live.events.handlers
    assert set(MAY) == set(CLIENT_EVENTS) == set(limits.EVENTS) == set(registered)


def test_nothing_but_connecting_and_the_one_dispatcher_listens(house: House) -> None:
    assert set(house.live.sio.handlers["/"]) == {"connect", "disconnect", "*"}


@pytest.mark.parametrize(("event", "place"), [*itertools.product(CLIENT_EVENTS, Place)])
def test_the_table_lets_pass_what_is_listed_and_refuses_the_rest(event: str, place: Place) -> None:
    meeting = MEETINGS[place]
    assert place_of(meeting, ME) is place
    if event in ALLOWED[place]:
        check(event, meeting, ME)
        return
    with pytest.raises(Refused):
        check(event, meeting, ME)


@pytest.mark.parametrize("place", Place)
def test_an_event_without_a_row_is_refused_to_everybody(place: Place) -> None:
    with pytest.raises(Refused):
        check("shout", MEETINGS[place], ME)


@pytest.mark.parametrize("event", CLIENT_EVENTS)
def test_nobody_may_do_anything_after_the_end_or_after_being_removed(event: str) -> None:
    ended = replace(seated(Role.FACILITATOR), phase=Phase.ENDED)
    removed = replace(seated(Role.MEMBER), removed=(ME,))
    gone = seated(Role.MEMBER, Presence.LEFT)
    reasons = {ended: Reason.ENDED, removed: Reason.REMOVED, gone: Reason.NOT_SEATED}
    for meeting, reason in reasons.items():
        with pytest.raises(Refused) as refusal:
            check(event, meeting, ME)
        assert refusal.value.reason is reason


def test_without_a_meeting_everybody_is_a_stranger() -> None:
    assert place_of(None, ME) is Place.STRANGER
