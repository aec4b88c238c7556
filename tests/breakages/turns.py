"""Breakages of the turn itself and of time. Declines to try them out."""

from __future__ import annotations

from tests.breakages.breakage import RULES, TURNS, Breakage

TURN = "realtime/domain/turns.py"
DEADLINES = "realtime/domain/deadlines.py"
CONDUCT = "realtime/domain/conduct.py"
ATTENDANCE = "realtime/domain/attendance.py"

TURN_ITSELF = (
    Breakage(
        "whoever spoke is not marked as heard",
        TURN,
        "pending = seat and seat.standing in PENDING and open_round(meeting)",
        "pending = seat and seat.standing is None and open_round(meeting)",
        (TURNS,),
    ),
    Breakage(
        "an interrupted turn comes back as another one",
        TURN,
        "Held(member, turn.turn_id, now - turn.elapsed",
        "Held(member, TurnId(at.fresh), now - turn.elapsed",
        (TURNS,),
    ),
    Breakage(
        "an interrupted turn gets the whole time again",
        TURN,
        "now - turn.elapsed, now + turn.remaining)",
        "now, now + meeting.frame.soft_seconds)",
        (TURNS,),
    ),
    Breakage(
        "stepping out while holding gives the turn away",
        ATTENDANCE,
        "        return interrupt(meeting, at.now)\n",
        "        return end_turn(meeting, at.now)\n",
        (TURNS,),
    ),
    Breakage(
        "a lost holder's time runs on",
        TURN,
        "Held(stick.by, stick.turn_id, clock - stick.elapsed, clock + stick.remaining)",
        "Held(stick.by, stick.turn_id, stick.until - PLACE_HELD - stick.elapsed, stick.until)",
        (TURNS,),
    ),
    Breakage(
        "a lost connection gives the stick away at once",
        ATTENDANCE,
        "return hold_place(meeting, at.now) if meeting.holder() == me else meeting",
        "return interrupt(meeting, at.now) if meeting.holder() == me else meeting",
        (TURNS,),
    ),
    Breakage(
        "a place is held for half a minute",
        TURN,
        "PLACE_HELD = 60.0",
        "PLACE_HELD = 30.0",
        (TURNS,),
    ),
    Breakage(
        "a place that lapses ends the turn for good",
        DEADLINES,
        "        return interrupt(meeting, now)\n",
        "        return end_turn(meeting, now)\n",
        (TURNS,),
    ),
    Breakage(
        "a turn that was taken back goes on later",
        TURN,
        "with_notice(end_turn(meeting, at.now), NoticeKind.TOOK_BACK",
        "with_notice(interrupt(meeting, at.now), NoticeKind.TOOK_BACK",
        (TURNS,),
    ),
    Breakage(
        "a late 'take back' ends the turn that came after",
        TURN,
        "    if turn is None or turn[1] != turn_id:\n",
        "    if turn is None:\n",
        (RULES,),
    ),
    Breakage(
        "one speaker's 'no nods' outlasts their turn",
        TURN,
        "stick=Resting(), nods_off=False, interjecting=())",
        "stick=Resting(), interjecting=())",
        (TURNS,),
    ),
    Breakage(
        "time given to an older turn goes to the present one",
        TURN,
        "soft_limit=limit) if current == turn_id:\n            # With",
        "soft_limit=limit) if current:\n            # With",
        (TURNS,),
    ),
)

TIME = (
    Breakage(
        "somebody silent is declined by the clock",
        DEADLINES,
        "if seat is None or seat.presence is not Presence.AWAY or now < seat.since + OFFER_KEPT:",
        "if seat is None or now < seat.since + OFFER_KEPT:",
        (TURNS,),
    ),
    Breakage(
        "an offer to somebody away stays with them for ever",
        DEADLINES,
        "    return withdraw_offer(meeting, to_front=False)\n",
        "    return meeting\n",
        (TURNS,),
    ),
    Breakage(
        "a clock that steps back reminds somebody a second time",
        DEADLINES,
        "nudges=max(nudges, stick.nudges)",
        "nudges=nudges",
        (RULES,),
    ),
    Breakage(
        "deadlines of the stick run while the meeting is paused",
        DEADLINES,
        "    if not meeting.paused:\n        meeting = lapse_place",
        "    if meeting.seats:\n        meeting = lapse_place",
        (TURNS,),
    ),
    Breakage(
        "a pause costs the speaker their time",
        CONDUCT,
        "max(0.0, at.now - meeting.paused_since))",
        "0.0)",
        (TURNS,),
    ),
    Breakage(
        "turns are cut in circles that agreed to no limit",
        DEADLINES,
        "    if not isinstance(stick, Held) or not meeting.frame.hard_limit:\n",
        "    if not isinstance(stick, Held):\n",
        (RULES,),
    ),
    Breakage(
        "an agreed limit cuts a turn without the minute of warning",
        DEADLINES,
        "    if at.now < stick.warned + LAST_WORDS:\n",
        "    if at.now < stick.warned:\n",
        (RULES,),
    ),
    Breakage(
        "a warning stands though more time was given",
        TURN,
        "soft_limit=limit + seconds, warned=None)",
        "soft_limit=limit + seconds)",
        (RULES,),
    ),
    Breakage(
        "a pause eats the minute of last words",
        CONDUCT,
        "warned=None if stick.warned is None else stick.warned + by",
        "warned=stick.warned",
        (RULES,),
    ),
    Breakage(
        "nobody wakes to say that the meeting ends soon",
        DEADLINES,
        "yield meeting.ends if meeting.ending is Ending.SOON else meeting.ends - ENDS_SOON",
        "yield meeting.ends",
        (RULES,),
    ),
    Breakage(
        "the meeting's end is moved into the past",
        CONDUCT,
        "ends = max(now, meeting.ends + seconds)",
        "ends = meeting.ends + seconds",
        (RULES,),
    ),
)

TURNS_BROKEN = TURN_ITSELF + TIME
