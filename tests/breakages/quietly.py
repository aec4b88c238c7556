"""Breakages of what is said quietly and of who helps: whispers, companions, greeters, typists.

Declines to try them out.
"""

from __future__ import annotations

from tests.breakages.breakage import Breakage

CHAT = "realtime/domain/chat.py"
AUDIENCE = "realtime/domain/audience.py"
AUDIENCES = "realtime/audiences.py"
ATTENDANCE = "realtime/domain/attendance.py"
EVENTS = "realtime/events.py"
PORTS = "realtime/ports.py"
PRESENT = "realtime/present.py"
READING = "realtime/domain/reading.py"
ROLES = "realtime/domain/roles.py"
TABLE = "realtime/domain/table.py"

WHISPERED = (
    "tests/realtime/domain/test_whispering.py",
    "tests/realtime/test_whispers.py",
)
"""The rules alone first: they are the quickest."""
RULED = ("tests/realtime/domain/test_whispering.py",)
GREETED = ("tests/realtime/domain/test_greeting.py",)
TYPED = ("tests/realtime/domain/test_typing.py",)

WHISPERS = (
    Breakage(
        "a whisper goes from member to member",
        CHAT,
        "    if not mine and companion_of(meeting, actor) != to:\n"
        "        raise Refused(Reason.NOT_ALLOWED)\n",
        "",
        WHISPERED,
    ),
    Breakage(
        "a whisper to the facilitators reaches every seat",
        AUDIENCE,
        "        return facilitators(meeting) | (seats(meeting) & {of})\n",
        "        return seats(meeting)\n",
        WHISPERED,
    ),
    Breakage(
        "whoever wrote a whisper does not see it in their other tab",
        AUDIENCE,
        "        return facilitators(meeting) | (seats(meeting) & {of})\n",
        "        return facilitators(meeting)\n",
        WHISPERED,
    ),
    Breakage(
        "facilitators read the whispers of a newcomer and their companion",
        AUDIENCE,
        "frozenset() if companion is None else frozenset({of, companion})",
        "frozenset() if companion is None else frozenset({of, companion}) | facilitators(meeting)",
        WHISPERED,
    ),
    Breakage(
        "a whisper is sent to everybody in the circle",
        AUDIENCES,
        "        sids = [s.sid for s in circle.ready() if s.guest.member_id in people]\n"
        '        self._server.send(sids, Frame("whispered", payload))\n',
        "        sids = [s.sid for s in circle.ready() if people]\n"
        '        self._server.send(sids, Frame("whispered", payload))\n',
        WHISPERED,
    ),
    Breakage(
        "a whisper takes a place in the order of the words, so that others see a gap",
        PORTS,
        'PASSING = frozenset({"nodded", "whispered", ',
        'PASSING = frozenset({"nodded", ',
        WHISPERED,
    ),
    Breakage(
        "a whisper of somebody who left is passed on",
        CHAT,
        "    if seat is None or seat.presence not in (Presence.HERE, Presence.STEPPED_OUT):\n"
        "        raise Refused(Reason.NOT_SEATED)\n"
        "    if seat.role is Role.FACILITATOR:\n",
        "    if seat is None:\n"
        "        raise Refused(Reason.NOT_SEATED)\n"
        "    if seat.role is Role.FACILITATOR:\n",
        RULED,
    ),
    Breakage(
        "a whisper waits where no facilitator is there to read it",
        CHAT,
        "        if not meeting.facilitators_present():\n"
        "            raise Refused(Reason.NO_FACILITATOR)\n",
        "",
        WHISPERED,
    ),
    Breakage(
        "a whisper goes to somebody whose connection is lost",
        CHAT,
        "    if other.presence is Presence.AWAY:\n"
        "        # Nothing waits anywhere for somebody whose connection is lost.\n"
        "        raise Refused(Reason.NOT_HERE)\n",
        "",
        WHISPERED,
    ),
    Breakage(
        "a whisper sent twice is read twice",
        EVENTS,
        "        author = circle.whispered.get(sent.id)\n",
        "        author = circle.whispered.get(sent.id)\n"
        "        author = None if author == me else author\n",
        WHISPERED,
    ),
)

