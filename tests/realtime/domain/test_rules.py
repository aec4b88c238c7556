"""Single rules at their smallest, each of which somebody would notice if it were broken."""

from __future__ import annotations

import pytest

from realtime import present
from realtime.domain import chat
from realtime.domain.commands import (
    Accept,
    Arrived,
    Ask,
    Decline,
    Excuse,
    Extend,
    HandOver,
    InvitePassed,
    Lock,
    NameSuccessor,
    Offer,
    Pause,
    Prolong,
    Quieten,
    Remind,
    Resume,
    RingBell,
    SetFloor,
    StartRound,
    StepOut,
    TakeBack,
    TakeOn,
    Withdraw,
)
from realtime.domain.meeting import (
    Ending,
    Floor,
    Handing,
    Held,
    MemberId,
    NoticeKind,
    Offered,
    Order,
    Presence,
    Role,
    Standing,
    Wording,
)
from realtime.domain.notices import KEPT
from realtime.domain.refusal import Reason, Refused
from realtime.domain.stick import carry_out, decide, next_deadline
from realtime.views import YouView
from tests.realtime.domain.asking import refused
from tests.realtime.domain.circle import ADI, BUDI, RINA, SARI, SITI, TONO, Circle, framed, trio

LIMITED = framed(hard_limit=True, soft_seconds=100)


def holding(circle: Circle) -> Held:
    stick = circle.look().stick
    assert isinstance(stick, Held)
    return stick


def you(circle: Circle, who: MemberId) -> YouView:
    view = present.you_view(circle.look(), who, circle.now)
    assert view is not None
    return view


# --- Offers and turns ---


def test_the_round_passes_over_somebody_quietened_and_comes_to_them_once_they_are_heard() -> None:
    circle = trio()
    circle.do(SARI, Quieten(SITI, on=True))
    circle.start()
    circle.accept()
    circle.pass_on()
    assert circle.stick() == ("offered", BUDI)
    assert circle.standing(SITI) is Standing.WAITING
    circle.accept()
    circle.pass_on()
    assert circle.stick() == ("resting", None)
    circle.do(SARI, Quieten(SITI, on=False))
    circle.offer(None)
    assert circle.stick() == ("offered", SITI)


def test_excusing_whoever_is_offered_moves_nothing_on_while_paused() -> None:
    circle = trio()
    circle.start()
    circle.do(SARI, Pause())
    circle.do(SARI, Excuse(RINA))
    assert circle.stick() == ("resting", None)
    assert circle.order == (SITI, BUDI)


def test_a_late_take_back_does_not_end_the_turn_that_came_after() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    old = circle.turn_id
    circle.pass_on()
    held = circle.accept()
    assert circle.do(SARI, TakeBack(old)) is held


def test_a_pause_holds_back_new_rounds_offers_and_turns() -> None:
    circle = trio()
    circle.start()
    circle.do(SARI, Pause())
    assert refused(circle, RINA, Accept()) is Reason.PAUSED
    assert refused(circle, RINA, Decline()) is Reason.PAUSED
    assert refused(circle, SARI, Offer(SITI)) is Reason.PAUSED
    assert refused(circle, SARI, StartRound(Wording("Lagi?"), Order.SEATS)) is Reason.PAUSED


def test_a_second_no_counts_only_once_they_are_asked_a_second_time() -> None:
    circle = trio()
    circle.start()
    circle.do(RINA, Decline())
    circle.accept()
    circle.pass_on()
    circle.accept()
    assert (circle.person, circle.order) == (BUDI, (RINA,))
    assert refused(circle, RINA, Decline()) is Reason.NOT_OFFERED
    assert circle.standing(RINA) is Standing.DEFERRED


# --- Rounds ---


def test_whoever_is_passed_over_comes_after_everybody_else() -> None:
    circle = trio()
    circle.sit(TONO)
    circle.do(SITI, StepOut())
    circle.start()
    circle.accept()
    circle.pass_on()
    assert circle.stick() == ("offered", BUDI)
    assert circle.order == (TONO, SITI)


def test_an_order_made_by_hand_is_kept_and_whoever_is_not_named_comes_after() -> None:
    circle = trio()
    circle.sit(TONO, observer=True)
    circle.do(SARI, StartRound(Wording(""), Order.BY_HAND, named=(BUDI, TONO, SITI)))
    assert (circle.person, *circle.order) == (BUDI, SITI, RINA)


