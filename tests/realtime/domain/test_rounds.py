"""Rounds of every kind: by hand, of closing words, and the turn for those who let it go by."""

from __future__ import annotations

from realtime.domain.commands import (
    Accept,
    Ask,
    Decline,
    InvitePassed,
    Leave,
    LowerHand,
    Pause,
    Quieten,
    Ready,
    Reorder,
    Resume,
    SetPhase,
    StartRound,
    StepOut,
    Withdraw,
)
from realtime.domain.meeting import Floor, MemberId, Order, Phase, Standing, Wording
from realtime.domain.refusal import Reason
from tests.realtime.domain.asking import refused, told, you
from tests.realtime.domain.circle import BUDI, RINA, SARI, SITI, TONO, Circle, trio


def declined_by(*people: MemberId) -> Circle:
    """A round that closed: these let it go by twice, the others spoke."""
    circle = trio()
    circle.start()
    while not circle.closed():
        if circle.person in people:
            circle.do(circle.person, Decline())
        else:
            circle.accept()
            circle.pass_on()
        if circle.stick()[0] == "resting" and not circle.closed():
            circle.offer(None)
    return circle


# --- 'Anybody who passed, would you like a turn?' ---


def test_asked_once_more_a_yes_is_a_turn_at_once_and_needs_no_second_yes() -> None:
    circle = declined_by(SITI)
    assert not you(circle, SITI).invited
    circle.do(SARI, InvitePassed())
    assert you(circle, SITI).invited
    circle.do(SITI, Ask())
    assert circle.stick() == ("held", SITI)
    circle.pass_on()
    assert circle.standing(SITI) is Standing.SPOKEN
    assert not you(circle, SITI).invited
    assert circle.stick() == ("resting", None)


def test_whoever_spoke_and_would_like_another_turn_waits_behind_those_who_had_none() -> None:
    circle = declined_by(SITI)
    circle.do(RINA, Ask())
    circle.do(SARI, InvitePassed())
    assert not you(circle, RINA).invited
    circle.do(SITI, Ask())
    assert circle.stick() == ("held", SITI)
    assert [a.member_id for a in circle.look().asked] == [RINA]


def test_asking_for_another_turn_while_others_are_invited_takes_nothing_by_itself() -> None:
    circle = declined_by(SITI)
    circle.do(SARI, InvitePassed())
    circle.do(RINA, Ask())
    assert circle.stick() == ("resting", None)


def test_while_one_who_was_invited_speaks_the_next_follows_in_the_order_of_asking() -> None:
    circle = declined_by(RINA, SITI, BUDI)
    circle.do(SARI, InvitePassed())
    circle.do(BUDI, Ask())
    circle.do(SITI, Ask())
    circle.do(RINA, Ask())
    assert circle.stick() == ("held", BUDI)
    circle.pass_on()
    assert circle.stick() == ("held", SITI)
    circle.pass_on()
    assert circle.stick() == ("held", RINA)


def test_there_is_no_such_invitation_while_a_round_is_open() -> None:
    circle = trio()
    assert refused(circle, SARI, InvitePassed()) is Reason.WRONG_PHASE
    circle.start()
    assert refused(circle, SARI, InvitePassed()) is Reason.WRONG_PHASE
    circle.do(RINA, Decline())
    assert refused(circle, SARI, InvitePassed()) is Reason.WRONG_PHASE


def test_a_new_round_ends_the_invitation_and_what_was_said_to_it() -> None:
    circle = declined_by(RINA, SITI)
    circle.do(SARI, InvitePassed())
    circle.do(SARI, Pause())
    circle.do(SITI, Ask())
    circle.do(SARI, Resume())
    circle.start(prompt="Lagi?")
    assert not you(circle, SITI).invited
    # Siti said yes to the turn before, not to this one.
    assert circle.look().ready == ()
    assert circle.stick() == ("offered", RINA)


def test_another_part_of_the_meeting_ends_the_invitation() -> None:
    circle = declined_by(SITI)
    circle.do(SARI, InvitePassed())
    circle.do(SARI, SetPhase(Phase.CLOSING))
    circle.do(SITI, Ask())
    assert circle.stick() == ("resting", None)


def test_taking_the_hand_down_again_takes_the_yes_with_it() -> None:
    for command, by in ((Withdraw(), SITI), (LowerHand(SITI), SARI), (LowerHand(None), SARI)):
        circle = declined_by(SITI)
        circle.do(SARI, InvitePassed())
        circle.do(SARI, Pause())
        circle.do(SITI, Ask())
        circle.do(by, command)
        assert circle.look().ready == ()
        assert circle.look().asked == ()


