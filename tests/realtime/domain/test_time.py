"""Gentle time: the agreed limit, the end of the meeting, who was heard and for how long."""

from __future__ import annotations

import pytest

from realtime import present
from realtime.domain.commands import (
    ComeBack,
    Decline,
    Extend,
    Pause,
    Prolong,
    Remind,
    Resume,
    StepOut,
)
from realtime.domain.meeting import Ending, NoticeKind, PlaceHeld
from realtime.domain.refusal import Reason
from realtime.domain.stick import next_deadline
from tests.realtime.domain.asking import held, notices, refused, told, you
from tests.realtime.domain.circle import BUDI, RINA, SARI, SITI, TONO, Circle, framed, trio


def limited() -> Circle:
    """Rina holds; the circle agreed that a turn ends a minute after its hundred seconds."""
    circle = trio(framed(hard_limit=True, soft_seconds=100))
    circle.start()
    circle.accept()
    return circle


def spoke(circle: Circle) -> dict[str, tuple[int, int | None]]:
    return {p.member_id: (p.spoke, p.heard) for p in told(circle).people}


# --- The agreed limit ---


def test_the_holder_alone_is_warned_and_a_minute_later_the_stick_goes_on() -> None:
    circle = limited()
    shown = circle.look().shown
    circle.wait(100)
    assert you(circle, RINA).last_words == present.ms(circle.now + 60)
    assert circle.look().shown == shown
    circle.wait(59)
    assert circle.stick() == ("held", RINA)
    circle.wait(1)
    assert circle.stick() == ("offered", SITI)
    assert notices(circle)[-1] == (NoticeKind.TIME_UP, RINA, None)


def test_a_pause_over_the_limit_costs_no_second_of_the_last_minute() -> None:
    circle = limited()
    circle.wait(130)
    end = you(circle, RINA).last_words
    assert end is not None
    circle.do(SARI, Pause())
    circle.wait(1000)
    assert circle.stick() == ("held", RINA)
    circle.do(SARI, Resume())
    assert you(circle, RINA).last_words == end + 1_000_000
    circle.wait(59)
    assert circle.stick() == ("held", RINA)


def test_the_last_minute_stands_still_while_a_place_is_held_and_does_not_begin_anew() -> None:
    circle = limited()
    circle.wait(100)
    circle.wait(40)
    circle.lose(RINA)
    circle.wait(50)
    assert isinstance(circle.look().stick, PlaceHeld)
    circle.arrive(RINA)
    assert you(circle, RINA).last_words == present.ms(circle.now + 20)
    circle.wait(19)
    assert circle.stick() == ("held", RINA)
    circle.wait(1)
    assert circle.stick() == ("offered", SITI)


def test_a_turn_taken_up_again_after_its_time_has_a_whole_last_minute() -> None:
    circle = limited()
    circle.wait(100)
    circle.wait(50)
    circle.do(RINA, StepOut())
    circle.wait(300)
    circle.do(RINA, ComeBack())
    circle.accept()
    circle.wait(0)
    assert you(circle, RINA).last_words == present.ms(circle.now + 60)
    circle.wait(59)
    assert circle.stick() == ("held", RINA)


def test_less_time_is_no_way_around_the_last_minute() -> None:
    circle = limited()
    circle.wait(10)
    circle.do(SARI, Extend(circle.turn_id, -3600))
    assert held(circle).soft_limit == circle.now
    due = next_deadline(circle.look())
    assert due == circle.now
    circle.wait(0)
    assert circle.stick() == ("held", RINA)
    circle.wait(59)
    assert circle.stick() == ("held", RINA)
    circle.wait(1)
    assert circle.stick() == ("offered", SITI)


def test_less_time_when_it_is_over_takes_and_gives_nothing() -> None:
    circle = limited()
    circle.wait(120)
    before = circle.look()
    assert circle.do(SARI, Extend(circle.turn_id, -60)) is before


def test_less_time_while_a_place_is_held_leaves_the_last_minute_too() -> None:
    circle = limited()
    circle.lose(RINA)
    circle.do(SARI, Extend(circle.turn_id, -3600))
    circle.wait(30)
    circle.arrive(RINA)
    assert held(circle).soft_limit == circle.now
    circle.wait(0)
    circle.wait(59)
    assert circle.stick() == ("held", RINA)


def test_more_time_after_the_warning_lifts_it_and_the_next_one_is_a_minute_too() -> None:
    circle = limited()
    circle.wait(100)
    circle.do(SARI, Extend(circle.turn_id, 120))
    assert you(circle, RINA).last_words is None
    circle.wait(119)
    assert you(circle, RINA).last_words is None
    circle.wait(1)
    circle.wait(59)
    assert circle.stick() == ("held", RINA)


