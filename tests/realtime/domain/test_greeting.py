"""Rules about the door: a member who greets, people who listen first, people taken out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from realtime import present
from realtime.domain.commands import (
    Admit,
    Arrived,
    Close,
    Leave,
    Lock,
    NameGreeter,
    PutOut,
    Quieten,
    Remove,
    StepOut,
    TurnAway,
)
from realtime.domain.meeting import MemberId, NoticeKind, Resting, Role
from realtime.domain.refusal import Reason
from realtime.domain.stick import decide
from tests.realtime.domain.asking import LOSSES, lose_the_floor, notices, refused, you
from tests.realtime.domain.circle import BUDI, RINA, SARI, SITI, TONO, Circle, trio


def greeted() -> Circle:
    """Rina greets; Tono is at the door."""
    circle = trio()
    circle.do(SARI, NameGreeter(RINA))
    circle.arrive(TONO)
    return circle


def put_out(circle: Circle, who: MemberId) -> None:
    circle.meeting = decide(circle.meeting, who, PutOut(), circle.now, circle.fresh())


def test_a_greeter_lets_people_in_and_everybody_is_told_who_it_is() -> None:
    circle = greeted()
    assert notices(circle)[-1] == (NoticeKind.GREETS, RINA, SARI)
    assert present.meeting_view(circle.look(), 0).greeter == RINA
    circle.do(RINA, Admit(TONO))
    assert notices(circle)[-1] == (NoticeKind.ADMITTED, TONO, RINA)


def test_a_greeter_can_turn_somebody_away_and_do_nothing_else_of_a_facilitators() -> None:
    circle = greeted()
    for command in (Lock(True), Remove(SITI, ban=False), NameGreeter(SITI), Quieten(SITI, True)):
        assert refused(circle, RINA, command) is Reason.NOT_ALLOWED
    circle.do(RINA, TurnAway(TONO))
    assert TONO in circle.look().turned_away


def test_nobody_but_the_greeter_and_facilitators_sees_who_waits() -> None:
    circle = greeted()
    assert [w.member_id for w in you(circle, RINA).waiting or ()] == [TONO]
    assert you(circle, SITI).waiting is None
    assert refused(circle, SITI, Admit(TONO)) is Reason.NOT_ALLOWED


def test_a_greeter_opens_no_locked_door() -> None:
    circle = greeted()
    circle.do(SARI, Lock(True))
    assert refused(circle, RINA, Admit(TONO)) is Reason.LOCKED


def test_who_is_on_a_break_greets_nobody_until_they_are_back() -> None:
    circle = greeted()
    circle.do(RINA, StepOut())
    assert you(circle, RINA).waiting is None
    assert refused(circle, RINA, Admit(TONO)) is Reason.STEPPED_OUT
    assert present.lobby_view(circle.look(), TONO).host == "Sari"


def test_the_door_names_whoever_opens_it() -> None:
    circle = greeted()
    assert present.lobby_view(circle.look(), TONO).host == "Rina"
    circle.lose(SARI)
    assert present.lobby_view(circle.look(), TONO).state == "no_host"
    assert present.lobby_view(circle.look(), TONO).host == ""


@pytest.mark.parametrize("what", LOSSES)
def test_whoever_is_no_longer_a_member_with_the_floor_greets_no_more(what: str) -> None:
    circle = greeted()
    lose_the_floor(circle, RINA, what)
    assert circle.look().greeter is None


def test_only_a_member_is_asked_to_greet() -> None:
    circle = trio()
    circle.arrive(TONO, observer=True)
    circle.do(SARI, Admit(TONO))
    assert refused(circle, SARI, NameGreeter(TONO)) is Reason.NOT_ALLOWED
    assert refused(circle, SARI, NameGreeter(SARI)) is Reason.NOT_ALLOWED
    assert refused(circle, SARI, NameGreeter(MemberId("nobody"))) is Reason.NO_SUCH_SEAT
    circle.do(SARI, Quieten(BUDI, on=True))
    assert refused(circle, SARI, NameGreeter(BUDI)) is Reason.NOT_ALLOWED


def test_a_facilitator_ends_it_too_and_that_is_told() -> None:
    circle = greeted()
    circle.do(SARI, NameGreeter(None))
    assert notices(circle)[-1] == (NoticeKind.GREETS_NO_MORE, RINA, SARI)
    assert refused(circle, RINA, Admit(TONO)) is Reason.NOT_ALLOWED
    before = circle.look()
    assert circle.do(SARI, NameGreeter(None)) is before


def test_a_meeting_that_closed_has_no_greeter() -> None:
    circle = greeted()
    circle.do(SARI, Close())
    assert circle.look().greeter is None


def test_whoever_listens_first_sits_as_an_observer_whatever_they_chose() -> None:
    circle = trio()
    first = Arrived("Tono", False, observer=False, first_visit=True, listens_first=True)
    circle.meeting = decide(circle.meeting, TONO, first, circle.now, circle.fresh())
    assert present.lobby_view(circle.look(), TONO).listens_first
    assert present.facilitator_view(circle.look(), 0).waiting[0].observer
    circle.do(SARI, Admit(TONO))
    assert circle.seat(TONO).role is Role.OBSERVER


def test_nobody_accompanies_themselves_or_somebody_who_left() -> None:
    circle = trio()
    for companion, seen in ((TONO, None), (RINA, RINA)):
        arrived = replace(Arrived("Tono", False, False, True), companion=companion)
        circle.meeting = decide(circle.meeting, TONO, arrived, circle.now, circle.fresh())
        circle.do(SARI, Admit(TONO))
        assert you(circle, TONO).companion == seen
    assert you(circle, RINA).newcomers == (TONO,)
    circle.do(RINA, Leave())
    assert you(circle, TONO).companion is None
    assert present.facilitator_view(circle.look(), 0).pairs == ()


def test_whoever_is_taken_out_leaves_seat_turn_and_door_and_does_not_return() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    holder = circle.person
    put_out(circle, holder)
    assert isinstance(circle.look().stick, Resting)
    assert notices(circle)[-1] == (NoticeKind.REMOVED, holder, None)
    assert holder in circle.look().removed
    circle.arrive(TONO)
    told = len(notices(circle))
    put_out(circle, TONO)
    assert circle.look().waiting == ()
    # Nobody knew that they were there.
    assert len(notices(circle)) == told


def test_taking_out_somebody_who_is_not_there_changes_nothing() -> None:
    circle = trio()
    before = circle.look()
    put_out(circle, TONO)
    assert circle.look() is before
    circle.do(SARI, Close())
    over = circle.look()
    put_out(circle, RINA)
    assert circle.look() is over
