"""A store that lost a meeting: of all copies that are put forward, the newest is the meeting again.

Random holders, orders and interleavings, in memory and over a real Valkey, by one suite.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from realtime.domain.meeting import CircleId, Meeting, Wording
from realtime.domain.reading import stamp
from realtime.ports import MeetingStore, Newest, Settling
from realtime.store import Memory, by_memory
from realtime.store.link import Link
from realtime.store.redis import WINDOW, RedisMeetingStore
from tests.contracts.worlds import meeting
from tests.lengths import LONG
from tests.realtime.test_processes import reborn

pytestmark = pytest.mark.timeout(300)

HOLDERS = 5
holders = st.integers(0, HOLDERS - 1)
START = 1_000_000.0


@dataclass
class Holder:
    """A process: what it saw last of the meeting, and whether it is stopped."""

    copy: Meeting | None = None
    newest: tuple[Newest, int] | None = None
    """What it was told to go on from, after which loss, and has not done yet."""
    asleep: bool = False


class Copies(RuleBasedStateMachine):
    """Swaps, losses and returns. `truth` is the meeting as everybody must see it in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.holders = [Holder() for _ in range(HOLDERS)]
        self.truth: Meeting | None = None
        self.offered: list[Meeting] = []
        """Put forward since the loss, in time or not."""
        self.until = 0.0
        self.lost = False
        self.losses = 0
        self.epochs: set[int] = set()
        self.drawn = count()

    # --- Where it runs ---

    def store(self) -> MeetingStore:
        self.memory = Memory(lambda: self.now)
        return by_memory(self.memory).meetings

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        # In memory nothing is ever waited for, so that no loop is needed.
        try:
            doing.send(None)
        except StopIteration as end:
            return end.value
        raise AssertionError("memory waited")

    def restart(self) -> None:
        self.memory.restart()

    def grown(self) -> None: ...

    circle_id = CircleId("pagi")

    @initialize()
    def begin(self) -> None:
        self.meetings = self.store()
        self.truth = replace(meeting(1, self.circle_id), epoch=5)
        assert self.run(self.meetings.swap(None, self.truth))
        self.epochs.add(5)
        for holder in self.holders:
            holder.copy = self.truth

    # --- What processes do ---

    def awake(self, at: int) -> Holder | None:
        return None if self.holders[at].asleep else self.holders[at]

    @rule(at=holders, hear=st.sets(holders))
    def change(self, at: int, hear: set[int]) -> None:
        """Somebody's command; some hear of it."""
        holder = self.awake(at)
        if holder is None or holder.copy is None:
            return
        new = replace(
            holder.copy, version=holder.copy.version + 1, prompt=Wording(f"{next(self.drawn)}")
        )
        try:
            won = self.run(self.meetings.swap(holder.copy, new))
        except Settling:
            assert self.lost, "refused without a loss"
            return
        assert not (won and self.lost), "changed before the newest copy was known"
        assert won == (holder.copy == self.truth), "built on what is not there"
        if won:
            self.truth = holder.copy = new
            for other in hear:
                self.holders[other].copy = new

    @rule(at=holders)
    def look(self, at: int) -> None:
        holder = self.awake(at)
        if holder is None:
            return
        try:
            found = self.run(self.meetings.load(self.circle_id))
        except Settling:
            assert self.lost
            return
        if self.lost:
            assert found is None
        else:
            assert found == self.truth
            holder.copy = found

    @rule(at=holders)
    def open_anew(self, at: int) -> None:
        """Somebody comes to a process that knows of nothing."""
        anew = replace(meeting(1, self.circle_id), epoch=max(self.epochs) + 1)
        try:
            won = self.run(self.meetings.swap(None, anew))
        except Settling:
            assert self.lost
            return
        assert not won, "another meeting in the place of one that people are in"

    @rule(at=holders, outage=st.sampled_from([0.0, 5.0, 30.0]))
    def put_forward(self, at: int, outage: float) -> None:
        holder = self.awake(at)
        if holder is None:
            return
        if self.lost and holder.copy is not None:
            if not self.offered:
                self.until = self.now + WINDOW
            self.offered.append(holder.copy)
        try:
            newest = self.run(self.meetings.offer(self.circle_id, holder.copy, outage))
        except Settling:
            assert self.lost
            assert self.now < self.until + 0.01, "frozen for longer than the window"
            return
        if not self.lost:
            assert newest is None, "a loss where nothing was lost"
        elif newest is not None:
            assert self.now >= self.until - 0.01
            assert newest.copy == max(self.offered, key=stamp), "not the newest copy"
            holder.newest = newest, self.losses

    @precondition(lambda self: any(holder.newest for holder in self.holders))
    @rule(at=holders)
    def settle(self, at: int) -> None:
        """Whoever was told the newest may be slow to say so, or never wake up again."""
        holder = self.awake(at)
        if holder is None or holder.newest is None:
            return
        (newest, loss), holder.newest = holder.newest, None
        current = self.lost and loss == self.losses
        assert not current or newest.epoch > max(self.epochs), (
            "an epoch that somebody may have seen"
        )
        again = replace(newest.copy, epoch=newest.epoch, version=newest.copy.version + 1)
        settled = self.run(self.meetings.settle(newest, again))
        best = max(self.offered, key=stamp) if current else None
        assert settled == (newest.copy == best), "settled twice, or from an old copy"
        if settled:
            self.truth = holder.copy = again
            self.epochs.add(again.epoch)
            self.lost, self.offered = False, []

    # --- What befalls them ---

    @rule(at=holders, on=st.booleans())
    def stop_or_go_on(self, at: int, on: bool) -> None:
        self.holders[at].asleep = on

    @precondition(lambda self: not self.lost)
    @rule()
    def lose_everything(self) -> None:
        known = [h.copy for h in self.holders if h.copy is not None and not h.asleep]
        if not known:
            return
        self.restart()
        self.lost, self.offered = True, []
        self.losses += 1

    @precondition(lambda self: not (self.lost and not self.offered))
    @rule(seconds=st.sampled_from([0.3, 1.0]))
    def pass_time(self, seconds: float) -> None:
        """Never between a loss and the first copy: everybody is back within the window."""
        self.now += seconds
        if self.now >= self.until:
            self.grown()

    @invariant()
    def an_old_copy_overwrites_nothing(self) -> None:
        if self.truth is None or self.lost:
            return
        try:
            assert self.run(self.meetings.load(self.circle_id)) == self.truth
        except Settling:
            raise AssertionError("frozen without a loss") from None


TestCopies = Copies.TestCase
TestCopies.settings = settings(
    max_examples=100 if LONG else 40, stateful_step_count=40, deadline=None
)


@pytest.fixture
def over_valkey(redis_url: str) -> Iterator[type[Copies]]:
    loop, link, numbers = asyncio.new_event_loop(), Link(redis_url), count()

    class OverValkey(Copies):
        def store(self) -> MeetingStore:
            self.circle_id = CircleId(f"copies-{next(numbers)}")
            return RedisMeetingStore(link, lambda: self.now)

        def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
            return loop.run_until_complete(doing)

        def restart(self) -> None:
            self.run(self.meetings.forget(self.circle_id))
            reborn(link, math.inf)

        def grown(self) -> None:
            reborn(link, 0.0)

        def teardown(self) -> None:
            self.grown()
            self.run(self.meetings.forget(self.circle_id))

    yield OverValkey
    loop.run_until_complete(link.close())
    loop.close()


def test_copies_over_a_real_valkey(over_valkey: type[Copies]) -> None:
    how = settings(max_examples=15, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(over_valkey, settings=how)
