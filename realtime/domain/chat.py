"""May this be said now? By the floor and by nothing else; never looks at what is said."""

from __future__ import annotations

from realtime.domain.audience import Line
from realtime.domain.meeting import Floor, Meeting, MemberId, Phase, Presence, Resting, Role, Seat
from realtime.domain.reading import companion_of, newcomers_of
from realtime.domain.refusal import Reason, Refused


def seat_inside(meeting: Meeting, actor: MemberId) -> Seat:
    """The seat of somebody who is here, or `Refused` with why not."""
    if meeting.phase is Phase.ENDED:
        raise Refused(Reason.ENDED)
    if actor in meeting.removed:
        raise Refused(Reason.REMOVED)
    seat = meeting.seat(actor)
    if seat is not None and seat.presence is Presence.STEPPED_OUT:
        raise Refused(Reason.STEPPED_OUT)
    if seat is None or seat.presence is not Presence.HERE:
        raise Refused(Reason.NOT_SEATED)
    return seat


def speaking_seat(meeting: Meeting, actor: MemberId) -> Seat:
    seat = seat_inside(meeting, actor)
    if seat.role is Role.OBSERVER:
        raise Refused(Reason.OBSERVERS_LISTEN)
    # A pause is silence; facilitators can still say why.
    if meeting.paused and seat.role is not Role.FACILITATOR:
        raise Refused(Reason.PAUSED)
    if actor in meeting.quietened:
        raise Refused(Reason.QUIETENED)
    return seat


def may_say(meeting: Meeting, actor: MemberId, tab: str = "") -> None:
    """Free words: facilitators always, and whoever types what is spoken; others by the floor.

    Raises `Refused`.

    The holder speaks from one connection (`tab`); moving to another is a command of its own.
    """
    seat = speaking_seat(meeting, actor)
    if meeting.holder() == actor and seat.tab and tab and seat.tab != tab:
        raise Refused(Reason.ELSEWHERE)
    if seat.role is Role.FACILITATOR or meeting.floor is Floor.OPEN or actor == meeting.typist:
        return
    if meeting.floor is Floor.QUIET:
        raise Refused(Reason.FLOOR_QUIET)
    if not isinstance(meeting.stick, Resting) and meeting.holder() != actor:
        raise Refused(Reason.FLOOR_HELD)


def may_phrase(meeting: Meeting, actor: MemberId) -> None:
    """One of the warm phrases: every member, also while somebody holds. Raises `Refused`."""
    seat = speaking_seat(meeting, actor)
    if meeting.floor is Floor.QUIET and seat.role is not Role.FACILITATOR:
        raise Refused(Reason.FLOOR_QUIET)


def may_nod(meeting: Meeting, actor: MemberId) -> None:
    """Anyone inside, observers too; not while the speaker turned nods off. Raises `Refused`."""
    seat_inside(meeting, actor)
    if meeting.nods_off:
        raise Refused(Reason.NODS_OFF)


def may_whisper(meeting: Meeting, actor: MemberId, to: MemberId | None) -> tuple[Line, MemberId]:
    """Which private line it is, and whose. Raises `Refused`.

    Whatever the floor, for observers and stepped out too; never from member to member, but
    between a newcomer and their companion.
    """
    if meeting.phase is Phase.ENDED:
        raise Refused(Reason.ENDED)
    if actor in meeting.removed:
        raise Refused(Reason.REMOVED)
    seat = meeting.seat(actor)
    if seat is None or seat.presence not in (Presence.HERE, Presence.STEPPED_OUT):
        raise Refused(Reason.NOT_SEATED)
    if seat.role is Role.FACILITATOR:
        return answered(meeting, seat, to)
    if to is None:
        if not meeting.facilitators_present():
            raise Refused(Reason.NO_FACILITATOR)
        return "facilitators", actor
    return accompanied(meeting, actor, to)


def answered(meeting: Meeting, seat: Seat, to: MemberId | None) -> tuple[Line, MemberId]:
    """A facilitator to one person; the other facilitators read along."""
    if seat.presence is not Presence.HERE:
        raise Refused(Reason.STEPPED_OUT)
    other = None if to is None else meeting.seat(to)
    if other is None or other.presence is Presence.LEFT:
        raise Refused(Reason.NO_SUCH_SEAT)
    if other.role is Role.FACILITATOR:
        raise Refused(Reason.NOT_ALLOWED)
    if other.presence is Presence.AWAY:
        # Nothing waits anywhere for somebody whose connection is lost.
        raise Refused(Reason.NOT_HERE)
    return "facilitators", other.member_id


def accompanied(meeting: Meeting, actor: MemberId, to: MemberId) -> tuple[Line, MemberId]:
    """Between a newcomer and their companion alone. The facilitators' line is another."""
    other = meeting.seat(to)
    mine = to in newcomers_of(meeting, actor)
    if other is None or other.role is Role.FACILITATOR:
        raise Refused(Reason.NOT_ALLOWED)
    if not mine and companion_of(meeting, actor) != to:
        raise Refused(Reason.NOT_ALLOWED)
    if actor in meeting.quietened:
        raise Refused(Reason.QUIETENED)
    if other.presence is Presence.AWAY:
        raise Refused(Reason.NOT_HERE)
    return "companion", to if mine else actor


def may_retract(meeting: Meeting, actor: MemberId, *, own: bool) -> None:
    """Take back one's own words, whatever the floor; a facilitator hides any. Raises `Refused`."""
    seat = seat_inside(meeting, actor)
    if not own and seat.role is not Role.FACILITATOR:
        raise Refused(Reason.NOT_YOURS)
