"""Breakages of the roles and of who may ask for what. Declines to try them out."""

from __future__ import annotations

from tests.breakages.breakage import ROOM, RULES, TURNS, Breakage

DOOR = "realtime/domain/door.py"
ROLES = "realtime/domain/roles.py"
CONDUCT = "realtime/domain/conduct.py"
DEADLINES = "realtime/domain/deadlines.py"
TABLE = "realtime/domain/table.py"
COMMANDS = "realtime/domain/stick.py"
QUIET = "realtime/domain/quiet.py"
NOTICES = "realtime/domain/notices.py"

FACILITATING = (
    Breakage(
        "the last facilitator leaves a circle to nobody",
        DOOR,
        "    if not any(others):\n",
        "    if member in meeting.removed:\n",
        (ROOM,),
    ),
    Breakage(
        "a hand-over counts before it is taken on",
        ROLES,
        "return replace(meeting, handing=Handing(member, at.actor, stay))",
        "return with_role(meeting, member, Role.FACILITATOR, at)",
        (ROOM,),
    ),
    Breakage(
        "who gave the circle away goes on facilitating",
        ROLES,
        "    if handing.stay or handing.by is None:\n",
        "    if handing.by is None or handing.by:\n",
        (RULES,),
    ),
    Breakage(
        "a holder who takes the circle on is cut off",
        ROLES,
        "    if holding and role is not Role.OBSERVER:\n        return meeting\n",
        "",
        (ROOM,),
    ),
    Breakage(
        "a holder who becomes an observer keeps the stick",
        ROLES,
        "    meeting = end_turn(meeting, at.now) if holding else meeting\n",
        "",
        (ROOM,),
    ),
    Breakage(
        "the turn under way is cut when no facilitator is there",
        CONDUCT,
        "    if attended(meeting, now) or turn_of(meeting) is not None:\n",
        "    if attended(meeting, now):\n",
        (TURNS,),
    ),
    Breakage(
        "a facilitator's reload pauses everybody",
        "realtime/domain/reading.py",
        "FACILITATOR_GRACE = 20.0",
        "FACILITATOR_GRACE = 1.0",
        (TURNS,),
    ),
    Breakage(
        "one missed quarter of a minute closes the meeting",
        DEADLINES,
        "return max(s.since for s in ever) + ALONE",
        "return max(s.since for s in ever) + FACILITATOR_GRACE",
        (ROOM, TURNS),
    ),
    Breakage(
        "resuming unlocks a door that a facilitator locked",
        CONDUCT,
        "locked=meeting.locked and not meeting.lock_lifts",
        "locked=False",
        (TURNS,),
    ),
    Breakage(
        "a successor is asked while somebody's turn is under way",
        ROLES,
        "alone = meeting.paused and meeting.locked and not attended(meeting, now)",
        "alone = not attended(meeting, now)",
        (RULES,),
    ),
    Breakage(
        "a successor is asked while the facilitator only reloads",
        ROLES,
        "alone = meeting.paused and meeting.locked and not attended(meeting, now)",
        "alone = meeting.paused and meeting.locked",
        (RULES,),
    ),
    Breakage(
        "a successor is still asked once a facilitator is back",
        ROLES,
        "return replace(meeting, handing=None) if is_asking(meeting) else meeting",
        "return meeting",
        (RULES,),
    ),
    Breakage(
        "a facilitator is silenced by another",
        QUIET,
        "    if seat.role is Role.FACILITATOR:\n        raise Refused(Reason.NOT_ALLOWED)\n",
        "",
        (RULES,),
    ),
    Breakage(
        "a holder from whom the floor was taken keeps the stick",
        QUIET,
        "        meeting = end_turn(meeting, at.now)\n",
        "        pass\n",
        (RULES,),
    ),
    Breakage(
        "what a facilitator does to somebody is told to nobody twice",
        NOTICES,
        "n = meeting.notices[-1].n + 1 if meeting.notices else 1",
        "n = 1",
        (RULES,),
    ),
)

WHO_MAY = (
    Breakage(
        "every member may offer the stick",
        TABLE,
        "    Offer: Row(F, paused=False),",
        "    Offer: Row(As.HERE, paused=False),",
        (ROOM,),
    ),
    Breakage(
        "whoever is seated may what the table has no row for",
        TABLE,
        "NO_ROW = Row(As.NOBODY)",
        "NO_ROW = Row(As.SEATED)",
        (ROOM,),
    ),
    Breakage(
        "a pause holds nobody back",
        TABLE,
        "    if meeting.paused and not row.paused:\n",
        "    if meeting.paused and row is NO_ROW:\n",
        (RULES,),
    ),
    Breakage(
        "a repeated command is carried out twice",
        COMMANDS,
        "    if done in meeting.done:\n        return meeting\n",
        "",
        (ROOM,),
    ),
    Breakage(
        "one person's command id swallows another's command",
        COMMANDS,
        "done = done_as(actor, command_id)",
        "done = command_id",
        (ROOM,),
    ),
    Breakage(
        "of two facilitators the slower one undoes what the other set",
        COMMANDS,
        "before.by != actor and before.shown > seen:",
        "before.by == actor and before.shown > seen:",
        (RULES,),
    ),
    Breakage(
        "a conflict does not say who was faster",
        COMMANDS,
        "raise Refused(Reason.CONFLICT, before.by)",
        "raise Refused(Reason.CONFLICT)",
        (RULES,),
    ),
    Breakage(
        "a state changes and keeps its version",
        COMMANDS,
        "return replace(new, version=meeting.version + 1, shown=shown)",
        "return replace(new, version=meeting.version, shown=shown)",
        (ROOM,),
    ),
    Breakage(
        "the bell rings in a circle that did not agree to it",
        CONDUCT,
        "    if not meeting.frame.bell:\n        raise Refused(Reason.NO_BELL)\n",
        "",
        (RULES,),
    ),
)

ROLES_BROKEN = FACILITATING + WHO_MAY
