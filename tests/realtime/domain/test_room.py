"""Door, roles, queue, calls for a hand, closing, words."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from realtime import present
from realtime.domain import chat
from realtime.domain.audience import facilitators, inside
from realtime.domain.commands import (
    Admit,
    Ask,
    BecomeMember,
    BecomeObserver,
    Close,
    Command,
    HandOver,
    Leave,
    Lock,
    NeedHand,
    Offer,
    PassStick,
    Pause,
    Remove,
    Reorder,
    SetFloor,
    SetPhase,
    StepOut,
    TakeHand,
    TakeOn,
    TurnAway,
    Withdraw,
)
from realtime.domain.meeting import Floor, Meeting, MemberId, Order, Phase, Presence, Role, Wording
from realtime.domain.refusal import Reason, Refused
from realtime.domain.stick import MAY, carry_out, next_deadline
from realtime.domain.table import NO_ROW, As
from realtime.views import LobbyView
from tests.realtime.domain.asking import refused
from tests.realtime.domain.circle import ADI, BUDI, RINA, SARI, SITI, TONO, Circle, framed, trio


def test_every_command_has_a_row_that_says_who_may() -> None:
    assert set(MAY) == set(get_args(Command))
    assert all(row.may for row in MAY.values())


def test_what_has_no_row_is_refused_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    circle = trio()
    monkeypatch.delitem(MAY, Ask)
    assert NO_ROW.may is As.NOBODY
    for who in (SARI, RINA):
        assert refused(circle, who, Ask()) is Reason.NOT_ALLOWED


def test_a_stranger_may_nothing() -> None:
    circle = trio()
    assert refused(circle, MemberId("x"), NeedHand()) is Reason.NOT_SEATED


def test_a_member_may_nothing_that_is_a_facilitators() -> None:
    circle = trio()
    for command in (Offer(None), Close(), Admit(None), Remove(SITI, ban=True), Pause()):
        assert refused(circle, RINA, command) is Reason.NOT_ALLOWED


def test_repeating_a_command_id_changes_nothing_even_much_later() -> None:
    circle = trio()
    asked = carry_out(circle.look(), RINA, Ask(), "same-id", circle.now, "f")
    circle.meeting = asked
    circle.do(RINA, Withdraw())
    later = circle.look()
    assert carry_out(later, RINA, Ask(), "same-id", circle.now, "g") is later
    assert carry_out(later, SITI, Ask(), "same-id", circle.now, "g") is not later


# --- The door ---


def test_the_door_waits_for_the_first_facilitator_and_says_so() -> None:
    circle = Circle(framed(door="open"))
    circle.arrive(RINA)
    assert circle.look().seats == ()
    assert present.lobby_view(circle.look(), RINA).state == "no_host"
    circle.arrive(SARI, facilitator=True)
    assert circle.presence(RINA) is Presence.HERE
    assert present.lobby_view(circle.look(), RINA).state == "admitted"


def test_the_door_gives_up_after_half_an_hour_without_a_facilitator() -> None:
    circle = Circle()
    circle.arrive(RINA)
    circle.wait(1799)
    assert circle.look().phase is Phase.GATHERING
    circle.wait(1)
    assert circle.look().phase is Phase.ENDED


def test_a_circle_that_asks_keeps_newcomers_at_the_door() -> None:
    circle = Circle()
    circle.arrive(SARI, facilitator=True)
    circle.arrive(RINA)
    assert circle.look().seat(RINA) is None
    assert present.lobby_view(circle.look(), RINA) == LobbyView(
        "waiting", "Sari", listens_first=False
    )


def test_a_locked_or_full_meeting_lets_nobody_in() -> None:
    circle = Circle(framed(seats=2))
    circle.arrive(SARI, facilitator=True)
    circle.sit(RINA)
    circle.arrive(SITI)
    assert refused(circle, SARI, Admit(SITI)) is Reason.FULL
    assert present.lobby_view(circle.look(), SITI).state == "full"
    circle.do(SARI, Lock(True))
    assert refused(circle, SARI, Admit(SITI)) is Reason.LOCKED
    assert present.lobby_view(circle.look(), SITI).state == "locked"


def test_an_open_door_seats_whoever_waits_once_a_seat_is_free() -> None:
    circle = Circle(framed(seats=2, door="open"))
    circle.arrive(SARI, facilitator=True)
    circle.arrive(RINA)
    circle.arrive(SITI)
    assert circle.look().seat(SITI) is None
    circle.do(RINA, Leave())
    assert circle.presence(SITI) is Presence.HERE


def test_somebody_turned_away_stays_away() -> None:
    circle = Circle()
    circle.arrive(SARI, facilitator=True)
    circle.arrive(RINA)
    circle.do(SARI, TurnAway(RINA))
    circle.arrive(RINA)
    assert circle.look().waiting == ()
    assert present.lobby_view(circle.look(), RINA).state == "turned_away"


def test_somebody_removed_does_not_come_back_tonight() -> None:
    circle = trio()
    circle.do(SARI, Remove(RINA, ban=False))
    assert RINA not in inside(circle.look())
    with pytest.raises(Refused) as caught:
        circle.arrive(RINA)
    assert caught.value.reason is Reason.REMOVED
    assert refused(circle, RINA, NeedHand()) is Reason.REMOVED


def test_a_latecomer_joins_the_end_of_the_round() -> None:
    circle = trio()
    circle.start()
    circle.arrive(TONO)
    assert present.lobby_view(circle.look(), TONO).state == "late"
    circle.do(SARI, Admit(TONO))
    assert circle.order == (SITI, BUDI, TONO)


def test_after_closing_began_a_latecomer_listens() -> None:
    circle = trio()
    circle.do(SARI, SetPhase(Phase.CLOSING))
    circle.sit(TONO)
    assert circle.seat(TONO).role is Role.OBSERVER
    assert refused(circle, TONO, BecomeMember()) is Reason.WRONG_PHASE


def test_leaving_and_coming_in_again_gives_no_second_turn_in_a_round() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.pass_on()
    circle.do(RINA, Leave())
    circle.sit(RINA)
    assert RINA not in circle.order
    assert [s.member_id for s in circle.look().seats].count(RINA) == 1


def test_a_seat_is_kept_ten_minutes_for_somebody_away() -> None:
    circle = trio()
    circle.lose(RINA)
    circle.wait(599)
    assert circle.presence(RINA) is Presence.AWAY
    circle.wait(1)
    assert circle.presence(RINA) is Presence.LEFT


# --- Roles ---


def test_a_hand_over_counts_once_it_is_taken_on() -> None:
    circle = trio()
    circle.do(SARI, HandOver(RINA, stay=True))
    assert circle.seat(RINA).role is Role.MEMBER
    assert refused(circle, SITI, TakeOn(yes=True)) is Reason.NOT_OFFERED
    circle.do(RINA, TakeOn(yes=True))
    assert facilitators(circle.look()) == {SARI, RINA}
    circle.do(SARI, BecomeMember())
    assert facilitators(circle.look()) == {RINA}


def test_the_last_facilitator_cannot_give_the_role_away_to_nobody() -> None:
    circle = trio()
    for command in (BecomeMember(), BecomeObserver(), Remove(SARI, ban=False)):
        assert refused(circle, SARI, command) is Reason.LAST_FACILITATOR


def test_a_holder_who_takes_the_circle_on_finishes_their_turn() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(SARI, HandOver(RINA, stay=True))
    circle.do(RINA, TakeOn(yes=True))
    assert circle.stick() == ("held", RINA)
    circle.pass_on()
    assert circle.stick() == ("offered", SITI)


def test_an_observer_who_becomes_a_member_joins_as_a_latecomer() -> None:
    circle = trio()
    circle.sit(TONO, observer=True)
    circle.start()
    circle.do(TONO, BecomeMember())
    assert circle.order == (SITI, BUDI, TONO)


def test_a_holder_who_becomes_an_observer_ends_the_turn() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(RINA, BecomeObserver())
    assert circle.stick() == ("resting", None)
    circle.do(RINA, BecomeMember())
    assert RINA not in circle.order


# --- The queue and the order ---


def test_the_queue_keeps_its_order_through_a_lost_connection() -> None:
    circle = trio()
    circle.do(SITI, Ask())
    circle.do(RINA, Ask())
    circle.lose(SITI)
    circle.arrive(SITI)
    circle.do(SITI, Ask())
    assert [a.member_id for a in circle.look().asked] == [SITI, RINA]


def test_asked_first_puts_those_who_asked_before_the_rest() -> None:
    circle = trio()
    circle.do(BUDI, Ask())
    circle.start(Order.ASKED)
    assert (circle.person, *circle.order) == (BUDI, RINA, SITI)


def test_a_shuffle_keeps_everybody() -> None:
    circle = trio()
    circle.start(Order.SHUFFLED)
    assert {circle.person, *circle.order} == {RINA, SITI, BUDI}


def test_without_a_round_next_is_whoever_asked_first() -> None:
    circle = trio()
    assert refused(circle, SARI, Offer(None)) is Reason.NOBODY_WAITING
    circle.do(SITI, Ask())
    circle.offer(None)
    assert circle.stick() == ("offered", SITI)
    circle.accept()
    assert circle.look().asked == ()


def test_reordering_touches_only_people_not_yet_offered() -> None:
    circle = trio()
    circle.start()
    circle.do(SARI, Reorder(BUDI, before=RINA))
    assert circle.person == RINA
    assert circle.order == (BUDI, SITI)


# --- Privacy ---


def views(meeting: Meeting, *people: MemberId) -> list[object]:
    return [present.meeting_view(meeting, 0), *(present.you_view(meeting, p, 0) for p in people)]


def test_a_call_for_a_hand_changes_nothing_that_anybody_else_receives() -> None:
    circle = trio()
    circle.start()
    before = circle.look()
    circle.do(SITI, NeedHand())
    after = circle.look()
    assert after.version == before.version + 1
    assert after.shown == before.shown
    assert views(after, RINA, BUDI) == views(before, RINA, BUDI)
    you = present.you_view(after, SITI, 0)
    assert you is not None
    assert you.hand_sent
    assert [h.member_id for h in present.facilitator_view(after, 0).hands] == [SITI]
    circle.do(SARI, TakeHand(SITI, done=False))
    circle.do(SARI, TakeHand(SITI, done=True))
    assert circle.look().shown == before.shown
    assert present.facilitator_view(circle.look(), 0).hands == ()


def test_somebody_who_stepped_out_can_still_call_for_a_hand() -> None:
    circle = trio()
    circle.do(RINA, StepOut())
    assert [h.member_id for h in circle.do(RINA, NeedHand()).hands] == [RINA]


def test_the_members_view_has_no_turn_id_and_no_standing() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    text = repr(present.meeting_view(circle.look(), 0))
    assert circle.turn_id not in text
    assert "standing" not in text


def test_people_in_the_order_know_who_is_before_them() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    ahead = [
        view.ahead if view else None
        for view in (present.you_view(circle.look(), p, 0) for p in (RINA, SITI, BUDI))
    ]
    assert ahead == [None, RINA, SITI]


def test_a_silent_offer_shows_to_its_person_and_to_facilitators_alone() -> None:
    circle = trio()
    circle.start()
    shown = circle.look().shown
    assert next_deadline(circle.look()) == circle.now + 30
    circle.wait(30)
    you = present.you_view(circle.look(), RINA, 0)
    assert you is not None
    assert you.reminded
    assert present.facilitator_view(circle.look(), 0).silent is None
    circle.wait(30)
    assert present.facilitator_view(circle.look(), 0).silent == RINA
    assert circle.look().shown == shown


def test_stepping_out_leaves_the_audience_of_words() -> None:
    circle = trio()
    circle.do(RINA, StepOut())
    assert inside(circle.look()) == {SARI, SITI, BUDI}


# --- Closing ---


def test_closing_empties_the_meeting_and_only_leaving_is_left() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.arrive(TONO)
    circle.do(SARI, Close())
    assert circle.look().phase is Phase.ENDED
    assert (circle.stick(), circle.look().prompt) == (("resting", None), Wording())
    assert present.lobby_view(circle.look(), TONO).state == "ended"
    assert inside(circle.look()) == {SARI, RINA, SITI, BUDI}
    assert refused(circle, SARI, Offer(None)) is Reason.ENDED
    assert next_deadline(circle.look()) is None
    circle.do(RINA, Leave())
    assert RINA not in inside(circle.look())


def test_fifteen_minutes_without_a_facilitator_closes_kindly() -> None:
    circle = trio()
    circle.do(SARI, StepOut())
    circle.wait(899)
    assert circle.look().phase is not Phase.ENDED
    circle.wait(1)
    assert circle.look().phase is Phase.ENDED


def test_after_the_closing_round_the_floor_opens_for_goodbyes() -> None:
    circle = trio()
    circle.do(SARI, SetPhase(Phase.CLOSING))
    circle.start()
    assert circle.look().phase is Phase.CLOSING
    for _ in range(3):
        circle.accept()
        circle.pass_on()
    assert circle.look().floor is Floor.OPEN


# --- Words ---


def may(meeting: Meeting, who: MemberId) -> Reason | None:
    try:
        chat.may_say(meeting, who)
    except Refused as refused:
        return refused.reason
    return None


def test_while_somebody_holds_only_they_and_facilitators_write() -> None:
    circle = trio()
    circle.sit(TONO, observer=True)
    circle.start()
    circle.accept()
    said = {who: may(circle.look(), who) for who in (SARI, RINA, SITI, TONO)}
    assert said == {
        SARI: None,
        RINA: None,
        SITI: Reason.FLOOR_HELD,
        TONO: Reason.OBSERVERS_LISTEN,
    }
    chat.may_phrase(circle.look(), SITI)
    chat.may_nod(circle.look(), TONO)


def test_while_the_stick_rests_every_member_writes() -> None:
    circle = trio()
    circle.start()
    circle.accept()
    circle.do(RINA, StepOut())
    assert may(circle.look(), SITI) is None
    assert may(circle.look(), RINA) is Reason.STEPPED_OUT


def test_a_quiet_floor_is_the_facilitators() -> None:
    circle = trio()
    circle.do(SARI, SetFloor(Floor.QUIET))
    assert may(circle.look(), RINA) is Reason.FLOOR_QUIET
    assert may(circle.look(), SARI) is None


def test_a_pause_is_silence_for_members() -> None:
    circle = trio()
    circle.do(SARI, Pause())
    assert may(circle.look(), RINA) is Reason.PAUSED


def test_nods_stop_where_the_speaker_wants_it() -> None:
    circle = trio()
    with pytest.raises(Refused) as caught:
        chat.may_nod(replace(circle.look(), nods_off=True), RINA)
    assert caught.value.reason is Reason.NODS_OFF


def test_one_takes_back_ones_own_words_and_a_facilitator_any() -> None:
    circle = trio()
    chat.may_retract(circle.look(), RINA, own=True)
    chat.may_retract(circle.look(), SARI, own=False)
    with pytest.raises(Refused) as caught:
        chat.may_retract(circle.look(), RINA, own=False)
    assert caught.value.reason is Reason.NOT_YOURS


def test_two_facilitators_at_once_both_hold_where_nothing_conflicts() -> None:
    circle = trio()
    circle.arrive(ADI, facilitator=True)
    circle.start()
    circle.accept()
    circle.do(ADI, Lock(True))
    circle.do(SARI, PassStick(circle.turn_id, None))
    assert circle.look().locked
    assert circle.stick() == ("offered", SITI)
