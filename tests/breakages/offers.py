"""Breakages of offering, answering and passing on. Declines to try them out."""

from __future__ import annotations

from tests.breakages.breakage import RULES, TURNS, Breakage

OFFERS = "realtime/domain/offers.py"
READING = "realtime/domain/reading.py"

OFFERING = (
    Breakage(
        "'next' pressed twice skips whoever was just offered",
        OFFERS,
        "member in (None, meeting.stick.to):",
        "member == meeting.stick.to:",
        (TURNS,),
    ),
    Breakage(
        "the stick is offered while somebody holds it",
        OFFERS,
        "    if turn_of(meeting) is not None:\n        raise Refused(Reason.STICK_TAKEN)\n",
        "",
        (TURNS,),
    ),
    Breakage(
        "somebody who spoke is offered a second turn in the round",
        OFFERS,
        "if open_round(meeting) and seat.standing not in PENDING and not unfinished:",
        "if seat.standing is Standing.DECLINED:",
        (TURNS,),
    ),
    Breakage(
        "the stick is offered to observers",
        READING,
        "    return seat.role is Role.MEMBER\n",
        "    return True\n",
        (TURNS,),
    ),
    Breakage(
        "facilitators are in the order though the circle does not want it",
        READING,
        "return meeting.frame.facilitators_in_order",
        "return True",
        (TURNS,),
    ),
    Breakage(
        "the stick goes to somebody who stepped out",
        READING,
        "return is_here(meeting, member) and member not in meeting.quietened",
        "return member not in meeting.quietened",
        (TURNS,),
    ),
    Breakage(
        "the round goes to somebody from whom the floor was taken",
        READING,
        "return is_here(meeting, member) and member not in meeting.quietened",
        "return is_here(meeting, member)",
        (RULES,),
    ),
    Breakage(
        "an offer turned to somebody else sends the first one to the end",
        OFFERS,
        "return offer_to(withdraw_offer(meeting, to_front=True), member, at.actor, at)",
        "return offer_to(withdraw_offer(meeting, to_front=False), member, at.actor, at)",
        (TURNS,),
    ),
    Breakage(
        "whoever said 'ready' is asked once more",
        OFFERS,
        "    if member in meeting.ready:\n",
        "    if member in meeting.unfinished:\n",
        (TURNS,),
    ),
    Breakage(
        "absent people who are passed over keep the front of the order",
        OFFERS,
        "order[reached:] + order[:reached])",
        "order)",
        (RULES,),
    ),
    Breakage(
        "the stick moves on while the meeting is paused",
        OFFERS,
        "    if meeting.paused or at.now >= meeting.ends or not attended(meeting, at.now):\n",
        "    if at.now >= meeting.ends or not attended(meeting, at.now):\n",
        (RULES,),
    ),
    Breakage(
        "the stick moves on though the meeting's time is up",
        OFFERS,
        "    if meeting.paused or at.now >= meeting.ends or not attended(meeting, at.now):\n",
        "    if meeting.paused or not attended(meeting, at.now):\n",
        (TURNS,),
    ),
    Breakage(
        "who was interrupted loses the right to finish on coming back",
        OFFERS,
        "    return offer_to(meeting, member, None, at)\n",
        "    return meeting\n",
        (TURNS,),
    ),
)

ANSWERING = (
    Breakage(
        "one no is taken for a no to the whole round",
        OFFERS,
        "meeting = with_standing(meeting, me, Standing.DEFERRED)",
        "meeting = with_standing(meeting, me, Standing.DECLINED)",
        (TURNS,),
    ),
    Breakage(
        "a hurried second press uses up the second asking",
        OFFERS,
        "        if not offered:\n",
        "        if meeting.paused:\n",
        (RULES,),
    ),
    Breakage(
        "whoever just said no is pressed again at once",
        OFFERS,
        "return go_on(meeting, at, but=me) if offered else meeting",
        "return go_on(meeting, at) if offered else meeting",
        (TURNS,),
    ),
    Breakage(
        "a stale 'pass' ends the turn that came after",
        OFFERS,
        "    if turn is None or turn[1] != turn_id:\n",
        "    if turn is None:\n",
        (TURNS,),
    ),
    Breakage(
        "anybody ends anybody's turn",
        OFFERS,
        "if turn[0] != at.actor and not facilitating:",
        "if turn[0] != at.actor and seat is None:",
        (TURNS,),
    ),
    Breakage(
        "the holder chooses who is next within a round",
        OFFERS,
        "if to == turn[0] or not (facilitating or open_round(meeting) is None):",
        "if to == turn[0]:",
        (TURNS,),
    ),
    Breakage(
        "the holder passes the stick to themselves",
        OFFERS,
        "if to == turn[0] or not (facilitating or open_round(meeting) is None):",
        "if not (facilitating or open_round(meeting) is None):",
        (TURNS,),
    ),
    Breakage(
        "the stick is passed on while the meeting is paused",
        OFFERS,
        "    if meeting.paused:\n        raise Refused(Reason.PAUSED)\n",
        "",
        (TURNS,),
    ),
)

OFFERS_BROKEN = OFFERING + ANSWERING
