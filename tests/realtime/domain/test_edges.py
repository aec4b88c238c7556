"""The seventeen edges of the talking stick, each by its number.

Those that the rules alone cannot show stand elsewhere; `ELSEWHERE` says where.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from realtime import present
from realtime.domain.audience import inside
from realtime.domain.commands import (
    Accept,
    Ask,
    BecomeMember,
    BecomeObserver,
    ComeBack,
    Decline,
    HandOver,
    Lock,
    NeedHand,
    Offer,
    PassStick,
    Pause,
    Prolong,
    Ready,
    Remove,
    Resume,
    SetFloor,
    SetPhase,
    SpeakHere,
    StartRound,
    StepOut,
    TakeOn,
)
from realtime.domain.meeting import (
    Ending,
    Floor,
    Offered,
    Order,
    Phase,
    Presence,
    Role,
    Standing,
    Wording,
)
from realtime.domain.refusal import Reason, Refused
from realtime.domain.stick import next_deadline
from tests.realtime.domain.asking import (
    conflict,
    held,
    lose_tab,
    press,
    refused,
    silent,
    tick,
    told,
    you,
)
from tests.realtime.domain.circle import ADI, BUDI, RINA, SARI, SITI, TONO, Circle, framed, trio

TESTS = Path(__file__).resolve().parents[1]
ELSEWHERE = {
    6: ("test_gateway.py::test_edge_06_who_was_slower_gets_the_present_state_and_who_acted",),
    7: (
        "test_gateway.py::test_edge_07_the_holder_speaks_from_one_tab_until_they_move_it",
        "test_gateway.py::test_two_tabs_are_one_person_and_the_seat_stays_until_the_last_is_gone",
    ),
    10: ("test_gateway.py::test_somebody_removed_is_told_closed_and_not_let_in_again",),
    14: (
        "test_live.py::test_an_outage_is_told_refuses_visibly_and_costs_nobody_a_place",
        "test_room.py::test_out_of_reach_is_a_refusal_and_never_an_empty_room",
    ),
    15: (
        "test_live.py::test_a_wall_clock_that_jumps_an_hour_ends_nothing",
        "test_clock.py::test_an_outage_extends_a_deadline",
        "test_clock.py::test_a_deadline_is_due_once_both_clocks_say_so",
    ),
}


def names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_edge_has_a_test_that_names_it_here_or_elsewhere() -> None:
    here = {int(found) for found in re.findall(r"^def test_edge_(\d+)_", source(), re.M)}
    assert here | set(ELSEWHERE) == set(range(1, 18))
    for tests in ELSEWHERE.values():
        for test in tests:
            file, _, name = test.partition("::")
            assert name in names_in(TESTS / file), test


def source() -> str:
    return Path(__file__).read_text("utf-8")


def under_way() -> Circle:
    """A round in which Rina holds the stick; Siti and Budi are to come."""
    circle = trio()
    circle.start()
    circle.accept()
    return circle


def test_edge_01_a_place_is_held_for_a_minute_and_the_time_of_whoever_was_lost_stands_still() -> (
    None
):
    circle = under_way()
    turn = circle.turn_id
    circle.wait(100)
    circle.lose(RINA)
    assert circle.stick() == ("place_held", RINA)
    assert refused(circle, SARI, Offer(SITI)) is Reason.STICK_TAKEN
    circle.wait(59)
    circle.arrive(RINA)
    assert (held(circle).by, held(circle).turn_id) == (RINA, turn)
    assert circle.now - held(circle).started == 100


def test_edge_01_once_it_lapses_the_stick_rests_and_they_are_offered_first_when_back() -> None:
    circle = under_way()
    turn = circle.turn_id
    circle.lose(RINA)
    circle.wait(60)
    assert circle.stick() == ("resting", None)
    assert circle.order == (SITI, BUDI)
    circle.offer(None)
    circle.accept()
    circle.arrive(RINA)
    assert circle.stick() == ("held", SITI)
    assert circle.look().round is not None
    assert present.meeting_view(circle.look(), circle.now).next == RINA
    circle.pass_on()
    assert circle.stick() == ("offered", RINA)
    circle.accept()
    assert circle.turn_id == turn


def test_edge_02_somebody_silent_is_reminded_then_facilitators_hear_and_no_clock_declines() -> None:
    circle = trio()
    circle.start()
    circle.wait(30)
    assert (you(circle, RINA).reminded, told(circle).silent) == (True, None)
    circle.wait(30)
    assert told(circle).silent == RINA
    circle.wait(500)
    assert circle.stick() == ("offered", RINA)
    assert circle.standing(RINA) is Standing.WAITING


def test_edge_02_an_offer_to_somebody_away_lapses_and_comes_again_at_the_end() -> None:
    circle = trio()
    circle.start()
    circle.lose(RINA)
    circle.wait(60)
    assert circle.stick() == ("resting", None)
    assert circle.order == (SITI, BUDI, RINA)
    assert circle.standing(RINA) is Standing.WAITING


def test_edge_02_somebody_away_when_reached_is_passed_over_without_a_mark() -> None:
    circle = under_way()
    circle.lose(SITI)
    circle.pass_on()
    assert circle.stick() == ("offered", BUDI)
    assert circle.order == (SITI,)
    assert circle.standing(SITI) is Standing.WAITING


def test_edge_03_a_holder_who_steps_out_keeps_the_right_to_finish() -> None:
    circle = under_way()
    turn = circle.turn_id
    circle.do(RINA, StepOut())
    assert circle.stick() == ("resting", None)
    assert not circle.closed()
    circle.do(RINA, ComeBack())
    assert circle.stick() == ("offered", RINA)
    assert you(circle, RINA).unfinished
    circle.accept()
    assert circle.turn_id == turn
    assert circle.seat(RINA).turns == 1


def test_edge_04_whoever_steps_out_waiting_keeps_seat_and_place_and_is_passed_over_unmarked() -> (
    None
):
    circle = under_way()
    circle.do(SITI, StepOut())
    assert circle.presence(SITI) is Presence.STEPPED_OUT
    assert circle.order == (SITI, BUDI)
    circle.pass_on()
    assert circle.stick() == ("offered", BUDI)
    assert circle.standing(SITI) is Standing.WAITING
    circle.do(SITI, ComeBack())
    # 'You are after Budi.'
    assert you(circle, SITI).ahead == BUDI
    circle.accept()
    circle.pass_on()
    assert circle.stick() == ("offered", SITI)


def test_edge_05_holder_and_facilitator_press_next_together_and_it_is_one_move() -> None:
    circle = under_way()
    turn = circle.turn_id
    circle.pass_on()
    for who in (SARI, RINA, RINA):
        before = circle.look()
        assert circle.do(who, PassStick(turn, None)) is before
    assert circle.do(SARI, Offer(None)) is circle.look()
    assert circle.stick() == ("offered", SITI)
    assert circle.order == (BUDI,)


def test_edge_05_a_start_pressed_twice_is_one_round_also_where_the_first_is_away() -> None:
    circle = trio()
    circle.do(RINA, StepOut())
    started = circle.start()
    assert circle.stick() == ("offered", SITI)
    assert circle.start() is started


def test_edge_06_two_facilitators_who_set_different_parts_both_hold() -> None:
    circle = trio()
    circle.arrive(ADI, facilitator=True)
    seen = circle.look().shown
    press(circle, SARI, SetFloor(Floor.QUIET), seen=seen)
    press(circle, ADI, Lock(True), seen=seen)
    assert (circle.look().floor, circle.look().locked) == (Floor.QUIET, True)


def test_edge_06_of_two_who_set_the_same_part_the_slower_learns_who_acted() -> None:
    circle = trio()
    circle.arrive(ADI, facilitator=True)
    seen = circle.look().shown
    press(circle, SARI, SetFloor(Floor.QUIET), seen=seen)
    assert conflict(circle, ADI, SetFloor(Floor.STICK), seen) == SARI
    press(circle, ADI, SetFloor(Floor.STICK), seen=circle.look().shown)
    assert circle.look().floor is Floor.STICK


def test_edge_07_the_stick_is_the_persons_and_they_speak_from_where_they_accepted() -> None:
    circle = trio()
    circle.start()
    press(circle, RINA, Accept(), tab="phone")
    assert you(circle, RINA).speaks_from == "phone"
    assert silent(circle, RINA, tab="phone") is None
    assert silent(circle, RINA, tab="laptop") is Reason.ELSEWHERE
    press(circle, RINA, SpeakHere(), tab="laptop")
    assert silent(circle, RINA, tab="laptop") is None
    assert silent(circle, RINA, tab="phone") is Reason.ELSEWHERE
    # Passing the stick on is no speaking: any of their tabs does it.
    press(circle, RINA, PassStick(circle.turn_id, None), tab="phone")
    assert circle.stick() == ("offered", SITI)


def test_edge_07_a_tab_that_is_lost_leaves_the_turn_to_the_others() -> None:
    circle = trio()
    circle.start()
    press(circle, RINA, Accept(), tab="phone")
    lose_tab(circle, RINA, "phone")
    assert circle.stick() == ("held", RINA)
    assert silent(circle, RINA, tab="laptop") is None


def test_edge_08_a_latecomer_joins_the_end_and_after_closing_began_listens() -> None:
    circle = under_way()
    circle.sit(TONO)
    assert circle.order == (SITI, BUDI, TONO)
    assert circle.standing(TONO) is Standing.WAITING
    circle.do(SARI, SetPhase(Phase.CLOSING))
    circle.sit(ADI)
    assert circle.seat(ADI).role is Role.OBSERVER
    assert ADI not in circle.order


def test_edge_09_an_observer_who_becomes_a_member_comes_as_a_latecomer() -> None:
    circle = trio()
    circle.sit(TONO, observer=True)
    circle.start()
    assert TONO not in circle.order
    circle.do(TONO, BecomeMember())
    assert circle.order == (SITI, BUDI, TONO)


def test_edge_09_whoever_had_a_turn_gets_none_by_listening_for_a_while() -> None:
    circle = under_way()
    circle.pass_on()
    circle.do(RINA, BecomeObserver())
    circle.do(RINA, BecomeMember())
    assert RINA not in circle.order
    assert refused(circle, SARI, Offer(RINA)) is Reason.NOT_IN_ROUND


@pytest.mark.parametrize("ban", [False, True])
def test_edge_10_a_holder_who_is_removed_leaves_the_stick_resting(ban: bool) -> None:
    circle = under_way()
    circle.do(SITI, Ready())
    circle.do(SARI, Remove(RINA, ban=ban))
    assert circle.stick() == ("resting", None)
    assert RINA not in inside(circle.look())
    assert circle.order == (SITI, BUDI)


def test_edge_11_without_a_facilitator_the_turn_finishes_then_the_meeting_pauses_and_locks() -> (
    None
):
    circle = under_way()
    circle.do(SARI, StepOut())
    assert (circle.look().paused, circle.stick()) == (False, ("held", RINA))
    circle.pass_on()
    assert (circle.look().paused, circle.look().locked) == (True, True)
    assert circle.stick() == ("resting", None)
    circle.do(SARI, ComeBack())
    circle.do(SARI, Resume())
    assert (circle.look().paused, circle.look().locked) == (False, False)
    circle.offer(None)
    assert circle.stick() == ("offered", SITI)


def test_edge_11_one_missed_heartbeat_ends_nothing_and_a_quarter_of_an_hour_closes() -> None:
    circle = trio()
    circle.lose(SARI)
    circle.wait(19)
    assert not circle.look().paused
    circle.wait(1)
    assert (circle.look().paused, circle.look().locked) == (True, True)
    circle.wait(879)
    assert circle.look().phase is not Phase.ENDED
    circle.wait(1)
    assert circle.look().phase is Phase.ENDED


def test_edge_11_a_co_facilitator_or_one_who_comes_back_resumes() -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=True))
    circle.do(RINA, TakeOn(yes=True))
    circle.lose(SARI)
    circle.wait(300)
    assert not circle.look().paused
    circle.lose(RINA)
    circle.wait(20)
    assert circle.look().paused
    circle.arrive(SARI, facilitator=True)
    assert circle.look().paused
    circle.do(SARI, Resume())
    assert not circle.look().paused


def test_edge_11_the_door_waits_half_an_hour_for_the_first_facilitator_and_says_so() -> None:
    circle = Circle()
    circle.arrive(RINA)
    assert present.lobby_view(circle.look(), RINA).state == "no_host"
    circle.wait(1799)
    assert circle.look().phase is Phase.GATHERING
    circle.wait(1)
    assert present.lobby_view(circle.look(), RINA).state == "ended"


def test_edge_12_everybody_declining_closes_the_round_and_the_stick_rests() -> None:
    circle = trio()
    circle.start()
    for who in (RINA, SITI, BUDI, RINA, SITI, BUDI):
        assert not circle.closed()
        circle.do(who, Decline())
    assert circle.closed()
    assert circle.stick() == ("resting", None)
    assert refused(circle, SARI, Offer(None)) is Reason.NOBODY_WAITING


def test_edge_13_the_only_one_left_is_offered_nothing_by_themselves() -> None:
    circle = Circle()
    circle.arrive(SARI, facilitator=True)
    circle.sit(RINA)
    circle.do(RINA, Ask())
    circle.offer(None)
    circle.accept()
    circle.do(RINA, Ask())
    assert circle.look().asked == ()
    assert refused(circle, RINA, PassStick(circle.turn_id, RINA)) is Reason.NOT_ALLOWED
    circle.pass_on()
    assert circle.stick() == ("resting", None)


def test_edge_13_the_only_one_left_in_a_round_is_not_pressed_again_after_a_no() -> None:
    circle = Circle()
    circle.arrive(SARI, facilitator=True)
    circle.sit(RINA)
    circle.start()
    circle.do(RINA, Decline())
    assert circle.stick() == ("resting", None)
    assert not circle.closed()


def test_edge_15_a_deadline_noticed_late_takes_nothing_from_whoever_comes_next() -> None:
    """What a process carries out late, it counts from when it noticed: see `Tick.noticed`."""
    circle = trio(framed(hard_limit=True, soft_seconds=100))
    circle.start()
    circle.accept()
    circle.do(SITI, Ready())
    late = circle.now + 400
    due = next_deadline(circle.look())
    assert due == circle.now + 100
    tick(circle, due, noticed=late)
    assert held(circle).warned == late
    due = next_deadline(circle.look())
    assert due == late + 60
    tick(circle, due, noticed=late + 200)
    assert held(circle).by == SITI
    assert held(circle).started == late + 200


def test_edge_16_a_flapping_connection_leaves_place_hand_and_seat_as_they_were() -> None:
    circle = under_way()
    circle.do(BUDI, Ask())
    circle.do(SITI, NeedHand())
    before = circle.look()
    for who in (SITI, BUDI, SITI):
        circle.lose(who)
        circle.arrive(who)
    after = circle.look()
    assert (after.round, after.asked, after.hands, after.stick, after.seats) == (
        before.round,
        before.asked,
        before.hands,
        before.stick,
        before.seats,
    )


def test_edge_16_a_flapping_holder_goes_on_with_the_same_turn_and_the_same_time() -> None:
    circle = under_way()
    before = held(circle)
    for _ in range(5):
        circle.lose(RINA)
        circle.wait(10)
        circle.arrive(RINA)
    after = held(circle)
    assert after.turn_id == before.turn_id
    assert after.soft_limit - circle.now == before.soft_limit - (circle.now - 50)


def test_edge_17_five_minutes_before_the_end_everybody_knows_and_the_holder_finishes() -> None:
    circle = trio(framed(minutes=10))
    circle.start()
    circle.accept()
    circle.wait(299)
    assert circle.look().ending is Ending.NOT_YET
    circle.wait(1)
    assert circle.look().ending is Ending.SOON
    assert present.meeting_view(circle.look(), circle.now).ending is Ending.SOON
    assert told(circle).unheard == (SITI, BUDI)
    circle.wait(300)
    assert circle.look().ending is Ending.DUE
    assert circle.stick() == ("held", RINA)
    circle.pass_on()
    assert circle.stick() == ("resting", None)
    assert told(circle).unheard == (SITI, BUDI)


def test_edge_17_more_time_counts_from_now_where_it_was_already_over() -> None:
    circle = trio(framed(minutes=10))
    circle.wait(1500)
    assert circle.look().ending is Ending.DUE
    circle.do(SARI, Prolong(300))
    assert circle.look().ends == circle.now + 300
    assert circle.look().ending is Ending.SOON
    circle.do(SARI, Prolong(600))
    assert circle.look().ending is Ending.NOT_YET
    circle.start()
    circle.accept()
    circle.pass_on()
    assert circle.stick() == ("offered", SITI)


def test_edge_17_nothing_is_lost_by_pausing_over_the_end() -> None:
    circle = trio(framed(minutes=10))
    circle.start()
    circle.accept()
    circle.do(SARI, Pause())
    circle.wait(900)
    assert circle.look().ending is Ending.DUE
    circle.do(SARI, Resume())
    assert circle.now - held(circle).started == 0
    with pytest.raises(Refused):
        circle.do(SARI, StartRound(Wording(""), Order.SEATS))
    circle.pass_on()
    assert circle.stick() == ("resting", None)
    circle.offer(None)
    stick = circle.look().stick
    assert isinstance(stick, Offered)
    assert stick.to == SITI
