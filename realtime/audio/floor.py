"""Who may be heard now, and who hears: by the meeting alone. Declines to know any connection.

Everybody is silent but whom a rule lets speak. `web/src/audio/may.ts` has the same rules for
what a browser shows; a table of cases holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

from realtime.domain.meeting import Floor, Held, Meeting, MemberId, Phase, Presence, Role, Seat

ANYWHERE = ""
"""In the place of a tab: from whichever one they have sound in."""


def audible(meeting: Meeting) -> Mapping[MemberId, str]:
    """Who may be heard now, and the tab they may be heard from (`ANYWHERE`: any)."""
    if meeting.phase is Phase.ENDED:
        return {}
    may = {}
    for seat in meeting.seats:
        tab = _from_where(meeting, seat)
        if tab is not None:
            may[seat.member_id] = tab
    return may


def hearing(meeting: Meeting) -> frozenset[MemberId]:
    """Who hears: everybody inside, observers too. Who stepped out, is away or left does not."""
    if meeting.phase is Phase.ENDED:
        return frozenset()
    return frozenset(
        s.member_id
        for s in meeting.seats
        if s.presence is Presence.HERE and s.member_id not in meeting.removed
    )


def _from_where(meeting: Meeting, seat: Seat) -> str | None:
    """From which tab this person may be heard; None: from none."""
    silenced = seat.member_id in meeting.removed or seat.member_id in meeting.quietened
    if silenced or seat.presence is not Presence.HERE or seat.role is Role.OBSERVER:
        return None
    facilitates = seat.role is Role.FACILITATOR
    if facilitates and seat.member_id in meeting.interjecting:
        return ANYWHERE
    if meeting.paused or meeting.silence:
        return None
    match meeting.floor:
        case Floor.OPEN:
            return ANYWHERE
        case Floor.QUIET:
            return ANYWHERE if facilitates else None
        case Floor.STICK:
            stick = meeting.stick
            # A place that is kept for somebody is not holding, and neither is an offer.
            holds = isinstance(stick, Held) and stick.by == seat.member_id
            return seat.tab if holds else None