def test_the_invitation_is_for_those_who_let_it_go_by_and_for_nobody_who_spoke() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.pass_on()
    for who in (SITI, BUDI, SITI, BUDI):
        circle.do(who, Decline())
    assert circle.closed()
    circle.do(SARI, InvitePassed())
    assert [you(circle, who).invited for who in (RINA, SITI, BUDI)] == [False, True, True]
    circle.do(RINA, Ask())
    assert circle.stick() == ("resting", None)
    circle.do(RINA, Withdraw())
    circle.do(SITI, Ask())
    assert circle.stick() == ("held", SITI)


# --- Time ---


def test_a_clock_that_steps_back_reminds_nobody_a_second_time() -> None:
    circle = trio()
    circle.start()
    circle.wait(61)
    circle.wait(-3600)
    stick = circle.look().stick
    assert isinstance(stick, Offered)
    assert stick.nudges == 2


def test_without_an_agreed_limit_a_turn_is_never_cut() -> None:
    circle = trio(framed(soft_seconds=100))
    circle.start()
    circle.accept()
    for _ in range(3):
        circle.wait(100)
    assert circle.stick() == ("held", RINA)
    assert you(circle, RINA).last_words is None


def test_an_agreed_limit_warns_and_leaves_a_minute_for_last_words() -> None:
    circle = trio(LIMITED)
    circle.start()
    circle.accept()
    circle.wait(100)
    assert you(circle, RINA).last_words == present.ms(circle.now + 60)
    circle.wait(59)
    assert circle.stick() == ("held", RINA)
    circle.wait(1)
    assert circle.stick() == ("offered", SITI)
    assert circle.standing(RINA) is Standing.SPOKEN
    assert [n.kind for n in circle.look().notices][-1] is NoticeKind.TIME_UP


def test_a_limit_first_seen_late_still_leaves_the_whole_minute() -> None:
    circle = trio(LIMITED)
    circle.start()
    circle.accept()
    circle.wait(500)
    assert circle.stick() == ("held", RINA)
    circle.wait(59)
    assert circle.stick() == ("held", RINA)


def test_more_time_lifts_the_warning() -> None:
    circle = trio(LIMITED)
    circle.start()
    circle.accept()
    circle.wait(100)
    circle.do(SARI, Extend(circle.turn_id, 120))
    assert holding(circle).warned is None
    circle.wait(119)
    assert circle.stick() == ("held", RINA)
    assert you(circle, RINA).last_words is None


def test_a_pause_does_not_count_in_the_minute_of_last_words() -> None:
    circle = trio(LIMITED)
    circle.start()
    circle.accept()
    circle.wait(100)
    circle.do(SARI, Pause())
    circle.wait(300)
    circle.do(SARI, Resume())
    circle.wait(59)
    assert circle.stick() == ("held", RINA)
    circle.wait(1)
    assert circle.stick() == ("offered", SITI)


def test_somebody_wakes_to_say_that_the_meeting_ends_soon_and_that_it_is_due() -> None:
    circle = trio(framed(minutes=10))
    ends = circle.look().ends
    assert next_deadline(circle.look()) == ends - 300
    circle.wait(300)
    assert circle.look().ending is Ending.SOON
    assert next_deadline(circle.look()) == ends
    circle.wait(300)
    assert circle.look().ending is Ending.DUE


def test_the_meetings_end_is_never_moved_into_the_past() -> None:
    circle = trio(framed(minutes=10))
    circle.wait(1)
    circle.do(SARI, Prolong(-3600))
    assert circle.look().ends == circle.now
    circle.do(SARI, Prolong(600))
    assert circle.look().ends == circle.now + 600
    assert circle.look().ending is Ending.NOT_YET


# --- Facilitators ---


def test_whoever_gives_the_circle_away_is_a_member_once_it_is_taken_on() -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=False))
    assert circle.seat(SARI).role is Role.FACILITATOR
    circle.do(RINA, TakeOn(yes=True))
    assert [circle.seat(who).role for who in (SARI, RINA)] == [Role.MEMBER, Role.FACILITATOR]


def test_a_hand_over_is_shown_to_the_person_asked_and_to_nobody_beside_them() -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=True))
    assert you(circle, RINA).handing is not None
    assert you(circle, SITI).handing is None


def test_a_successor_is_asked_once_the_turn_and_the_grace_are_over() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(SARI, NameSuccessor(SITI))
    circle.lose(SARI)
    circle.wait(20)
    assert circle.look().handing is None
    circle.pass_on()
    assert circle.look().handing == Handing(SITI, None, stay=True)
    circle.arrive(SARI, facilitator=True)
    assert circle.look().handing is None


def test_a_reload_asks_no_successor_even_where_the_meeting_is_paused_and_locked() -> None:
    circle = trio()
    for command in (NameSuccessor(SITI), Pause(), Lock(True)):
        circle.do(SARI, command)
    circle.lose(SARI)
    circle.wait(19)
    assert circle.look().handing is None
    circle.wait(1)
    assert circle.look().handing == Handing(SITI, None, stay=True)


