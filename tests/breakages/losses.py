"""Breakages of what happens when the store loses meetings. Declines to try them out."""

from __future__ import annotations

from tests.breakages.breakage import Breakage

STORE = "realtime/store/"
COPIES = ("tests/contracts/test_meetings.py",)
KNOWN = ("tests/realtime/test_known.py",)
DIED = ("tests/contracts/test_redis_faults.py",)
LIVE = ("tests/realtime/test_live.py",)
TICKER = ("tests/realtime/test_ticker.py",)

LOSSES_BROKEN = (
    Breakage(
        "the last copy that comes wins, however old it is",
        f"{STORE}offer.lua",
        "if mine and (not best[1] or newer(ARGV[1], ARGV[2], best[1], best[2])) then",
        "if mine then",
        COPIES,
    ),
    Breakage(
        "the first who comes puts a lost meeting right, before others can",
        f"{STORE}offer.lua",
        "if now < tonumber(best[3]) then",
        "if now < 0 then",
        COPIES,
    ),
    Breakage(
        "something changes while copies are still put forward",
        f"{STORE}swap.lua",
        "if was[4] or (was[3]",
        "if (was[3]",
        COPIES,
    ),
    Breakage(
        "a meeting opens in a store that others have not come back to",
        f"{STORE}swap.lua",
        " or (not was[1] and ARGV[9] == '1')",
        "",
        DIED,
    ),
    Breakage(
        "people build on what a failover left, though it may lack something",
        f"{STORE}swap.lua",
        "(was[3] and was[3] == ARGV[8])",
        "false",
        ("tests/contracts/test_cluster.py",),
    ),
    Breakage(
        "words after a loss take places that were given before it",
        f"{STORE}say.lua",
        ", tonumber(ARGV[5]))",
        ", 0)",
        DIED,
    ),
    Breakage(
        "a meeting put back after a loss is taken for the lost one",
        "realtime/room.py",
        "epoch=newest.epoch,",
        "epoch=newest.copy.epoch,",
        KNOWN,
    ),
    Breakage(
        "an outage that the store did not survive shortens a deadline",
        "realtime/room.py",
        "moved_by_outage(newest.copy, newest.outage)",
        "newest.copy",
        KNOWN,
    ),
    Breakage(
        "whoever could not beat again yet is taken for gone",
        "realtime/ticker.py",
        "if epoch != meeting.epoch:",
        "if not epoch:",
        LIVE,
    ),
    Breakage(
        "a meeting without a process is given to every other",
        f"{STORE}attend.lua",
        "redis.call('ZADD', KEYS[1], stamp, circle)",
        "",
        COPIES,
    ),
    Breakage(
        "a process says that it attends to what it let go of",
        "realtime/ticker.py",
        "elif not await self._is_alone(circle_id):",
        "elif not await self._is_alone(circle_id) and False:",
        TICKER,
    ),
    Breakage(
        "who is elsewhere is looked for later than their beats run out",
        "realtime/ticker.py",
        "min([*left, LASTS - BEAT_SECONDS])",
        "LASTS",
        TICKER,
    ),
    Breakage(
        "a copy of last week's meeting takes the place of today's",
        "realtime/room.py",
        "epoch=epoch)",
        "epoch=1)",
        KNOWN,
    ),
)
