"""The stick, turn by turn: offers, passes, double presses, interruptions."""

from __future__ import annotations

import pytest

from realtime.domain.commands import (
    Accept,
    ComeBack,
    Decline,
    Excuse,
    Extend,
    Lock,
    Offer,
    PassStick,
    Pause,
    Ready,
    Remove,
    Resume,
    SetNods,
    StepOut,
    TakeBack,
)
from realtime.domain.meeting import Floor, Held, Offered, Order, Phase, PlaceHeld, Standing, TurnId
from realtime.domain.refusal import Reason
from tests.realtime.domain.asking import refused
from tests.realtime.domain.circle import ADI, BUDI, RINA, SARI, SITI, TONO, Circle, framed, trio


def test_a_round_offers_everybody_once_clockwise_and_then_closes() -> None:
    circle = trio()
    circle.start()
    assert (circle.look().phase, circle.look().floor) == (Phase.SHARING, Floor.STICK)
    heard = []
    for _ in range(3):
        heard.append(circle.person)
        circle.accept()
        circle.pass_on()
    assert heard == [RINA, SITI, BUDI]
    assert circle.closed()
    assert circle.stick() == ("resting", None)


def test_a_turn_has_its_own_id_and_the_circles_soft_time() -> None:
    circle = trio(framed(soft_seconds=90))
    circle.start()
    circle.accept()
    first = circle.look().stick
    assert isinstance(first, Held)
    assert first.soft_limit - first.started == 90
    circle.pass_on()
    circle.accept()
    assert circle.turn_id != first.turn_id


def test_a_stale_pass_moves_nothing_and_skips_nobody() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    old = circle.turn_id
    circle.pass_on()
    offered = circle.look()
    assert circle.do(RINA, PassStick(old, None)) is offered
    assert circle.do(SARI, PassStick(old, None)) is offered
    assert circle.stick() == ("offered", SITI)


def test_a_stale_pass_does_not_end_the_turn_that_came_after() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    old = circle.turn_id
    circle.do(SITI, Ready())
    circle.pass_on()
    held = circle.look()
    assert circle.stick() == ("held", SITI)
    assert circle.do(SARI, PassStick(old, None)) is held
    assert circle.do(RINA, PassStick(old, None)) is held


def test_next_pressed_beside_a_pass_is_one_move() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.pass_on()
    before = circle.look()
    assert circle.do(SARI, Offer(None)) is before


def test_accepting_twice_is_accepting_once() -> None:
    circle = trio()
    circle.start()
    held = circle.accept()
    assert circle.do(RINA, Accept()) is held


def test_only_the_person_offered_can_accept() -> None:
    circle = trio()
    circle.start()
    assert refused(circle, SITI, Accept()) is Reason.NOT_OFFERED


def test_only_the_holder_and_facilitators_can_end_a_turn() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    assert refused(circle, SITI, PassStick(circle.turn_id, None)) is Reason.NOT_YOUR_TURN
    circle.do(SARI, PassStick(circle.turn_id, None))
    assert circle.stick() == ("offered", SITI)
    assert circle.standing(RINA) is Standing.SPOKEN


def test_ready_beforehand_receives_the_stick_at_once_when_reached() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    assert refused(circle, BUDI, Ready()) is Reason.NOT_YOUR_TURN
    circle.do(SITI, Ready())
    circle.pass_on()
    assert circle.stick() == ("held", SITI)
    assert circle.look().ready == ()


def test_declining_beforehand_moves_to_the_end_and_a_second_press_costs_nothing() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(SITI, Decline())
    assert circle.order == (BUDI, SITI)
    assert circle.standing(SITI) is Standing.DEFERRED
    assert refused(circle, SITI, Decline()) is Reason.NOT_OFFERED
    circle.pass_on()
    assert circle.stick() == ("offered", BUDI)