def test_the_floor_is_not_taken_from_a_facilitator() -> None:
    circle = trio()
    circle.arrive(ADI, facilitator=True)
    assert refused(circle, ADI, Quieten(SARI, on=True)) is Reason.NOT_ALLOWED


def test_taking_the_floor_from_a_holder_ends_the_turn_and_the_stick_rests() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(SARI, Quieten(RINA, on=True))
    assert circle.stick() == ("resting", None)
    assert circle.standing(RINA) is Standing.SPOKEN
    assert circle.look().quietened == (RINA,)


def test_every_notice_is_a_new_one_and_only_the_last_few_are_kept() -> None:
    circle = trio()
    last = circle.look().notices[-1].n
    for _ in range(KEPT):
        circle.do(SARI, Quieten(RINA, on=True))
        circle.do(SARI, Quieten(RINA, on=False))
    notices = circle.look().notices
    last += 2 * KEPT
    assert [n.n for n in notices] == list(range(last - KEPT + 1, last + 1))
    assert notices[-1].kind is NoticeKind.HEARD_AGAIN


def test_of_two_facilitators_who_set_the_same_the_slower_learns_who_was_faster() -> None:
    circle = trio()
    circle.arrive(ADI, facilitator=True)
    seen = circle.look().shown
    circle.meeting = carry_out(
        circle.look(), SARI, SetFloor(Floor.QUIET), "a", circle.now, "f", seen=seen
    )
    late = circle.look()
    with pytest.raises(Refused) as caught:
        carry_out(late, ADI, SetFloor(Floor.STICK), "b", circle.now, "g", seen=seen)
    assert (caught.value.reason, caught.value.by) == (Reason.CONFLICT, SARI)
    # What they set beside it, or set after having seen it, holds.
    assert carry_out(late, ADI, Lock(True), "c", circle.now, "h", seen=seen).locked
    again = carry_out(late, ADI, SetFloor(Floor.STICK), "d", circle.now, "i", seen=late.shown)
    assert again.floor is Floor.STICK
    own = carry_out(late, SARI, SetFloor(Floor.STICK), "e", circle.now, "j", seen=seen)
    assert own.floor is Floor.STICK


def test_the_bell_rings_only_where_the_circle_agreed_to_it() -> None:
    circle = trio()
    assert refused(circle, RINA, RingBell()) is Reason.NO_BELL
    circle = trio(framed(bell=True))
    circle.do(RINA, RingBell())
    assert (circle.look().silence, circle.look().paused) == (True, True)


# --- People and their words ---


def test_losing_the_connection_does_not_undo_a_step_out() -> None:
    circle = trio()
    circle.do(RINA, StepOut())
    circle.lose(RINA)
    circle.arrive(RINA)
    assert circle.presence(RINA) is Presence.STEPPED_OUT


def test_somebody_quietened_writes_on_no_floor() -> None:
    circle = trio()
    circle.do(SARI, SetFloor(Floor.OPEN))
    circle.do(SARI, Quieten(RINA, on=True))
    for may in (chat.may_say, chat.may_phrase):
        with pytest.raises(Refused) as caught:
            may(circle.look(), RINA)
        assert caught.value.reason is Reason.QUIETENED
    circle.do(SARI, Quieten(RINA, on=False))
    chat.may_say(circle.look(), RINA)


def test_the_holder_speaks_from_the_connection_on_which_they_accepted() -> None:
    circle = trio()
    circle.start()
    circle.meeting = decide(circle.look(), RINA, Accept(), circle.now, "turn", tab="phone")
    chat.may_say(circle.look(), RINA, "phone")
    with pytest.raises(Refused) as caught:
        chat.may_say(circle.look(), RINA, "laptop")
    assert caught.value.reason is Reason.ELSEWHERE
    # Their phone broke off for good: they speak from wherever they come back.
    circle.lose(RINA)
    back = Arrived("Rina", facilitator=False, observer=False, first_visit=False, tab="laptop")
    circle.meeting = decide(circle.look(), RINA, back, circle.now, "x")
    chat.may_say(circle.look(), RINA, "laptop")


# --- Privacy ---


def test_a_reminder_is_between_facilitators_and_the_holder() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    before = circle.look()
    circle.do(SARI, Remind(circle.turn_id))
    assert circle.look().shown == before.shown
    assert you(circle, RINA).wind_up == 1
    for who in (SITI, BUDI):
        assert you(circle, who) == present.you_view(before, who, circle.now)


def test_the_turns_id_is_the_holders_alone() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    assert you(circle, RINA).turn_id == circle.turn_id
    assert you(circle, SITI).turn_id is None
