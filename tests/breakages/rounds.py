"""Breakages of the round and of the door. Declines to try them out."""

from __future__ import annotations

from tests.breakages.breakage import ROOM, RULES, TURNS, Breakage

ROUNDS = "realtime/domain/rounds.py"
ATTENDANCE = "realtime/domain/attendance.py"
DOOR = "realtime/domain/door.py"
ASKING = "realtime/domain/asking.py"
DEADLINES = "realtime/domain/deadlines.py"

IN_THE_ROUND = (
    Breakage(
        "a latecomer goes to the front of the round",
        ROUNDS,
        "(*order_of(meeting), seat.member_id))",
        "(seat.member_id, *order_of(meeting)))",
        (ROOM,),
    ),
    Breakage(
        "leaving and coming in again gives a second turn",
        ROUNDS,
        "    if seat.standing in (Standing.SPOKEN, Standing.DECLINED):\n        return meeting\n",
        "",
        (ROOM,),
    ),
    Breakage(
        "the round closes over somebody who let it go by once",
        ROUNDS,
        "any(s.standing in PENDING for s in seated(meeting)):",
        "any(s.standing is Standing.WAITING for s in seated(meeting)):",
        (TURNS,),
    ),
    Breakage(
        "a start pressed twice starts two rounds",
        ROUNDS,
        "    if is_same_start(meeting, prompt, people, asked.order):\n        return meeting\n",
        "",
        (TURNS,),
    ),
    Breakage(
        "who asked first is not heard first",
        ROUNDS,
        "first = [a.member_id for a in meeting.asked]",
        "first = []",
        (ROOM,),
    ),
    Breakage(
        "an order made by hand is forgotten",
        ROUNDS,
        "first = list(asked.named)",
        "first = []",
        (RULES,),
    ),
    Breakage(
        "somebody named by hand though outside the order gets a turn",
        ROUNDS,
        "first = [m for m in dict.fromkeys(first) if m in people]",
        "first = list(dict.fromkeys(first))",
        (RULES,),
    ),
    Breakage(
        "the invitation to those who passed gives others a second turn",
        ROUNDS,
        "return inviting and seat.standing is Standing.DECLINED and in_order(meeting, seat)",
        "return inviting and in_order(meeting, seat)",
        (RULES,),
    ),
    Breakage(
        "asking again moves somebody to the end of the queue",
        ASKING,
        "    if asked or stick_person(meeting) == at.actor:\n        return meeting\n",
        "    if asked:\n        meeting = withdraw(meeting, at.actor)\n",
        (ROOM,),
    ),
    Breakage(
        "whoever is excused goes on waiting for a turn",
        ROUNDS,
        "    meeting = drop(meeting, member)\n    return go_on(rest(meeting)",
        "    return go_on(rest(meeting)",
        (TURNS,),
    ),
    Breakage(
        "the floor stays shut for goodbyes",
        ROUNDS,
        "return replace(closed, floor=Floor.OPEN) if meeting.phase is Phase.CLOSING else closed",
        "return closed",
        (ROOM,),
    ),
)

AT_THE_DOOR = (
    Breakage(
        "removing somebody passes the stick on in silence",
        DOOR,
        "go(meeting, member, at, at.now, move_on=False)",
        "go(meeting, member, at, at.now, move_on=True)",
        (TURNS,),
    ),
    Breakage(
        "somebody removed comes back the same evening",
        ATTENDANCE,
        "    if me in meeting.removed:\n        raise Refused(Reason.REMOVED)\n",
        "",
        (ROOM,),
    ),
    Breakage(
        "a locked door lets people in",
        DOOR,
        "    if meeting.locked:\n        raise Refused(Reason.LOCKED)\n",
        "",
        (ROOM,),
    ),
    Breakage(
        "after closing began a latecomer is in the order",
        ATTENDANCE,
        "listens = knock.observer or knock.listens_first or late",
        "listens = knock.observer or knock.listens_first",
        (ROOM,),
    ),
    Breakage(
        "coming back from a tunnel undoes a step out",
        ATTENDANCE,
        "    if seat.presence is not Presence.AWAY:\n",
        "    if seat.presence is Presence.HERE:\n",
        (RULES,),
    ),
    Breakage(
        "a seat is lost with the connection",
        DEADLINES,
        "SEAT_KEPT = 600.0",
        "SEAT_KEPT = 60.0",
        (ROOM,),
    ),
)

ROUNDS_BROKEN = IN_THE_ROUND + AT_THE_DOOR