def test_who_declines_is_offered_once_more_at_the_end_and_then_no_more() -> None:
    circle = trio()
    circle.start()
    circle.do(RINA, Decline())
    for _ in range(2):
        circle.accept()
        circle.pass_on()
    assert circle.stick() == ("offered", RINA)
    circle.do(RINA, Decline())
    assert circle.standing(RINA) is Standing.DECLINED
    assert circle.closed()


def test_everyone_declining_closes_the_round_and_the_stick_rests() -> None:
    circle = trio()
    circle.start()
    for who in (RINA, SITI, BUDI, RINA, SITI, BUDI):
        assert circle.stick() == ("offered", who)
        circle.do(who, Decline())
    assert circle.closed()
    assert circle.stick() == ("resting", None)


def test_the_only_one_left_is_not_pressed_again_right_after_declining() -> None:
    circle = Circle()
    circle.arrive(SARI, facilitator=True)
    circle.sit(RINA)
    circle.start()
    circle.do(RINA, Decline())
    assert circle.stick() == ("resting", None)
    assert not circle.closed()
    circle.offer(None)
    assert circle.stick() == ("offered", RINA)


def test_one_person_left_is_offered_nothing_by_themselves() -> None:
    circle = Circle()
    circle.arrive(SARI, facilitator=True)
    circle.sit(RINA)
    circle.offer(RINA)
    circle.accept()
    assert refused(circle, RINA, PassStick(circle.turn_id, RINA)) is Reason.NOT_ALLOWED
    circle.pass_on()
    assert circle.stick() == ("resting", None)


def test_without_a_round_the_holder_may_name_who_is_next() -> None:
    circle = trio()
    circle.offer(RINA)
    circle.accept()
    circle.pass_on(BUDI)
    assert circle.stick() == ("offered", BUDI)
    stick = circle.look().stick
    assert isinstance(stick, Offered)
    assert stick.by == RINA


def test_in_a_round_the_holder_does_not_choose_who_is_next() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    assert refused(circle, RINA, PassStick(circle.turn_id, BUDI)) is Reason.NOT_ALLOWED


def test_nobody_is_offered_a_second_turn_in_a_round() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.pass_on()
    assert refused(circle, SARI, Offer(RINA)) is Reason.NOT_IN_ROUND


def test_an_offer_can_be_turned_to_somebody_else_and_the_first_keeps_the_front() -> None:
    circle = trio()
    circle.start()
    circle.offer(BUDI)
    assert circle.stick() == ("offered", BUDI)
    assert circle.order == (RINA, SITI)


def test_the_stick_is_not_offered_while_somebody_holds_it() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    assert refused(circle, SARI, Offer(SITI)) is Reason.STICK_TAKEN


def test_observers_and_facilitators_are_outside_the_order() -> None:
    circle = trio()
    circle.sit(TONO, observer=True)
    assert refused(circle, SARI, Offer(TONO)) is Reason.NOT_IN_ROUND
    assert refused(circle, SARI, Offer(SARI)) is Reason.NOT_IN_ROUND
    circle.start()
    assert TONO not in (circle.person, *circle.order)


def test_facilitators_take_turns_where_the_circle_wants_it() -> None:
    circle = trio(framed(facilitators_in_order=True))
    circle.start()
    assert circle.stick() == ("offered", SARI)


def test_extending_moves_the_soft_limit_of_that_turn_alone() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    held = circle.look().stick
    circle.do(SARI, Extend(circle.turn_id, 60))
    longer = circle.look().stick
    assert isinstance(held, Held)
    assert isinstance(longer, Held)
    assert longer.soft_limit == held.soft_limit + 60
    before = circle.look()
    assert circle.do(SARI, Extend(TurnId("older"), 60)) is before
    assert refused(circle, SARI, Extend(circle.turn_id, 10**9)) is Reason.MALFORMED


def test_taking_back_counts_as_spoken_and_the_stick_rests() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    old = circle.turn_id
    circle.do(SARI, TakeBack(old))
    assert circle.stick() == ("resting", None)
    assert circle.standing(RINA) is Standing.SPOKEN
    before = circle.look()
    assert circle.do(SARI, TakeBack(old)) is before


