"""What facilitators do for somebody and to somebody: private words, taking the floor, roles."""

from __future__ import annotations

import pytest

from realtime import present
from realtime.domain import chat
from realtime.domain.commands import (
    Admit,
    Ask,
    BecomeMember,
    BecomeObserver,
    ComeBack,
    Excuse,
    HandOver,
    Leave,
    Lock,
    LowerHand,
    NameSuccessor,
    NeedHand,
    PassStick,
    Pause,
    Quieten,
    Ready,
    Remind,
    Remove,
    Resume,
    RingBell,
    SpeakHere,
    StepOut,
    TakeBack,
    TakeHand,
    TakeOn,
    TurnAway,
)
from realtime.domain.meeting import NoticeKind, TurnId
from realtime.domain.notices import KEPT
from realtime.domain.refusal import Reason, Refused
from tests.realtime.domain.asking import held, notices, refused, silent, told, you
from tests.realtime.domain.circle import ADI, BUDI, RINA, SARI, SITI, TONO, Circle, framed, trio


def under_way() -> Circle:
    circle = trio()
    circle.start()
    circle.accept()
    return circle


# --- A private word ---


def test_a_reminder_reaches_the_holder_and_changes_nothing_that_anybody_else_sees() -> None:
    circle = under_way()
    before = circle.look()
    circle.do(SARI, Remind(circle.turn_id))
    circle.do(SARI, Remind(circle.turn_id))
    assert you(circle, RINA).wind_up == 2
    assert circle.look().shown == before.shown
    assert present.you_view(circle.look(), SITI, 0) == present.you_view(before, SITI, 0)
    assert held(circle).soft_limit - held(circle).started == circle.look().frame.soft_seconds


def test_a_reminder_for_a_turn_that_is_over_reaches_nobody() -> None:
    circle = under_way()
    old = circle.turn_id
    circle.pass_on()
    circle.accept()
    before = circle.look()
    assert circle.do(SARI, Remind(old)) is before
    assert you(circle, SITI).wind_up == 0
    assert refused(circle, SITI, Remind(circle.turn_id)) is Reason.NOT_ALLOWED


# --- Taking the floor from somebody ---


def test_whoever_loses_the_floor_says_and_phrases_nothing_until_it_is_given_back() -> None:
    circle = trio()
    circle.do(SARI, Quieten(RINA, on=True))
    assert silent(circle, RINA) is Reason.QUIETENED
    with pytest.raises(Refused) as caught:
        chat.may_phrase(circle.look(), RINA)
    assert caught.value.reason is Reason.QUIETENED
    # They are still one of the circle.
    chat.may_nod(circle.look(), RINA)
    circle.do(RINA, NeedHand())
    circle.do(SARI, Quieten(RINA, on=False))
    assert silent(circle, RINA) is None
    chat.may_phrase(circle.look(), RINA)


def test_an_offer_to_whoever_loses_the_floor_is_taken_back_and_they_keep_their_place() -> None:
    circle = trio()
    circle.start()
    circle.do(SARI, Quieten(RINA, on=True))
    assert circle.stick() == ("resting", None)
    assert circle.order == (RINA, SITI, BUDI)
    circle.offer(None)
    assert circle.stick() == ("offered", SITI)


def test_whoever_loses_the_floor_while_waiting_is_passed_over_though_they_were_ready() -> None:
    circle = under_way()
    circle.do(SITI, Ready())
    circle.do(SARI, Quieten(SITI, on=True))
    circle.pass_on()
    assert circle.stick() == ("offered", BUDI)
    assert refused(circle, SITI, Ready()) is Reason.NOT_YOUR_TURN


def test_the_floor_stays_taken_through_reloads_and_leaving_and_listening() -> None:
    circle = trio()
    circle.do(SARI, Quieten(RINA, on=True))
    circle.lose(RINA)
    circle.arrive(RINA)
    circle.do(RINA, BecomeObserver())
    circle.do(RINA, BecomeMember())
    assert silent(circle, RINA) is Reason.QUIETENED
    circle.do(RINA, Leave())
    circle.sit(RINA)
    assert silent(circle, RINA) is Reason.QUIETENED


def test_offering_the_stick_by_name_gives_the_floor_back() -> None:
    circle = under_way()
    circle.do(SARI, Quieten(SITI, on=True))
    circle.do(SARI, PassStick(circle.turn_id, SITI))
    assert circle.stick() == ("offered", SITI)
    assert silent(circle, SITI) is not Reason.QUIETENED
    assert notices(circle)[-1] == (NoticeKind.HEARD_AGAIN, SITI, SARI)


def test_a_holder_gives_the_floor_back_to_nobody_by_naming_them() -> None:
    circle = trio()
    circle.offer(RINA)
    circle.accept()
    circle.do(SARI, Quieten(SITI, on=True))
    assert refused(circle, RINA, PassStick(circle.turn_id, SITI)) is Reason.QUIETENED
    assert circle.stick() == ("held", RINA)


def test_the_floor_is_taken_from_no_facilitator_also_where_they_come_in_anew() -> None:
    circle = trio()
    circle.arrive(ADI, facilitator=True)
    assert refused(circle, SARI, Quieten(ADI, on=True)) is Reason.NOT_ALLOWED
    circle.do(ADI, BecomeMember())
    circle.do(SARI, Quieten(ADI, on=True))
    circle.do(ADI, Leave())
    circle.arrive(ADI, facilitator=True)
    assert silent(circle, ADI) is None
    assert circle.look().quietened == ()


def test_whoever_loses_the_floor_is_not_asked_to_take_the_circle_on() -> None:
    circle = trio()
    circle.do(SARI, NameSuccessor(RINA))
    circle.do(SARI, HandOver(RINA, stay=True))
    circle.do(SARI, Quieten(RINA, on=True))
    assert (circle.look().successor, circle.look().handing) == (None, None)
    circle.do(SARI, StepOut())
    assert refused(circle, RINA, TakeOn(yes=True)) is Reason.NOT_OFFERED