def test_somebody_quietened_who_says_yes_is_reached_once_they_are_heard_again() -> None:
    circle = declined_by(SITI)
    circle.do(SARI, Quieten(SITI, on=True))
    circle.do(SARI, InvitePassed())
    circle.do(SITI, Ask())
    assert circle.stick() == ("resting", None)
    circle.do(SARI, Quieten(SITI, on=False))
    circle.offer(None)
    assert circle.stick() == ("held", SITI)


def test_who_was_invited_and_interrupted_may_finish() -> None:
    circle = declined_by(SITI)
    circle.do(SARI, InvitePassed())
    circle.do(SITI, Ask())
    turn = circle.turn_id
    circle.lose(SITI)
    circle.wait(60)
    assert circle.stick() == ("resting", None)
    circle.arrive(SITI)
    circle.accept()
    assert circle.turn_id == turn


# --- By hand ---


def test_an_order_made_by_hand_counts_nobody_twice_and_nobody_who_is_not_there() -> None:
    circle = trio()
    circle.sit(TONO)
    circle.do(TONO, Leave())
    named = (BUDI, TONO, BUDI, SARI, MemberId("nobody"))
    circle.do(SARI, StartRound(Wording(""), Order.BY_HAND, named=named))
    assert (circle.person, *circle.order) == (BUDI, RINA, SITI)


def test_another_order_by_hand_before_anybody_answered_is_another_start() -> None:
    circle = trio()
    circle.do(SARI, StartRound(Wording(""), Order.BY_HAND, named=(BUDI,)))
    circle.do(SARI, StartRound(Wording(""), Order.BY_HAND, named=(SITI,)))
    assert (circle.person, *circle.order) == (SITI, RINA, BUDI)


def test_somebody_who_is_being_offered_is_not_moved_and_before_them_means_first() -> None:
    circle = trio()
    circle.start()
    assert refused(circle, SARI, Reorder(RINA, before=None)) is Reason.NOT_IN_ROUND
    circle.do(SARI, Reorder(BUDI, before=RINA))
    assert circle.stick() == ("offered", RINA)
    assert circle.order == (BUDI, SITI)


def test_whoever_spoke_is_moved_back_into_the_round_by_nobody() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.pass_on()
    assert refused(circle, SARI, Reorder(RINA, before=BUDI)) is Reason.NOT_IN_ROUND


# --- Closing words ---


def test_a_round_of_closing_words_begins_the_closing_and_opens_the_floor_for_goodbyes() -> None:
    circle = trio()
    circle.do(SARI, StartRound(Wording("Satu kata?"), Order.SEATS, closing=True))
    assert (circle.look().phase, circle.look().floor) == (Phase.CLOSING, Floor.STICK)
    circle.do(RINA, Decline())
    for _ in range(2):
        circle.accept()
        circle.pass_on()
    assert circle.look().floor is Floor.STICK
    circle.do(RINA, Decline())
    assert (circle.closed(), circle.look().floor) == (True, Floor.OPEN)


def test_closing_words_are_another_round_than_one_just_begun_with_the_same_question() -> None:
    circle = trio()
    circle.start(prompt="")
    number = circle.look().round
    assert number is not None
    closing = StartRound(Wording(""), Order.SEATS, closing=True)
    circle.do(SARI, closing)
    assert circle.look().phase is Phase.CLOSING
    started = circle.look()
    assert circle.do(SARI, closing) is started


# --- 'Ready', and what undoes it ---


def test_ready_is_undone_by_stepping_out_and_by_declining() -> None:
    for command in (StepOut(), Decline()):
        circle = trio()
        circle.start()
        circle.accept()
        circle.do(SITI, Ready())
        circle.do(SITI, command)
        circle.pass_on()
        assert circle.stick() == ("offered", BUDI)


def test_a_hand_up_in_the_round_stays_up_after_it_and_goes_down_with_a_turn() -> None:
    circle = trio()
    circle.start()
    circle.do(BUDI, Ask())
    assert [a.member_id for a in told(circle).asked] == [BUDI]
    for _ in range(3):
        circle.do(circle.person, Accept())
        circle.pass_on()
    assert circle.closed()
    assert circle.look().asked == ()