def test_nods_off_lasts_one_turn() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    assert refused(circle, SITI, SetNods(True)) is Reason.NOT_YOUR_TURN
    circle.do(RINA, SetNods(True))
    assert circle.look().nods_off
    circle.pass_on()
    assert not circle.look().nods_off


# --- Interruptions ---


def test_a_lost_holder_keeps_the_place_and_their_time_stands_still() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    turn = circle.turn_id
    circle.wait(100)
    circle.lose(RINA)
    assert circle.stick() == ("place_held", RINA)
    circle.wait(50)
    circle.arrive(RINA)
    held = circle.look().stick
    assert isinstance(held, Held)
    assert held.turn_id == turn
    assert circle.now - held.started == 100
    assert held.soft_limit - circle.now == 140


def test_a_place_lapses_after_sixty_seconds_and_the_same_turn_is_offered_on_return() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    turn = circle.turn_id
    circle.wait(10)
    circle.lose(RINA)
    circle.wait(59.9)
    assert circle.stick() == ("place_held", RINA)
    circle.wait(0.1)
    assert circle.stick() == ("resting", None)
    assert not circle.closed()
    circle.wait(100)
    circle.arrive(RINA)
    assert circle.stick() == ("offered", RINA)
    circle.accept()
    held = circle.look().stick
    assert isinstance(held, Held)
    assert (held.turn_id, circle.now - held.started) == (turn, 10)
    assert circle.seat(RINA).turns == 1


def test_a_holder_who_steps_out_may_finish_and_the_stick_rests_meanwhile() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    turn = circle.turn_id
    circle.do(RINA, StepOut())
    assert circle.stick() == ("resting", None)
    circle.do(RINA, ComeBack())
    assert circle.stick() == ("offered", RINA)
    circle.accept()
    assert circle.turn_id == turn


def test_an_interrupted_turn_is_next_where_somebody_else_holds_on_return() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(RINA, StepOut())
    circle.offer(None)
    assert circle.stick() == ("offered", SITI)
    circle.accept()
    circle.do(RINA, ComeBack())
    assert circle.stick() == ("held", SITI)
    circle.pass_on()
    assert circle.stick() == ("offered", RINA)
    circle.do(RINA, Decline())
    assert circle.standing(RINA) is Standing.SPOKEN
    assert circle.stick() == ("offered", BUDI)


def test_a_removed_holder_leaves_the_stick_resting_never_silently_on() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(SARI, Remove(RINA, ban=False))
    assert circle.stick() == ("resting", None)
    assert circle.order == (SITI, BUDI)


def test_removing_whoever_was_offered_the_stick_leaves_it_resting() -> None:
    circle = trio()
    circle.start()
    circle.do(SARI, Remove(RINA, ban=False))
    assert circle.stick() == ("resting", None)
    assert circle.order == (SITI, BUDI)


def test_someone_who_stepped_out_is_passed_over_without_a_mark() -> None:
    circle = trio()
    circle.do(SITI, StepOut())
    circle.start()
    circle.accept()
    circle.pass_on()
    assert circle.stick() == ("offered", BUDI)
    assert circle.order == (SITI,)
    assert circle.standing(SITI) is Standing.WAITING
    circle.accept()
    circle.pass_on()
    assert circle.stick() == ("resting", None)
    assert not circle.closed()
    circle.do(SITI, ComeBack())
    circle.offer(None)
    assert circle.stick() == ("offered", SITI)


def test_stepping_out_of_an_offer_passes_it_on_and_keeps_a_place_at_the_end() -> None:
    circle = trio()
    circle.start()
    circle.do(RINA, StepOut())
    assert circle.stick() == ("offered", SITI)
    assert circle.order == (BUDI, RINA)
    assert circle.standing(RINA) is Standing.WAITING


