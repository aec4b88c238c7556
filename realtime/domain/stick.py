"""What becomes of a meeting once somebody asks for something. Pure: reads no clock, does no I/O."""

from __future__ import annotations

from dataclasses import replace

from realtime.domain import commands as c
from realtime.domain.cases import obey, report, settle
from realtime.domain.commands import Command, Report
from realtime.domain.deadlines import next_deadline
from realtime.domain.meeting import CircleId, Frame, Instant, Meeting, MemberId, Touched
from realtime.domain.reading import Moment, public
from realtime.domain.refusal import Reason, Refused
from realtime.domain.table import MAY, As, Row, check, standing_of

__all__ = [
    "MAY",
    "As",
    "Row",
    "carry_out",
    "decide",
    "next_deadline",
    "open_meeting",
    "standing_of",
]

REMEMBERED = 64
"""Command ids kept, so that a repeat changes nothing."""

FRAME: dict[type[Command], tuple[str, ...]] = {
    c.SetFloor: ("floor",),
    c.SetPhase: ("phase", "floor"),
    c.StartRound: ("phase", "floor", "prompt", "stick"),
    c.InvitePassed: ("floor",),
    c.SetPrompt: ("prompt",),
    c.Offer: ("stick",),
    c.Pause: ("pause",),
    c.Resume: ("pause",),
    c.Lock: ("lock",),
    c.Prolong: ("ends",),
}
"""Commands that set parts of the meeting's frame: two that set the same one conflict."""


def open_meeting(circle_id: CircleId, frame: Frame, now: Instant) -> Meeting:
    """A meeting nobody sits in yet. Its time counts anew from the first facilitator's arrival."""
    return Meeting(circle_id=circle_id, frame=frame, opened=now, ends=now + frame.minutes * 60)


def carry_out(
    meeting: Meeting,
    actor: MemberId,
    command: Command,
    command_id: str,
    now: Instant,
    fresh: str,
    *,
    seen: int | None = None,
    tab: str = "",
) -> Meeting:
    """`decide`, once for each `command_id` of that person: a repeat changes nothing.

    `seen` is what the person was shown last (see `Meeting.shown`). Raises `Refused(CONFLICT)`,
    naming who was faster, where somebody else has since set the same part of the frame.
    """
    done = done_as(actor, command_id)
    if done in meeting.done:
        return meeting
    new = decide(meeting, actor, command, now, fresh, tab)
    if new is meeting:
        return meeting
    parts = FRAME.get(type(command), ())
    for before in meeting.touched:
        if before.what not in parts or seen is None:
            continue
        if before.by != actor and before.shown > seen:
            raise Refused(Reason.CONFLICT, before.by)
    if parts:
        others = tuple(t for t in meeting.touched if t.what not in parts)
        mine = tuple(Touched(what, actor, new.shown) for what in parts)
        new = replace(new, touched=(*others, *mine))
    return replace(new, done=(*meeting.done, done)[-REMEMBERED:])


def done_as(actor: MemberId, command_id: str) -> str:
    """How a meeting remembers that a command was carried out."""
    return f"{actor} {command_id}"


def decide(
    meeting: Meeting,
    actor: MemberId,
    command: Command | Report,
    now: Instant,
    fresh: str,
    tab: str = "",
) -> Meeting:
    """The meeting as it stands once `actor`'s command, or a report about them, is carried out.

    `now` is in seconds since 1970; `fresh` an unguessable token that becomes the new turn's id.
    Returns the same object when nothing changes. Raises `Refused` for an expected no.
    """
    at = Moment(actor, now, fresh, tab)
    if isinstance(command, Report):
        new = report(meeting, command, at)
    else:
        check(meeting, actor, command)
        new = obey(meeting, command, at)
    if new is not meeting:
        new = settle(new, now)
    if new == meeting:
        return meeting
    shown = meeting.shown + (public(new) != public(meeting))
    return replace(new, version=meeting.version + 1, shown=shown)
