"""What the simulated facilitator would do next, given what they were told of the room.

Pure, as `member` is. Declines to lead while a person does.
"""

from __future__ import annotations

from collections.abc import Callable

from realtime.client.seen import Seen
from realtime.domain import commands
from realtime.domain.meeting import MemberId, Order, Phase, Presence, Role, Wording
from realtime.views import FacilitatorView, MeetingView, SeatView
from server.simulated.lines import Marks, Move, Part, next_line, spoken

ENOUGH_TO_BEGIN = 4
"""Members seated before the meeting is opened."""
CLOSING_MS = 5 * 60 * 1000
PATIENCE = 40.0
"""Beats without any change after which it helps a person who facilitates."""
SILENT_OFFER = 90.0
SILENT_HOLDER = 300.0
ORDERS = (Order.SEATS, Order.ASKED, Order.SHUFFLED)


def facilitator_move(seen: Seen, part: Part, marks: Marks) -> Move | None:
    """What the simulated facilitator wants to do now, or None.

    While a person facilitates it leaves the lead to them, and goes on only when nothing
    happened for a while.
    """
    meeting, room, you = seen.meeting, seen.facilitating, seen.you
    if meeting is None or room is None or you is None or seen.trouble:
        return None
    if meeting.phase is Phase.ENDED:
        return None
    leads = person_leading(meeting, part)
    if leads is not None and f"lead:{leads.member_id}" not in marks:
        return spoken(part.lines.lead.format(name=leads.name), f"lead:{leads.member_id}", 0.5)
    wishes: tuple[Callable[[], Move | None], ...] = (
        lambda: Move(commands.Resume(), 8) if meeting.paused else None,
        lambda: door_and_hands(room, you.member_id),
        lambda: greet(meeting, part, marks),
        lambda: frame(meeting, part, marks),
        lambda: stick(seen, meeting, room, part),
    )
    move = next((move for wish in wishes if (move := wish())), None)
    if move is None or leads is None:
        return move
    now = (meeting.epoch, meeting.version, seen.seq, room.waiting, room.hands)
    return Move(move.what, max(PATIENCE, move.after), move.mark, now)


def person_leading(meeting: MeetingView, part: Part) -> SeatView | None:
    """A person, not one of the cast, who facilitates now."""
    for seat in meeting.seats:
        leads = seat.role is Role.FACILITATOR and seat.presence is Presence.HERE
        if leads and seat.member_id not in part.cast:
            return seat
    return None


def door_and_hands(room: FacilitatorView, me: MemberId) -> Move | None:
    """Whoever waits at the door is let in; whoever called for a hand gets one."""
    for waiting in room.waiting:
        return Move(commands.Admit(waiting.member_id), 1)
    for hand in room.hands:
        if hand.taken_by is None:
            return Move(commands.TakeHand(hand.member_id, done=False), 2)
        if hand.taken_by == me:
            return Move(commands.TakeHand(hand.member_id, done=True), 20)
    return None


def greet(meeting: MeetingView, part: Part, marks: Marks) -> Move | None:
    """A word for a person who came in, between turns."""
    if meeting.stick.kind not in ("resting", "offered"):
        return None
    for seat in meeting.seats:
        mark = f"hello:{seat.member_id}"
        newcomer = seat.member_id not in part.cast and seat.role is not Role.FACILITATOR
        if newcomer and mark not in marks:
            return spoken(part.lines.newcomer.format(name=seat.name), mark, 0.5)
    return None


def frame(meeting: MeetingView, part: Part, marks: Marks) -> Move | None:
    """The course of the meeting: open, rounds one after the other, close when the time is up."""
    lines, epoch = part.lines, meeting.epoch
    match meeting.phase:
        case Phase.GATHERING:
            here = [s for s in meeting.seats if s.presence is Presence.HERE]
            enough = len(here) > min(ENOUGH_TO_BEGIN, len(lines.members))
            return Move(commands.SetPhase(Phase.OPENING), 3) if enough else None
        case Phase.OPENING:
            return next_line(lines.welcome, f"welcome:{epoch}", marks) or new_round(
                epoch, part, marks
            )
        case Phase.SHARING if meeting.round is None and meeting.stick.kind == "resting":
            if meeting.ends - meeting.now < CLOSING_MS:
                return Move(commands.SetPhase(Phase.CLOSING), 4)
            return thank(epoch, part, marks) or new_round(epoch, part, marks)
        case Phase.CLOSING if meeting.stick.kind == "resting":
            return next_line([lines.closing], f"close:{epoch}", marks) or Move(commands.Close(), 20)
    return None


def rounds_begun(epoch: int, marks: Marks) -> int:
    return sum(mark.startswith(f"round:{epoch}:") for mark in marks)


def thank(epoch: int, part: Part, marks: Marks) -> Move | None:
    """Once after each round."""
    begun = rounds_begun(epoch, marks)
    mark = f"thanks:{epoch}:{begun}"
    if not begun or mark in marks:
        return None
    return spoken(part.lines.thanks[begun % len(part.lines.thanks)], mark)


def new_round(epoch: int, part: Part, marks: Marks) -> Move:
    begun = rounds_begun(epoch, marks)
    prompt = part.lines.rounds[begun % len(part.lines.rounds)].prompt
    order = ORDERS[begun % len(ORDERS)]
    return Move(commands.StartRound(Wording(prompt), order), 3.5, f"round:{epoch}:{begun}")


def stick(seen: Seen, meeting: MeetingView, room: FacilitatorView, part: Part) -> Move | None:
    """Keep the stick moving; a person who stays silent is excused without a mark."""
    who = meeting.stick.member_id
    match meeting.stick.kind:
        case "resting" if meeting.round is not None and room.order:
            return Move(commands.Offer(None), 3)
        case "offered" if who is not None:
            return Move(commands.Excuse(who), SILENT_OFFER, situation=who)
        case "held" if who not in part.cast and room.turn_id is not None:
            # Nobody is cut off for taking long, only for having left the machine.
            quiet = (room.turn_id, seen.seq)
            return Move(commands.TakeBack(room.turn_id), SILENT_HOLDER, situation=quiet)
    return None
