"""Two facilitators at once, and one person on two devices."""

from __future__ import annotations

import pytest

from realtime.domain.commands import (
    Accept,
    Ask,
    Command,
    Decline,
    InvitePassed,
    Lock,
    Offer,
    Pause,
    Prolong,
    Ready,
    Reorder,
    Resume,
    SetFloor,
    SetPhase,
    SetPrompt,
    SpeakHere,
    StartRound,
    StepOut,
)
from realtime.domain.meeting import Floor, Order, Phase, Wording
from realtime.domain.refusal import Reason
from tests.realtime.domain.asking import (
    arrive_from,
    conflict,
    lose_tab,
    press,
    refused,
    silent,
    you,
)
from tests.realtime.domain.circle import ADI, BUDI, RINA, SARI, SITI, TONO, Circle, trio

START = StartRound(Wording("Apa kabar?"), Order.SEATS)


def led_by_two() -> Circle:
    circle = trio()
    circle.arrive(ADI, facilitator=True)
    return circle


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SetFloor(Floor.QUIET), SetFloor(Floor.STICK)),
        (SetPhase(Phase.OPENING), SetPhase(Phase.CLOSING)),
        (SetPhase(Phase.OPENING), SetFloor(Floor.STICK)),
        (SetPrompt(Wording("Satu?")), SetPrompt(Wording("Dua?"))),
        (START, SetPrompt(Wording("Dua?"))),
        (START, StartRound(Wording("Dua?"), Order.SEATS)),
        (START, Offer(BUDI)),
        (Offer(RINA), Offer(BUDI)),
        (Prolong(300), Prolong(600)),
    ],
)
def test_who_sets_the_same_part_unseen_is_told_who_was_faster(
    first: Command, second: Command
) -> None:
    circle = led_by_two()
    seen = circle.look().shown
    press(circle, SARI, first, seen=seen)
    assert conflict(circle, ADI, second, seen) == SARI


def test_pausing_over_a_resume_that_was_not_seen_is_a_conflict() -> None:
    circle = led_by_two()
    press(circle, SARI, Pause(), seen=circle.look().shown)
    seen = circle.look().shown
    press(circle, SARI, Resume(), seen=seen)
    assert conflict(circle, ADI, Pause(), seen) == SARI


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SetFloor(Floor.QUIET), SetPrompt(Wording("Dua?"))),
        (Lock(True), Prolong(600)),
        (Pause(), SetPhase(Phase.OPENING)),
        (Offer(RINA), Lock(True)),
    ],
)
def test_different_parts_both_hold(first: Command, second: Command) -> None:
    circle = led_by_two()
    seen = circle.look().shown
    press(circle, SARI, first, seen=seen)
    before = circle.look()
    assert press(circle, ADI, second, seen=seen) is not before


@pytest.mark.parametrize("same", [SetFloor(Floor.QUIET), Offer(RINA), Lock(True), Pause(), START])
def test_two_who_wanted_the_same_are_both_right(same: Command) -> None:
    circle = led_by_two()
    seen = circle.look().shown
    done = press(circle, SARI, same, seen=seen)
    assert press(circle, ADI, same, seen=seen) is done


def test_nobody_conflicts_with_themselves() -> None:
    circle = led_by_two()
    seen = circle.look().shown
    press(circle, SARI, SetFloor(Floor.QUIET), seen=seen)
    press(circle, SARI, SetFloor(Floor.STICK), seen=seen)
    assert circle.look().floor is Floor.STICK


def test_whoever_saw_what_the_other_set_may_change_it() -> None:
    circle = led_by_two()
    press(circle, SARI, START, seen=circle.look().shown)
    press(circle, ADI, Offer(BUDI), seen=circle.look().shown)
    assert circle.stick() == ("offered", BUDI)


def test_a_conflict_stays_one_however_much_happened_since() -> None:
    circle = led_by_two()
    seen = circle.look().shown
    press(circle, SARI, SetFloor(Floor.QUIET), seen=seen)
    circle.do(RINA, StepOut())
    press(circle, SARI, SetPrompt(Wording("Satu?")), seen=seen)
    assert conflict(circle, ADI, SetFloor(Floor.STICK), seen) == SARI


