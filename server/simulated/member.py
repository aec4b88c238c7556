"""What a simulated member would do next, given what they were told of the room.

Pure: no clock, no sockets, and no chance that is not the same each time. Declines to know whether
it was done: the performer keeps the marks.
"""

from __future__ import annotations

from collections.abc import Callable

from realtime.client.seen import Seen
from realtime.domain import commands
from realtime.domain.meeting import Phase, Presence, Role, Standing
from realtime.views import MeetingView, YouView
from server.simulated.lines import Marks, Move, Nods, Part, Warm, chance, next_line, spoken

QUIET_MOMENTS = ("resting", "offered")
"""While nobody speaks, everybody may."""


def member_move(seen: Seen, part: Part, marks: Marks) -> Move | None:
    """What this member wants to do now, or None."""
    meeting, you = seen.meeting, seen.you
    if meeting is None or you is None or seen.trouble or meeting.phase is Phase.ENDED:
        return None
    if you.presence is Presence.STEPPED_OUT:
        return Move(commands.ComeBack(), 18)
    if meeting.paused:
        return None
    wishes: tuple[Callable[[], Move | None], ...] = (
        lambda: turn(meeting, you, part, marks),
        lambda: answer_offer(meeting, you, part),
        lambda: small_talk(meeting, you, part, marks),
        lambda: break_time(meeting, you, part, marks),
        lambda: queue(meeting, you, part, marks),
        lambda: react(seen, meeting, you, part, marks),
    )
    return next((move for wish in wishes if (move := wish())), None)


def turn(meeting: MeetingView, you: YouView, part: Part, marks: Marks) -> Move | None:
    """Holding the stick: the lines of this round, then pass it on."""
    if you.turn_id is None:
        return None
    rounds = part.lines.rounds
    mine = rounds[((meeting.round or 1) - 1) % len(rounds)].turns[part.number]
    line = next_line(mine, you.turn_id, marks)
    return line or Move(commands.PassStick(you.turn_id, None), 3)


def answer_offer(meeting: MeetingView, you: YouView, part: Part) -> Move | None:
    """One person a round declines the first time; everybody else takes it."""
    if not you.offered:
        return None
    declines = meeting.round is not None and meeting.round % len(part.lines.members) == part.number
    if declines and you.standing is Standing.WAITING:
        return Move(commands.Decline(), 4)
    return Move(commands.Accept(), 2)


def small_talk(meeting: MeetingView, you: YouView, part: Part, marks: Marks) -> Move | None:
    """A greeting while people gather, a word when the meeting closes."""
    mark = f"{meeting.phase}:{meeting.epoch}"
    if mark in marks or you.role is Role.OBSERVER or meeting.stick.kind not in QUIET_MOMENTS:
        return None
    if meeting.phase is Phase.GATHERING and meeting.floor == "open":
        return spoken(part.lines.greetings[part.number], mark, 0.5 + part.number)
    if meeting.phase is Phase.CLOSING:
        return spoken(part.lines.farewells[part.number], mark, 2 + part.number)
    return None


def break_time(meeting: MeetingView, you: YouView, part: Part, marks: Marks) -> Move | None:
    """One person a round steps out while somebody else holds, and comes back to the same seat."""
    mark = f"out:{meeting.epoch}:{meeting.round}"
    mine = meeting.round is not None and (meeting.round + 2) % len(part.lines.members)
    if mine != part.number or meeting.round is None or mark in marks:
        return None
    if meeting.stick.kind != "held" or you.member_id in (meeting.stick.member_id, meeting.next):
        return None
    return Move(commands.StepOut(), 5, mark)


def react(seen: Seen, meeting: MeetingView, you: YouView, part: Part, marks: Marks) -> Move | None:
    """Nod at what the holder says, or now and then send a warm phrase."""
    last = seen.said[-1] if seen.said else None
    if last is None or last.kind != "say" or last.member_id in (you.member_id, None):
        return None
    mark = f"heard:{last.id}"
    if seen.holder != last.member_id or mark in marks:
        return None
    dice = chance(part.number, last.id)
    if dice < 0.45 and not meeting.nods_off:
        return Move(Nods(), 0.8 + 4 * dice, mark)
    if 0.45 <= dice < 0.5 and you.role is Role.MEMBER:
        return Move(Warm(f"warm.{1 + int(dice * 1000) % 4}"), 2.5, mark)
    return None


def queue(meeting: MeetingView, you: YouView, part: Part, marks: Marks) -> Move | None:
    """Ask for the stick, say 'I am ready', or give a listening seat up for a speaking one."""
    mark = f"{meeting.epoch}:{meeting.round}"
    if meeting.round is None or meeting.phase is not Phase.SHARING:
        return None
    if you.role is Role.OBSERVER:
        return Move(commands.BecomeMember(), 6, f"in:{mark}") if meeting.round > 1 else None
    if you.standing is not Standing.WAITING:
        return None
    if meeting.next == you.member_id:
        wants = (
            not you.ready and f"ready:{mark}" not in marks and chance("r", part.number, mark) < 0.3
        )
        return Move(commands.Ready(), 3, f"ready:{mark}") if wants else None
    asks = you.place is None and f"ask:{mark}" not in marks and chance("a", part.number, mark) < 0.5
    return Move(commands.Ask(), 1 + part.number, f"ask:{mark}") if asks else None