def test_without_a_facilitator_a_turn_that_ends_at_the_limit_leaves_the_stick_resting() -> None:
    circle = limited()
    circle.do(SARI, StepOut())
    circle.wait(100)
    circle.wait(60)
    assert circle.stick() == ("resting", None)
    assert (circle.look().paused, circle.look().locked) == (True, True)


def test_the_last_turn_of_a_round_may_end_at_the_limit_as_well() -> None:
    circle = limited()
    for who in (RINA, SITI, BUDI):
        if circle.stick() == ("offered", who):
            circle.accept()
        circle.wait(100)
        circle.wait(60)
    assert circle.closed()
    assert circle.stick() == ("resting", None)


# --- The end of the meeting ---


def test_only_so_much_is_moved_at_once() -> None:
    circle = trio()
    assert refused(circle, SARI, Prolong(3601)) is Reason.MALFORMED
    assert refused(circle, RINA, Prolong(60)) is Reason.NOT_ALLOWED


def test_a_meeting_made_shorter_ends_soon_but_never_before_now() -> None:
    circle = trio(framed(minutes=30))
    circle.do(SARI, Prolong(-1560))
    assert circle.look().ending is Ending.SOON
    circle.do(SARI, Prolong(-3600))
    assert (circle.look().ending, circle.look().ends) == (Ending.DUE, circle.now)
    before = circle.look()
    assert circle.do(SARI, Prolong(-60)) is before


def test_a_clock_that_steps_back_does_not_take_back_that_the_end_is_near() -> None:
    circle = trio(framed(minutes=30))
    circle.wait(1500)
    assert circle.look().ending is Ending.SOON
    circle.wait(-100)
    assert circle.look().ending is Ending.SOON


def test_the_clock_wakes_for_the_notice_and_for_the_end() -> None:
    circle = trio(framed(minutes=30))
    opened = circle.now
    assert next_deadline(circle.look()) == opened + 1500
    circle.wait(1500)
    assert next_deadline(circle.look()) == opened + 1800
    circle.wait(300)
    assert next_deadline(circle.look()) is None


# --- Who was heard, and for how long ---


def test_facilitators_see_who_was_heard_when_and_for_how_long_without_pauses() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.wait(30)
    circle.do(SARI, Pause())
    circle.wait(100)
    circle.do(SARI, Resume())
    circle.wait(10)
    assert spoke(circle)[RINA] == (0, None)
    circle.pass_on()
    assert spoke(circle) == {
        RINA: (40, present.ms(circle.now)),
        SITI: (0, None),
        BUDI: (0, None),
    }
    assert told(circle).unheard == (SITI, BUDI)


def test_an_observer_is_never_listed_as_not_yet_heard() -> None:
    circle = trio()
    circle.sit(TONO, observer=True)
    circle.start()
    assert SITI in told(circle).unheard
    assert TONO not in told(circle).unheard


def test_an_interrupted_turn_counts_once_for_all_of_it() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.wait(30)
    circle.lose(RINA)
    circle.wait(60)
    assert spoke(circle)[RINA][0] == 30
    circle.arrive(RINA)
    circle.accept()
    circle.wait(20)
    circle.pass_on()
    assert spoke(circle)[RINA] == (50, present.ms(circle.now))


def test_what_was_said_before_an_interruption_counts_though_it_is_not_taken_up_again() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.wait(30)
    circle.do(RINA, StepOut())
    circle.do(RINA, ComeBack())
    circle.do(RINA, Decline())
    assert spoke(circle)[RINA][0] == 30
    assert RINA not in told(circle).unheard


def test_a_hand_and_how_long_it_is_up_are_the_facilitators_to_see() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    text = repr(present.meeting_view(circle.look(), circle.now))
    for private in ("spoke", "heard", "turns", "asked", "unheard"):
        assert private not in text


def test_reminders_end_with_the_turn() -> None:
    circle = trio()
    for _ in range(2):
        circle.offer(RINA)
        circle.accept()
        assert you(circle, RINA).wind_up == 0
        circle.do(SARI, Remind(circle.turn_id))
        circle.pass_on()


@pytest.mark.parametrize("seconds", [-30, 60])
def test_time_moved_for_somebody_whose_place_is_held_is_theirs_on_coming_back(seconds: int) -> None:
    circle = trio(framed(soft_seconds=100))
    circle.start()
    circle.accept()
    circle.lose(RINA)
    circle.do(SARI, Extend(circle.turn_id, seconds))
    circle.wait(30)
    circle.arrive(RINA)
    assert held(circle).soft_limit - circle.now == 100 + seconds
