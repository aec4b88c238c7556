"""Handing the circle over, taking it on, and who is asked when nobody facilitates."""

from __future__ import annotations

import pytest

from realtime.domain.audience import facilitators
from realtime.domain.commands import (
    BecomeMember,
    BecomeObserver,
    ComeBack,
    Command,
    HandOver,
    Leave,
    Lock,
    NameSuccessor,
    Offer,
    Pause,
    Remove,
    Resume,
    StepOut,
    TakeOn,
)
from realtime.domain.meeting import Handing, Role
from realtime.domain.refusal import Reason
from realtime.domain.stick import next_deadline
from tests.realtime.domain.asking import refused, told, you
from tests.realtime.domain.circle import ADI, RINA, SARI, SITI, TONO, framed, trio

# --- Handing over ---


def test_facilitating_together_makes_two_and_giving_away_makes_one() -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=True))
    circle.do(RINA, TakeOn(yes=True))
    assert facilitators(circle.look()) == {SARI, RINA}
    circle.do(RINA, HandOver(SITI, stay=False))
    assert facilitators(circle.look()) == {SARI, RINA}
    circle.do(SITI, TakeOn(yes=True))
    assert facilitators(circle.look()) == {SARI, SITI}
    assert circle.seat(RINA).role is Role.MEMBER


def test_a_hand_over_that_was_taken_back_or_turned_down_counts_for_nothing() -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=False))
    circle.do(SARI, HandOver(None, stay=False))
    assert refused(circle, RINA, TakeOn(yes=True)) is Reason.NOT_OFFERED
    circle.do(SARI, HandOver(RINA, stay=False))
    circle.do(RINA, TakeOn(yes=False))
    assert refused(circle, RINA, TakeOn(yes=True)) is Reason.NOT_OFFERED
    assert facilitators(circle.look()) == {SARI}


@pytest.mark.parametrize("gone", [Leave(), Remove(RINA, ban=False)])
def test_a_hand_over_to_somebody_who_left_is_over(gone: Command) -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=False))
    circle.do(RINA if isinstance(gone, Leave) else SARI, gone)
    assert circle.look().handing is None
    assert refused(circle, SARI, HandOver(RINA, stay=False)) is Reason.NO_SUCH_SEAT


@pytest.mark.parametrize("other_role", [BecomeMember(), BecomeObserver(), Leave()])
def test_whoever_facilitates_no_more_has_no_circle_to_give(other_role: Command) -> None:
    circle = trio()
    circle.arrive(ADI, facilitator=True)
    circle.do(SARI, HandOver(RINA, stay=False))
    circle.do(SARI, other_role)
    assert circle.look().handing is None
    assert refused(circle, RINA, TakeOn(yes=True)) is Reason.NOT_OFFERED


def test_somebody_asked_who_becomes_an_observer_may_still_take_it_on() -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=False))
    circle.do(RINA, BecomeObserver())
    circle.do(RINA, TakeOn(yes=True))
    assert facilitators(circle.look()) == {RINA}


def test_taking_it_on_while_the_giver_is_lost_leaves_the_meeting_with_a_facilitator() -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=False))
    circle.lose(SARI)
    circle.wait(30)
    assert circle.look().paused
    circle.do(RINA, TakeOn(yes=True))
    assert facilitators(circle.look()) == {RINA}
    circle.do(RINA, Resume())
    assert not circle.look().locked


# --- Who takes over when nobody facilitates ---


def test_whoever_was_named_is_asked_once_no_facilitator_is_left_and_then_resumes() -> None:
    circle = trio()
    circle.do(SARI, NameSuccessor(RINA))
    assert you(circle, RINA).successor
    assert you(circle, RINA).handing is None
    circle.lose(SARI)
    circle.wait(20)
    handing = you(circle, RINA).handing
    assert handing is not None
    assert (handing.to, handing.by, handing.stay) == (RINA, None, True)
    circle.do(RINA, TakeOn(yes=True))
    assert circle.look().paused
    circle.do(RINA, Resume())
    assert not circle.look().paused
    circle.arrive(SARI, facilitator=True)
    assert facilitators(circle.look()) == {SARI, RINA}


def test_a_successor_who_says_no_is_not_asked_again() -> None:
    circle = trio()
    circle.do(SARI, NameSuccessor(RINA))
    circle.do(SARI, StepOut())
    assert circle.look().handing == Handing(RINA, None, stay=True)
    circle.do(RINA, TakeOn(yes=False))
    assert you(circle, RINA).handing is None
    circle.wait(60)
    assert you(circle, RINA).handing is None


def test_a_facilitators_reload_in_a_pause_of_their_own_asks_nobody() -> None:
    circle = trio()
    circle.do(SARI, NameSuccessor(RINA))
    circle.do(SARI, Lock(True))
    circle.do(SARI, Pause())
    circle.lose(SARI)
    assert circle.look().handing is None
    assert next_deadline(circle.look()) == circle.now + 20
    circle.wait(20)
    assert circle.look().handing == Handing(RINA, None, stay=True)
    circle.arrive(SARI, facilitator=True)
    assert circle.look().handing is None


def test_a_successor_who_was_out_when_it_came_to_it_is_asked_on_coming_back() -> None:
    circle = trio()
    circle.do(SARI, NameSuccessor(RINA))
    circle.do(RINA, StepOut())
    circle.do(SARI, StepOut())
    assert circle.look().handing is None
    circle.do(RINA, ComeBack())
    assert circle.look().handing == Handing(RINA, None, stay=True)


def test_a_successor_who_steps_out_while_asked_may_answer_on_coming_back() -> None:
    circle = trio()
    circle.do(SARI, NameSuccessor(RINA))
    circle.do(SARI, StepOut())
    circle.do(RINA, StepOut())
    assert refused(circle, RINA, TakeOn(yes=True)) is Reason.STEPPED_OUT
    circle.do(RINA, ComeBack())
    circle.do(RINA, TakeOn(yes=True))
    assert facilitators(circle.look()) == {RINA}


def test_the_turn_under_way_ends_before_a_successor_is_asked() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(SARI, NameSuccessor(SITI))
    circle.do(SARI, StepOut())
    assert circle.look().handing is None
    circle.pass_on()
    assert circle.look().handing == Handing(SITI, None, stay=True)


def test_only_a_member_with_a_seat_is_named() -> None:
    circle = trio()
    circle.sit(TONO, observer=True)
    assert refused(circle, SARI, NameSuccessor(TONO)) is Reason.NOT_ALLOWED
    assert refused(circle, SARI, NameSuccessor(ADI)) is Reason.NO_SUCH_SEAT
    circle.do(SARI, NameSuccessor(RINA))
    assert told(circle).successor == RINA
    circle.do(SARI, NameSuccessor(None))
    assert told(circle).successor is None
    circle.do(SARI, NameSuccessor(RINA))
    circle.do(RINA, BecomeObserver())
    assert told(circle).successor is None


def test_a_turn_still_to_be_finished_is_the_one_place_of_whoever_changes_their_role() -> None:
    circle = trio(framed(facilitators_in_order=True))
    circle.do(SARI, HandOver(RINA, stay=True))
    circle.do(RINA, TakeOn(yes=True))
    circle.start()
    circle.accept()
    # Sari is interrupted, and comes back while somebody else has the stick.
    circle.do(SARI, StepOut())
    circle.do(RINA, Offer(None))
    circle.accept()
    circle.do(SARI, ComeBack())
    circle.do(SARI, BecomeMember())
    assert SARI not in circle.order
    circle.pass_on()
    assert circle.stick() == ("offered", SARI)