def test_a_silent_offer_reminds_then_tells_facilitators_and_declines_nobody() -> None:
    circle = trio()
    circle.start()
    nudges = []
    for seconds in (29, 1, 29, 1, 500):
        circle.wait(seconds)
        stick = circle.look().stick
        assert isinstance(stick, Offered)
        nudges.append(stick.nudges)
    assert nudges == [0, 1, 1, 2, 2]
    assert circle.standing(RINA) is Standing.WAITING


def test_an_offer_to_somebody_away_lapses_and_they_come_at_the_end() -> None:
    circle = trio()
    circle.start()
    circle.lose(RINA)
    circle.wait(59)
    assert circle.stick() == ("offered", RINA)
    circle.wait(1)
    assert circle.stick() == ("resting", None)
    assert circle.order == (SITI, BUDI, RINA)


def test_a_flapping_connection_leaves_place_hand_and_seat_as_they_were() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    before = circle.look()
    for _ in range(4):
        circle.lose(SITI)
        circle.arrive(SITI)
    assert circle.look().round == before.round
    assert circle.look().stick == before.stick
    assert circle.look().seats == before.seats


def test_a_pause_stops_time_and_offers_and_resuming_gives_the_time_back() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.wait(10)
    circle.do(SARI, Pause())
    assert refused(circle, RINA, PassStick(circle.turn_id, None)) is Reason.PAUSED
    circle.wait(300)
    circle.lose(RINA)
    circle.wait(300)
    assert circle.stick() == ("place_held", RINA)
    assert isinstance(circle.look().stick, PlaceHeld)
    circle.arrive(RINA)
    circle.do(SARI, Resume())
    held = circle.look().stick
    assert isinstance(held, Held)
    assert circle.now - held.started == pytest.approx(10)
    assert held.soft_limit - circle.now == pytest.approx(230)


def test_after_the_time_is_up_the_holder_finishes_and_the_stick_rests() -> None:
    circle = trio(framed(minutes=1))
    circle.start()
    circle.accept()
    circle.wait(61)
    assert circle.stick() == ("held", RINA)
    circle.pass_on()
    assert circle.stick() == ("resting", None)
    assert circle.order == (SITI, BUDI)
    circle.offer(None)
    assert circle.stick() == ("offered", SITI)


def test_without_any_facilitator_the_turn_finishes_then_the_meeting_pauses_and_locks() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(SARI, StepOut())
    assert not circle.look().paused
    circle.pass_on()
    assert circle.stick() == ("resting", None)
    assert (circle.look().paused, circle.look().locked) == (True, True)
    circle.do(SARI, ComeBack())
    assert circle.look().paused
    circle.do(SARI, Resume())
    assert (circle.look().paused, circle.look().locked) == (False, False)


def test_a_lock_put_on_by_a_facilitator_outlasts_the_meetings_own() -> None:
    circle = trio()
    circle.do(SARI, Lock(True))
    circle.do(SARI, StepOut())
    circle.do(SARI, ComeBack())
    circle.do(SARI, Resume())
    assert circle.look().locked


def test_a_facilitators_reload_pauses_nothing_and_a_longer_absence_does() -> None:
    circle = trio()
    circle.start()
    circle.lose(SARI)
    circle.wait(10)
    assert not circle.look().paused
    circle.arrive(SARI, facilitator=True)
    circle.wait(60)
    circle.lose(SARI)
    circle.wait(20)
    assert circle.look().paused
    assert circle.stick() == ("resting", None)
    assert circle.order == (RINA, SITI, BUDI)


def test_a_co_facilitator_resumes() -> None:
    circle = trio()
    circle.do(SARI, StepOut())
    circle.arrive(ADI, facilitator=True)
    circle.do(ADI, Resume())
    assert not circle.look().paused


def test_excusing_somebody_leaves_no_mark_and_goes_on() -> None:
    circle = trio()
    circle.start()
    circle.do(SARI, Excuse(RINA))
    assert circle.standing(RINA) is None
    assert circle.stick() == ("offered", SITI)


def test_a_start_pressed_twice_starts_one_round() -> None:
    circle = trio()
    started = circle.start()
    assert circle.start() is started
    assert circle.start(Order.SEATS, "Lain") is not started
