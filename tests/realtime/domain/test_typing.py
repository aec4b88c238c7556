"""A member who types what is spoken: writes whatever the floor, and has nothing else by it."""

from __future__ import annotations

import pytest

from realtime import present
from realtime.domain import chat
from realtime.domain.commands import (
    Close,
    NameTypist,
    Pause,
    SetFloor,
    StepOut,
    TakeBack,
)
from realtime.domain.meeting import Floor, Held, MemberId, NoticeKind
from realtime.domain.refusal import Reason, Refused
from tests.realtime.domain.asking import LOSSES, lose_the_floor, notices, refused
from tests.realtime.domain.circle import BUDI, RINA, SARI, SITI, Circle, trio


def typed() -> Circle:
    """Somebody else holds the stick; Rina types."""
    circle = trio()
    circle.start()
    circle.offer(SITI)
    circle.accept()
    circle.do(SARI, NameTypist(RINA))
    return circle


def may_say(circle: Circle, who: MemberId) -> Reason | None:
    try:
        chat.may_say(circle.look(), who)
    except Refused as refusal:
        return refusal.reason
    return None


def test_a_typist_writes_while_another_speaks_and_everybody_is_told_who_it_is() -> None:
    circle = typed()
    assert may_say(circle, RINA) is None
    assert may_say(circle, BUDI) is Reason.FLOOR_HELD
    assert notices(circle)[-1] == (NoticeKind.TYPES, RINA, SARI)
    assert present.meeting_view(circle.look(), 0).typist == RINA


def test_a_typist_writes_in_a_quiet_opening_and_in_no_pause() -> None:
    circle = typed()
    circle.do(SARI, SetFloor(Floor.QUIET))
    assert may_say(circle, RINA) is None
    circle.do(SARI, Pause())
    assert may_say(circle, RINA) is Reason.PAUSED


def test_a_typist_does_nothing_of_a_facilitators() -> None:
    circle = typed()
    held = circle.look().stick
    assert isinstance(held, Held)
    for command in (NameTypist(SITI), TakeBack(held.turn_id), SetFloor(Floor.OPEN)):
        assert refused(circle, RINA, command) is Reason.NOT_ALLOWED


def test_a_typist_who_steps_out_hears_nothing_and_types_nothing_until_they_are_back() -> None:
    circle = typed()
    circle.do(RINA, StepOut())
    assert may_say(circle, RINA) is Reason.STEPPED_OUT
    assert circle.look().typist == RINA


@pytest.mark.parametrize("what", LOSSES)
def test_whoever_is_no_longer_a_member_with_the_floor_types_no_more(what: str) -> None:
    circle = typed()
    lose_the_floor(circle, RINA, what)
    assert circle.look().typist is None


def test_only_a_member_is_asked_to_type() -> None:
    circle = typed()
    assert refused(circle, SARI, NameTypist(SARI)) is Reason.NOT_ALLOWED
    assert refused(circle, SARI, NameTypist(MemberId("nobody"))) is Reason.NO_SUCH_SEAT


def test_a_facilitator_ends_it_and_that_is_told() -> None:
    circle = typed()
    circle.do(SARI, NameTypist(None))
    assert notices(circle)[-1] == (NoticeKind.TYPES_NO_MORE, RINA, SARI)
    assert may_say(circle, RINA) is Reason.FLOOR_HELD
    before = circle.look()
    assert circle.do(SARI, NameTypist(None)) is before


def test_a_meeting_that_closed_has_no_typist() -> None:
    circle = typed()
    circle.do(SARI, Close())
    assert circle.look().typist is None