def test_the_right_to_finish_of_somebody_quietened_holds_up_nobody_elses() -> None:
    circle = under_way()
    circle.do(RINA, StepOut())
    circle.offer(None)
    circle.accept()
    circle.do(RINA, ComeBack())
    circle.do(SARI, Quieten(RINA, on=True))
    circle.do(SITI, StepOut())
    circle.do(SARI, Pause())
    circle.do(SITI, ComeBack())
    circle.do(SARI, Resume())
    assert circle.stick() == ("offered", SITI)


# --- Told to everybody, without blame ---


def test_what_is_done_to_somebody_is_told_to_everybody_with_who_did_it() -> None:
    circle = under_way()
    circle.arrive(TONO)
    for command, kind, who in (
        (Admit(TONO), NoticeKind.ADMITTED, TONO),
        (TakeBack(circle.turn_id), NoticeKind.TOOK_BACK, RINA),
        (Quieten(SITI, on=True), NoticeKind.QUIETENED, SITI),
        (Quieten(SITI, on=False), NoticeKind.HEARD_AGAIN, SITI),
        (Remove(BUDI, ban=True), NoticeKind.REMOVED, BUDI),
        (Lock(True), NoticeKind.LOCKED, None),
        (Lock(False), NoticeKind.UNLOCKED, None),
    ):
        before = circle.look()
        circle.do(SARI, command)
        assert notices(circle)[-1] == (kind, who, SARI)
        assert circle.look().notices[-1].n == before.notices[-1].n + 1
        assert circle.look().shown > before.shown


def test_every_change_of_a_role_is_told() -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=False))
    circle.do(RINA, TakeOn(yes=True))
    assert notices(circle)[-2:] == [
        (NoticeKind.FACILITATES, RINA, SARI),
        (NoticeKind.IS_MEMBER, SARI, SARI),
    ]
    circle.do(SITI, BecomeObserver())
    circle.do(SITI, BecomeMember())
    assert notices(circle)[-2:] == [
        (NoticeKind.OBSERVES, SITI, None),
        (NoticeKind.IS_MEMBER, SITI, None),
    ]


def test_notices_are_the_last_few_and_their_numbers_go_on() -> None:
    circle = trio()
    for _ in range(6):
        circle.do(SARI, Lock(True))
        circle.do(SARI, Lock(False))
    numbers = [n.n for n in circle.look().notices]
    assert len(numbers) == KEPT
    assert numbers == list(range(numbers[0], numbers[0] + KEPT))
    assert numbers[-1] == 3 + 12


def test_what_is_private_makes_no_notice() -> None:
    circle = under_way()
    circle.arrive(TONO)
    before = circle.look().notices
    for who, command in (
        (SITI, NeedHand()),
        (SARI, TakeHand(SITI, done=True)),
        (SARI, Remind(circle.turn_id)),
        (SITI, Ask()),
        (SARI, LowerHand(SITI)),
        (SARI, Excuse(BUDI)),
        (SARI, TurnAway(TONO)),
        (SARI, NameSuccessor(SITI)),
        (SARI, HandOver(SITI, stay=True)),
        (SITI, TakeOn(yes=False)),
        (RINA, SpeakHere()),
    ):
        circle.do(who, command)
    assert circle.look().notices == before


def test_taking_back_a_turn_that_is_over_tells_nothing() -> None:
    circle = trio()
    before = circle.look()
    assert circle.do(SARI, TakeBack(TurnId("older"))) is before


# --- The bell ---


def test_anybody_may_ring_the_bell_where_the_circle_agreed_and_a_facilitator_resumes() -> None:
    circle = trio(framed(bell=True))
    circle.sit(TONO, observer=True)
    circle.start()
    circle.accept()
    circle.wait(10)
    circle.do(TONO, RingBell())
    view = present.meeting_view(circle.look(), circle.now)
    assert (view.silence, view.paused, view.bell) == (True, True, True)
    assert silent(circle, RINA) is Reason.PAUSED
    before = circle.look()
    assert circle.do(SITI, RingBell()) is before
    assert refused(circle, RINA, Resume()) is Reason.NOT_ALLOWED
    circle.wait(500)
    circle.do(SARI, Resume())
    assert not circle.look().silence
    assert circle.now - held(circle).started == pytest.approx(10)


def test_nobody_learns_who_rang() -> None:
    circle = trio(framed(bell=True))
    circle.do(RINA, RingBell())
    meeting = circle.look()
    seen = (present.meeting_view(meeting, 0), present.you_view(meeting, SITI, 0), told(circle))
    other = trio(framed(bell=True))
    other.do(BUDI, RingBell())
    theirs = (
        present.meeting_view(other.look(), 0),
        present.you_view(other.look(), SITI, 0),
        told(other),
    )
    assert seen == theirs


def test_the_bell_is_refused_where_the_circle_did_not_agree_to_it() -> None:
    circle = trio()
    assert refused(circle, RINA, RingBell()) is Reason.NO_BELL
    assert refused(circle, SARI, RingBell()) is Reason.NO_BELL


def test_a_silence_over_a_pause_ends_with_it_and_is_called_by_nobody_outside() -> None:
    circle = trio(framed(bell=True))
    circle.do(SARI, Pause())
    circle.do(RINA, RingBell())
    assert circle.look().silence
    circle.do(SARI, Resume())
    assert (circle.look().paused, circle.look().silence) == (False, False)
    circle.do(RINA, StepOut())
    assert refused(circle, RINA, RingBell()) is Reason.STEPPED_OUT
