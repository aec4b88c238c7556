"""Breakages of words, privacy, the store and the clock. Declines to try them out."""

from __future__ import annotations

from tests.breakages.breakage import ROOM, RULES, Breakage

CHAT = "realtime/domain/chat.py"
READING = "realtime/domain/reading.py"
PRESENT = "realtime/present.py"
AUDIENCES = "realtime/audiences.py"
SWAP = "realtime/store/swap.lua"
CLOCK = "realtime/clock.py"
LIVE_ROOM = "realtime/room.py"
COMPANY = "realtime/together.py"

PRIVATE = ("tests/realtime/test_private.py",)
SAID = ("tests/realtime/test_words.py",)
STORED = ("tests/contracts/test_meetings.py",)
TIMED = ("tests/realtime/test_clock.py",)
RACED = ("tests/realtime/test_room.py",)
KNOWN = ("tests/realtime/test_known.py",)
TOGETHER = ("tests/realtime/test_together.py",)

WORDS = (
    Breakage(
        "others write while somebody holds the stick",
        CHAT,
        "if not isinstance(meeting.stick, Resting) and meeting.holder() != actor:",
        "if not isinstance(meeting.stick, Resting) and meeting.holder() is None:",
        (ROOM,),
    ),
    Breakage(
        "observers write",
        CHAT,
        "    if seat.role is Role.OBSERVER:\n        raise Refused(Reason.OBSERVERS_LISTEN)\n",
        "",
        (ROOM,),
    ),
    Breakage(
        "a pause is no silence",
        CHAT,
        "    if meeting.paused and seat.role is not Role.FACILITATOR:\n"
        "        raise Refused(Reason.PAUSED)\n",
        "",
        (ROOM,),
    ),
    Breakage(
        "a quiet floor is open to everybody",
        CHAT,
        "    if meeting.floor is Floor.QUIET:\n        raise Refused(Reason.FLOOR_QUIET)\n",
        "",
        (ROOM,),
    ),
    Breakage(
        "somebody from whom the floor was taken writes on",
        CHAT,
        "    if actor in meeting.quietened:\n        raise Refused(Reason.QUIETENED)\n"
        "    return seat\n",
        "    return seat\n",
        (RULES,),
    ),
    Breakage(
        "the holder speaks from two devices at once",
        CHAT,
        "if meeting.holder() == actor and seat.tab and tab and seat.tab != tab:",
        "if meeting.holder() == actor and seat.tab and not tab:",
        (RULES,),
    ),
    Breakage(
        "anybody hides anybody's words",
        CHAT,
        "    if not own and seat.role is not Role.FACILITATOR:\n",
        "    if not own and seat.role is Role.OBSERVER:\n",
        (ROOM,),
    ),
    Breakage(
        "whoever stepped out counts as inside",
        "realtime/domain/audience.py",
        "INSIDE = frozenset({Presence.HERE, Presence.AWAY})",
        "INSIDE = frozenset({Presence.HERE, Presence.AWAY, Presence.STEPPED_OUT})",
        (ROOM,),
    ),
    Breakage(
        "words go to people who are not inside",
        AUDIENCES,
        "            those = [s for s in self.ready() if s.guest.member_id in people]\n",
        "            those = [s for s in self.ready() if people]\n",
        SAID,
    ),
    Breakage(
        "the gateway lets observers say things",
        "realtime/table.py",
        '    "say": frozenset({Place.MEMBER, Place.FACILITATOR}),',
        '    "say": SEATED,',
        ("tests/realtime/test_table.py",),
    ),
)

PRIVACY = (
    Breakage(
        "a call for a hand moves everybody's screen",
        "realtime/domain/stick.py",
        "shown = meeting.shown + (public(new) != public(meeting))",
        "shown = meeting.shown + 1",
        (ROOM,),
    ),
    Breakage(
        "a private reminder is told to everybody",
        READING,
        "        (held.started, held.soft_limit) if held else None,\n",
        "        held,\n",
        (RULES,),
    ),
    Breakage(
        "everybody learns that somebody called for a hand",
        PRESENT,
        "hand_sent=any(h.member_id == member for h in meeting.hands)",
        "hand_sent=bool(meeting.hands)",
        (ROOM,),
    ),
    Breakage(
        "every seat receives what is for facilitators",
        AUDIENCES,
        "        if me not in shared.facilitators:\n",
        "        if not shared.facilitators:\n",
        PRIVATE,
    ),
    Breakage(
        "a member knows the turn id of somebody else",
        PRESENT,
        "held = stick if isinstance(stick, Held) and stick.by == member else None",
        "held = stick if isinstance(stick, Held) else None",
        (RULES,),
    ),
    Breakage(
        "a hand-over is shown to people whom nobody asked",
        PRESENT,
        "return meeting.handing is not None and meeting.handing.to == member",
        "return meeting.handing is not None",
        (RULES,),
    ),
)

