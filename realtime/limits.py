"""How often: token buckets for a connection and for an address. Pure: every call takes the time.

A person notices none of them; a script meets them at once. Declines to ban anybody: phone
networks share addresses, so an address that fails often is only made to wait.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from realtime.domain.meeting import Instant


@dataclass(frozen=True)
class Budget:
    """At most `burst` at once, filled up again over `seconds`."""

    burst: int
    seconds: float


class Bucket(NamedTuple):
    """What is left of a budget, as of an instant. Starts full."""

    left: float
    at: Instant

    @classmethod
    def full(cls, budget: Budget, now: Instant) -> Bucket:
        return cls(float(budget.burst), now)

    def by(self, budget: Budget, now: Instant) -> Bucket:
        """The same bucket later. A clock that steps back takes nothing away."""
        left, passed = self.left, now - self.at
        if passed > 0:
            left = min(float(budget.burst), left + passed * budget.burst / budget.seconds)
        return Bucket(left, now)

    def take(self, budget: Budget, now: Instant) -> Bucket | None:
        """One less, or None when there is none to take."""
        left, _ = self.by(budget, now)
        return Bucket(left - 1, now) if left >= 1 else None


# The figures of the design: 10 events a second in all, 5 messages in 10 s.
ALL_EVENTS = Budget(10, 1)
WORDS = Budget(5, 10)
SELDOM = Budget(10, 10)
"""For whatever a hand presses and nobody needs often."""
REFUSED = Budget(100, 10)
"""What may be refused for coming too fast; whoever goes on is a script, and its line is closed."""

EVENTS: Mapping[str, Budget] = {
    "command": Budget(20, 10),
    "say": WORDS,
    "phrase": WORDS,
    "whisper": WORDS,
    "retract": SELDOM,
    "nod": Budget(30, 10),
    "sync": SELDOM,
    "observe": SELDOM,
    # Each costs the sound process a handshake; on a bad line a browser tries a few times.
    "sound_join": Budget(6, 30),
    "sound_answer": Budget(6, 30),
    "sound_leave": SELDOM,
}
"""By event. One that is not listed has no budget, so none of it passes."""

COMMANDS: Mapping[str, Budget] = {
    # A facilitator can be quick with these: a row of people is let in or heard one by one.
    "admit": Budget(30, 10),
    "offer": Budget(20, 10),
    "pass_stick": Budget(20, 10),
    "reorder": Budget(20, 10),
    **dict.fromkeys(
        (
            *("ask", "withdraw", "lower_hand", "start_round", "accept", "ready", "decline"),
            *("extend", "take_back", "excuse", "step_out", "come_back", "interject", "set_floor"),
            *("set_phase", "set_prompt", "set_nods", "pause", "resume", "close", "need_hand"),
            *("remind", "invite_passed", "ring_bell", "prolong", "quieten", "name_successor"),
            *("name_greeter", "name_typist"),
            *("take_hand", "turn_away", "lock", "remove", "hand_over", "take_on", "speak_here"),
            *("become_member", "become_observer", "leave"),
        ),
        SELDOM,
    ),
}
"""By the type of a command, each under the budget of the event `command` as well."""


class Connection:
    """What one connection has left, of everything."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self.floods = False
        """So much was refused that nobody's hand can have pressed it."""

    def may(self, event: str, now: Instant, command: str | None = None) -> bool:
        """Count this event (and the type of its command); False when it comes too fast.

        A refused event takes from the general budget all the same, and from no other.
        """
        allowed = self._may(event, now, command)
        if not allowed and not self._take("refused", REFUSED, now):
            self.floods = True
        return allowed

    def _may(self, event: str, now: Instant, command: str | None) -> bool:
        if not self._take("*", ALL_EVENTS, now):
            return False
        budget = EVENTS.get(event)
        left = None if budget is None else self._bucket(event, budget, now).take(budget, now)
        if left is None:
            return False
        if command is not None:
            its = COMMANDS.get(command)
            if its is None or not self._take(f"command {command}", its, now):
                return False
        self._buckets[event] = left
        return True

    def _bucket(self, name: str, budget: Budget, now: Instant) -> Bucket:
        return self._buckets.get(name) or Bucket.full(budget, now)

    def _take(self, name: str, budget: Budget, now: Instant) -> bool:
        left = self._bucket(name, budget, now).take(budget, now)
        if left is not None:
            self._buckets[name] = left
        return left is not None