COMPANIONS = (
    Breakage(
        "a companion from whom the floor was taken whispers on",
        CHAT,
        "    if actor in meeting.quietened:\n        raise Refused(Reason.QUIETENED)\n"
        "    if other.presence is Presence.AWAY:\n",
        "    if other.presence is Presence.AWAY:\n",
        WHISPERED,
    ),
    Breakage(
        "a companion who left still has a line to the newcomer",
        READING,
        "    return other.member_id if other and other.presence is not Presence.LEFT else None\n",
        "    return other.member_id if other else None\n",
        (*GREETED, *WHISPERED),
    ),
    Breakage(
        "somebody is their own companion",
        READING,
        "seat.companion in (None, member) or",
        "seat.companion is None or",
        RULED,
    ),
    Breakage(
        "the companion does not learn that the newcomer needs a hand",
        PRESENT,
        "hands=tuple(hand_view(h) for h in meeting.hands if h.member_id in newcomers),",
        "hands=(),",
        WHISPERED,
    ),
    Breakage(
        "every member learns who needs a hand, not the companion alone",
        PRESENT,
        "hands=tuple(hand_view(h) for h in meeting.hands if h.member_id in newcomers),",
        "hands=tuple(hand_view(h) for h in meeting.hands),",
        WHISPERED,
    ),
    Breakage(
        "the newcomer is not told who their companion is",
        PRESENT,
        "        companion=companion_of(meeting, member),\n",
        "        companion=None,\n",
        (*GREETED, *WHISPERED),
    ),
    Breakage(
        "facilitators do not see who is whose companion",
        PRESENT,
        "        pairs=pairs(meeting),\n",
        "        pairs=(),\n",
        WHISPERED,
    ),
)

GREETERS = (
    Breakage(
        "any member lets people in, not the greeter alone",
        READING,
        "    return meeting.greeter == member and is_here(meeting, member)\n",
        "    return is_here(meeting, member)\n",
        GREETED,
    ),
    Breakage(
        "a greeter on a break opens the door",
        READING,
        "    return meeting.greeter == member and is_here(meeting, member)\n",
        "    return meeting.greeter == member\n",
        GREETED,
    ),
    Breakage(
        "a greeter cannot turn anybody away",
        TABLE,
        "    TurnAway: Row(F | As.GREETER),\n",
        "    TurnAway: Row(F),\n",
        GREETED,
    ),
    Breakage(
        "a greeter does not see who waits",
        PRESENT,
        "waiting=waiting_views(meeting) if greets(meeting, member) else None,",
        "waiting=None,",
        GREETED,
    ),
    Breakage(
        "everybody sees who waits, not the greeter alone",
        PRESENT,
        "waiting=waiting_views(meeting) if greets(meeting, member) else None,",
        "waiting=waiting_views(meeting),",
        GREETED,
    ),
    Breakage(
        "an observer is asked to be the greeter",
        ROLES,
        "    if seat.role is not Role.MEMBER or member in meeting.quietened:\n",
        "    if member in meeting.quietened:\n",
        GREETED,
    ),
    Breakage(
        "somebody from whom the floor was taken is asked to be the greeter",
        ROLES,
        "    if seat.role is not Role.MEMBER or member in meeting.quietened:\n",
        "    if seat.role is not Role.MEMBER:\n",
        GREETED,
    ),
    Breakage(
        "nobody is told who the greeter is",
        ROLES,
        "    return with_notice(meeting, NoticeKind.GREETS, member, by)\n",
        "    return meeting\n",
        GREETED,
    ),
    Breakage(
        "a greeter who becomes an observer greets on",
        ROLES,
        "    if role is not Role.MEMBER:\n",
        "    if role is Role.FACILITATOR:\n",
        GREETED,
    ),
    Breakage(
        "a greeter who leaves is still the greeter",
        ATTENDANCE,
        "        greeter=None if meeting.greeter == member else meeting.greeter,\n",
        "        greeter=meeting.greeter,\n",
        GREETED,
    ),
)

TYPISTS = (
    Breakage(
        "any member writes while another speaks, not the typist alone",
        CHAT,
        "or actor == meeting.typist:\n",
        "or meeting.typist:\n",
        TYPED,
    ),
    Breakage(
        "a typist is bound by the floor like everybody",
        CHAT,
        " or actor == meeting.typist:\n",
        ":\n",
        TYPED,
    ),
    Breakage(
        "nobody is told who types",
        ROLES,
        "    return with_notice(meeting, NoticeKind.TYPES, member, by)\n",
        "    return meeting\n",
        TYPED,
    ),
    Breakage(
        "a typist who leaves is still the typist",
        ATTENDANCE,
        "        typist=None if meeting.typist == member else meeting.typist,\n",
        "        typist=meeting.typist,\n",
        TYPED,
    ),
    Breakage(
        "a typist who becomes an observer types on",
        ROLES,
        "    if role is not Role.MEMBER:\n",
        "    if role is Role.FACILITATOR:\n",
        TYPED,
    ),
)

QUIETLY_BROKEN = WHISPERS + COMPANIONS + GREETERS + TYPISTS