STORE = (
    Breakage(
        "the second of two writers undoes the first",
        SWAP,
        " or (was[2] or '') ~= ARGV[2] then",
        " then",
        STORED,
    ),
    Breakage(
        "a state of another epoch takes the place of this one",
        SWAP,
        "if (was[1] or '') ~= ARGV[1] or (was[2]",
        "if (was[2]",
        STORED,
    ),
    Breakage(
        "a state is kept and nobody hears of it",
        SWAP,
        "redis.call('SPUBLISH', KEYS[2], 's ' .. ARGV[5])\n",
        "",
        STORED,
    ),
    Breakage(
        "who lost the race is told that it worked",
        LIVE_ROOM,
        "            if won:\n",
        "            if won is not None:\n",
        RACED,
    ),
    Breakage(
        "a no is told by what this process saw last, without asking the store",
        LIVE_ROOM,
        "        new = old and batch.on(old)\n",
        "        new = old and batch.on(old)\n"
        "        if old is not None and batch.changes[0].failed:\n            return old\n",
        KNOWN,
    ),
    Breakage(
        "a press is taken for a repeat of what another process has since undone",
        LIVE_ROOM,
        "        new = old and batch.on(old)\n",
        "        new = old and batch.on(old)\n"
        "        if old is not None and new is old:\n            return old\n",
        KNOWN,
    ),
    Breakage(
        "who is refused in company is told that it worked",
        COMPANY,
        "                change.failed = error\n",
        "                pass\n",
        TOGETHER,
    ),
    Breakage(
        "an end that others came with is no end",
        COMPANY,
        "            if at and meeting.phase is Phase.ENDED:\n",
        "            if False:\n",
        TOGETHER,
    ),
    Breakage(
        "a store that is lost is told to one of those who waited for it",
        COMPANY,
        "        for change in self.changes:\n            change.failed = Refused(",
        "        for change in self.changes[:1]:\n            change.failed = Refused(",
        TOGETHER,
    ),
    Breakage(
        "who gives up takes along what they were to do for others",
        COMPANY,
        "                batch.leave()\n                self.over(batch)\n",
        "                pass\n",
        TOGETHER,
    ),
    Breakage(
        "a command made in another epoch is carried out",
        LIVE_ROOM,
        "            if seen[0] != meeting.epoch:\n",
        "            if seen[0] < meeting.epoch:\n",
        RACED,
    ),
    Breakage(
        "an outage looks like an empty room",
        LIVE_ROOM,
        "        except OutOfReach:\n            raise Refused(Reason.OUT_OF_REACH) from None\n"
        "        if meeting is not None:\n",
        "        except OutOfReach:\n            return None\n        if meeting is not None:\n",
        RACED,
    ),
)

CLOCKS = (
    Breakage(
        "the clock jumps with the wall clock",
        CLOCK,
        "max(-most, min(most, error))",
        "error",
        TIMED,
    ),
    Breakage(
        "a clock that was put forward makes deadlines due",
        CLOCK,
        "return now >= deadline and self._monotonic() >= seen[1]",
        "return now >= deadline",
        TIMED,
    ),
    Breakage(
        "an outage shortens a deadline",
        CLOCK,
        "seen[0], seen[1] + seconds",
        "seen[0], seen[1]",
        TIMED,
    ),
    Breakage(
        "a deadline past when first seen is due at once",
        CLOCK,
        "wait = left if left > 0 else UNSEEN_SECONDS",
        "wait = max(0.0, left)",
        TIMED,
    ),
)

DELIVERY_BROKEN = WORDS + PRIVACY + STORE + CLOCKS