DOOR = Budget(12, 2.4)
"""Who comes to one circle's door, on one process: a dozen at once, then five a second."""
LONGEST_AT_DOOR = 4.0
"""Seconds until somebody's knock is heard; whoever would wait longer is asked to come again."""


@dataclass
class Pace:
    """Lets people come to one door one after the other, so that those inside notice nothing."""

    _bucket: Bucket | None = None

    def wait(self, now: Instant) -> float | None:
        """Seconds until it is their turn, which is then theirs; None where that would be long."""
        later = (self._bucket or Bucket.full(DOOR, now)).by(DOOR, now)
        wait = max(0.0, 1.0 - later.left) * DOOR.seconds / DOOR.burst
        if wait > LONGEST_AT_DOOR:
            return None
        self._bucket = Bucket(later.left - 1, now)
        return wait


FAILED_JOINS = Budget(20, 600)
"""Twenty refused joins in ten minutes from one network."""
LONGEST_WAIT = 10.0
"""Seconds: also the time in which a connection has to be finished."""
MOST_NETWORKS = 10_000


def network(address: str) -> str:
    """The part of an address that a neighbourhood or phone mast shares; junk is one network."""
    return shared(address, 24, 56)


def household(address: str) -> str:
    """The part that one line shares: an IPv4 address, or the whole IPv6 network behind it."""
    return shared(address, 32, 64)


def shared(address: str, bits4: int, bits6: int) -> str:
    """The network of an address, of that many bits. An IPv4 address within IPv6 is that one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    length = bits4 if parsed.version == 4 else bits6
    return str(ipaddress.ip_network(f"{parsed}/{length}", strict=False))


@dataclass
class FailedJoins:
    """Which networks failed to join of late. Bounded: the fullest buckets are forgotten first."""

    most: int = MOST_NETWORKS
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def failed(self, address: str, now: Instant) -> None:
        """Note a refused join."""
        name = network(address)
        bucket = self._buckets.pop(name, None) or Bucket.full(FAILED_JOINS, now)
        if len(self._buckets) >= self.most:
            self._forget(now)
        later = bucket.by(FAILED_JOINS, now)
        # Below nothing is owed time: whoever goes on knocking waits longer, up to a bound.
        self._buckets[name] = Bucket(max(-float(FAILED_JOINS.burst), later.left - 1), now)

    def wait(self, address: str, now: Instant) -> float:
        """Seconds to wait before the next join of that network is looked at; mostly 0."""
        bucket = self._buckets.get(network(address))
        if bucket is None:
            return 0.0
        left = bucket.by(FAILED_JOINS, now).left
        return 0.0 if left >= 1 else min(LONGEST_WAIT, 1.0 - left)

    def _forget(self, now: Instant) -> None:
        """Drop a tenth, those with the most left: the ones that matter least."""
        fullest = sorted(
            self._buckets, key=lambda name: -self._buckets[name].by(FAILED_JOINS, now).left
        )
        for name in fullest[: max(1, self.most // 10)]:
            del self._buckets[name]


CROWDED = 300
"""Lines of one household in one process: from here on each new one waits a little longer.

Behind one address of a phone network there may be hundreds of people, so the bound is generous.
"""
MOST_LINES = 1000
"""And from here on there are no more of them, until one is closed."""
CROWD_SECONDS = 0.02
"""By which each line more than `CROWDED` makes the next one wait."""


class Crowd:
    """How many lines each household has open. Declines to know whose they are."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> float | None:
        """Seconds to wait before going on, mostly 0; None: there are too many, and no `leave`."""
        name = household(address)
        if self._open[name] >= MOST_LINES:
            return None
        self._open[name] += 1
        return max(0.0, min(LONGEST_WAIT / 2, (self._open[name] - CROWDED) * CROWD_SECONDS))

    def leave(self, address: str) -> None:
        name = household(address)
        self._open[name] -= 1
        if not self._open[name]:
            del self._open[name]