def test_inviting_over_a_floor_that_another_set_unseen_is_a_conflict() -> None:
    circle = led_by_two()
    circle.start()
    for who in (RINA, SITI, BUDI, RINA, SITI, BUDI):
        circle.do(who, Decline())
    seen = circle.look().shown
    press(circle, SARI, SetFloor(Floor.QUIET), seen=seen)
    assert conflict(circle, ADI, InvitePassed(), seen) == SARI


def test_moves_of_two_facilitators_both_hold_in_the_round() -> None:
    circle = led_by_two()
    circle.sit(TONO)
    circle.start()
    seen = circle.look().shown
    press(circle, SARI, Reorder(TONO, before=SITI), seen=seen)
    press(circle, ADI, Reorder(SITI, before=None), seen=seen)
    assert circle.order == (TONO, BUDI, SITI)


def test_moves_of_two_facilitators_both_hold_in_the_queue() -> None:
    circle = led_by_two()
    for who in (RINA, SITI, BUDI):
        circle.do(who, Ask())
    seen = circle.look().shown
    press(circle, ADI, Reorder(RINA, before=None), seen=seen)
    press(circle, SARI, Reorder(BUDI, before=SITI), seen=seen)
    assert [a.member_id for a in circle.look().asked] == [BUDI, SITI, RINA]
    circle.offer(None)
    assert circle.stick() == ("offered", BUDI)


def test_a_move_before_somebody_who_is_gone_moves_nobody_to_the_front() -> None:
    circle = led_by_two()
    circle.sit(TONO)
    circle.start()
    assert refused(circle, SARI, Reorder(TONO, before=ADI)) is Reason.NOT_IN_ROUND
    assert refused(circle, SARI, Reorder(ADI, before=None)) is Reason.NOT_IN_ROUND
    before = circle.look()
    assert circle.do(SARI, Reorder(TONO, before=TONO)) is before


# --- One person on two devices ---


def test_whoever_was_ready_beforehand_speaks_from_where_they_said_so() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    press(circle, SITI, Ready(), tab="laptop")
    circle.pass_on()
    assert circle.stick() == ("held", SITI)
    assert silent(circle, SITI, tab="laptop") is None
    assert silent(circle, SITI, tab="phone") is Reason.ELSEWHERE


def test_a_new_turn_moves_to_where_it_was_accepted() -> None:
    circle = trio()
    for tab in ("phone", "laptop"):
        circle.offer(RINA)
        press(circle, RINA, Accept(), tab=tab)
        assert you(circle, RINA).speaks_from == tab
        circle.pass_on()


def test_while_they_do_not_hold_they_write_from_any_tab() -> None:
    circle = trio()
    press(circle, RINA, SpeakHere(), tab="phone")
    assert silent(circle, RINA, tab="laptop") is None
    circle.offer(RINA)
    press(circle, RINA, Accept(), tab="phone")
    circle.pass_on()
    assert silent(circle, RINA, tab="laptop") is None


def test_losing_another_tab_moves_nothing() -> None:
    circle = trio()
    circle.start()
    press(circle, RINA, Accept(), tab="phone")
    before = circle.look()
    lose_tab(circle, RINA, "laptop")
    assert circle.look() is before
    assert silent(circle, RINA, tab="laptop") is Reason.ELSEWHERE


def test_whoever_comes_back_to_their_turn_speaks_from_where_they_came_back() -> None:
    circle = trio()
    circle.start()
    press(circle, RINA, Accept(), tab="phone")
    circle.lose(RINA)
    arrive_from(circle, RINA, "laptop")
    assert circle.stick() == ("held", RINA)
    assert silent(circle, RINA, tab="laptop") is None
    assert silent(circle, RINA, tab="phone") is Reason.ELSEWHERE


def test_a_second_tab_that_opens_takes_nothing_from_the_first() -> None:
    circle = trio()
    circle.start()
    press(circle, RINA, Accept(), tab="phone")
    arrive_from(circle, RINA, "laptop")
    assert you(circle, RINA).speaks_from == "phone"


def test_where_somebody_speaks_from_shows_to_nobody_else() -> None:
    circle = trio()
    circle.start()
    press(circle, RINA, Accept(), tab="phone")
    shown = circle.look().shown
    press(circle, RINA, SpeakHere(), tab="laptop")
    assert circle.look().shown == shown
