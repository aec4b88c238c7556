"""What was done to somebody, told to everybody without blame. Declines to keep a history."""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.meeting import Meeting, MemberId, Notice, NoticeKind
from realtime.domain.reading import without

KEPT = 8
"""Whoever was away for longer sees what became of it in the meeting itself."""


def with_notice(
    meeting: Meeting, kind: NoticeKind, member: MemberId | None, by: MemberId | None
) -> Meeting:
    """The meeting with one more notice, the oldest forgotten."""
    n = meeting.notices[-1].n + 1 if meeting.notices else 1
    return replace(meeting, notices=(*meeting.notices, Notice(n, kind, member, by))[-KEPT:])


def heard_again(meeting: Meeting, member: MemberId, by: MemberId | None) -> Meeting:
    """Give the floor back to somebody from whom it was taken."""
    if member not in meeting.quietened:
        return meeting
    meeting = replace(meeting, quietened=without(meeting.quietened, member))
    return with_notice(meeting, NoticeKind.HEARD_AGAIN, member, by)
