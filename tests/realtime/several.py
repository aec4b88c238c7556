"""The random people again, now pressing at several processes that die, race and disagree.

The same steps and the same judges as the domain's machine, through `Room` and one store.
"""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import nullcontext, suppress
from functools import partial
from itertools import count
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from realtime.domain import commands as c
from realtime.domain.commands import Command, Report
from realtime.domain.meeting import Frame, MemberId
from realtime.domain.refusal import Refused
from realtime.domain.stick import next_deadline
from realtime.ports import Guest, MeetingStore, OutOfReach
from realtime.store import Memory, by_memory
from realtime.store.redis import WINDOW
from realtime.together import Batch, Change, Together
from tests.realtime.conftest import Door
from tests.realtime.domain.circle import SERVER
from tests.realtime.domain.machine import AnyMeeting, frames, presses, who
from tests.realtime.processes import BASE, Deed, Fate, Killed, Process, Shelf, Sky
from tests.realtime.verdicts import Verdicts

LOOK = 5.0
"""Seconds within which every process looks at the time."""
JUMP_LASTS = 20.0
skews = st.sampled_from([0.0, 2.0, -2.0])
places = st.integers(0, 2)
kinds = st.sampled_from(["right", "right", "press", "again", "look"])
between = st.tuples(kinds, places, who, presses)
scenes = st.tuples(
    places, st.one_of(st.just([]), st.lists(between | st.sampled_from(Fate), max_size=3))
)


class Apart(Together):
    """In the place of what makes changes together, which is there for speed alone."""

    async def join(self, change: Change) -> Batch:
        return Batch([change])


class SeveralProcesses(AnyMeeting):
    """`step` goes to one of the processes; `pass_time` lets all of them look at their clocks."""

    name = "processes"

    def __init__(self) -> None:
        super().__init__()
        self.sky = Sky()
        self.door = Door()
        self.memory = Memory(lambda: BASE + self.sky.passed)
        self.shelf = Shelf(self.fresh_store(), self.swapped)
        self.verdicts = Verdicts(self.sky)
        self.processes: list[Process] = []
        self.deeds: list[Deed] = []
        self.last: tuple[MemberId, Command, str, tuple[int, int]] | None = None
        self.data: Any = None
        # Turn ids and shuffles are drawn by count here: the same steps must give the same meeting.
        numbers = count()
        self.tokens = patch("realtime.room.fresh", lambda: f"t{next(numbers)}")
        self.tokens.start()
        # Nothing out there takes its time in memory, and there is no loop to wait by.
        self.patience = patch("realtime.keeping.timeout", nullcontext)
        self.patience.start()
        # Nobody waits for another either: each change is judged by itself, and races all others.
        self.apart = patch("realtime.room.Together", Apart)
        self.apart.start()

    def teardown(self) -> None:
        self.tokens.stop()
        self.patience.stop()
        self.apart.stop()

    # --- Where it runs: another machine runs it over a real Valkey ---

    def fresh_store(self) -> MeetingStore:
        return by_memory(self.memory).meetings

    def restart_the_store(self) -> None:
        """It is back, and empty; for as long as the others take nobody opens anything there."""
        self.memory.restart()

    def the_store_has_grown(self) -> None:
        """So long since then."""

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """Run to the end. In memory nothing is ever waited for, so that no loop is needed."""
        try:
            while True:
                doing.send(None)
        except StopIteration as end:
            return end.value

    @initialize(frame=frames, filled=st.sampled_from([True, True, False]), data=st.data())
    def begin(self, frame: Frame, filled: bool, data: Any) -> None:
        self.data = data
        self.start(0.0, True)
        self.start(2.0, True)
        super().begin(frame, filled)

    # --- How a step is carried out ---

    def open(self, frame: Frame) -> None:
        self.verdicts.frame = frame

    def swapped(self, before: Any, new: Any) -> None:
        deed = self.deeds[-1]
        now = deed.process.clock.last if deed.until is None else deed.until
        self.now = self.verdicts.judge(before, new, deed, now)
        self.m, self.past = new, self.verdicts.past

    def step(self, actor: MemberId, what: Command | Report, tab: str = "") -> None:
        self.count += 1
        place, arranged = self.data.draw(scenes)
        process = self.at(place)
        if process is None:
            return
        self.shelf.arranged = [
            event if isinstance(event, Fate) else partial(self.meanwhile, *event)
            for event in arranged
        ]
        if isinstance(what, Report):
            self.run(self.reported(process, actor, what))
        else:
            seen = (self.m.epoch, self.m.shown)
            self.last = (actor, what, f"id{self.count}", seen)
            if not self.run(self.pressed(process, *self.last, tab)) and self.processes:
                # Never told: they press again, by whatever process answers them now.
                self.run(self.pressed(self.processes[0], *self.last, tab))
        if arranged:
            self.press_again(place + 1)
        self.shelf.arranged = []
        self.no_people_are_left_after_the_end()

    async def meanwhile(self, kind: str, place: int, person: MemberId, command: Command) -> None:
        """What happens while somebody else's swap is on its way."""
        process = self.at(place)
        if process is None:
            return
        if kind == "look":
            await self.look(process)
        elif kind == "again" and self.last:
            await self.pressed(process, *self.last, "")
        else:
            self.count += 1
            seen, command = (self.m.epoch, self.m.shown), self.filled_in(command)
            actor = self.right_person(command) if kind == "right" else person
            await self.pressed(process, actor, command, f"id{self.count}", seen, "")

    async def pressed(
        self,
        process: Process,
        actor: MemberId,
        command: Command,
        name: str,
        seen: tuple[int, int],
        tab: str,
    ) -> bool:
        """False where the person cannot know whether it was carried out."""
        deed = Deed(process, actor, command, done=f"{actor} {name}")
        doing = process.room.carry_out(self.m.circle_id, actor, command, name, seen, tab)
        return await self.doing(deed, doing)

    async def reported(self, process: Process, actor: MemberId, what: Report) -> None:
        room, circle = process.room, self.m.circle_id
        doing: Coroutine[Any, Any, Any]
        match what:
            case c.Arrived(name=name, facilitator=facilitator, observer=observer, tab=tab):
                frame, companion = self.verdicts.frame, what.companion
                guest = Guest(actor, circle, name, facilitator, False, frame, companion=companion)
                doing = room.arrived(guest, observer, tab)
            case c.PutOut():
                doing = room.remove_from_outside(circle, actor)
            case c.TabLost(tab=tab):
                doing = room.lost(circle, actor, tab)
            case _:
                doing = room.lost(circle, actor)
        await self.doing(Deed(process, actor, what), doing)

    async def doing(self, deed: Deed, doing: Coroutine[Any, Any, Any]) -> bool:
        process = deed.process
        if not process.alive:
            doing.close()
            return False
        self.deeds.append(deed)
        try:
            await doing
        except Refused as refused:
            return refused.reason != "out_of_reach"
        except OutOfReach:
            return False
        except Killed:
            self.bury(process)
            return False
        finally:
            self.deeds.pop()
        return True

    def at(self, place: int) -> Process | None:
        return self.processes[place % len(self.processes)] if self.processes else None

    def bury(self, process: Process) -> None:
        process.alive = False
        if process in self.processes:
            self.processes.remove(process)

    # --- Time ---

    async def look(self, process: Process) -> None:
        """What `Live` does each half second: of what it knows, or of what the store has."""
        room, circle = process.room, self.m.circle_id
        with suppress(OutOfReach, Refused):
            known = room.known.get(circle) if process.serving else await self.shelf.load(circle)
            if known is None:
                return
            deadline = next_deadline(known)
            if process.watch.is_due(circle, deadline, process.clock.now()):
                until = deadline or 0.0
                self.verdicts.check_watched(process, until)
                deed = Deed(process, SERVER, c.Tick(), until=until)
                await self.doing(deed, room.tick(circle, until))
        if not process.serving:
            room.forget(circle)

    async def hear(self, process: Process, outage: float = 0.0) -> None:
        if process.serving and process.alive:
            deed = Deed(process, SERVER, c.Tick(), until=0.0)
            if await self.doing(deed, process.room.load(self.m.circle_id, outage)):
                known, stored = process.room.known.get(self.m.circle_id), self.shelf.stored
                assert known == stored, "a process shows what the store does not have"

    def pass_time(self, seconds: float) -> None:
        if seconds < 0:
            self.jump(0, seconds)
            seconds = 1.0
        while seconds > 0:
            slice_ = min(seconds, LOOK)
            seconds -= slice_
            self.sky.passed += slice_
            for process in self.processes[:: 1 if seconds % 2 else -1]:
                self.mend_clock(process)
                if process.deaf_until <= self.sky.passed:
                    self.run(self.hear(process))
                self.run(self.look(process))
            self.verdicts.check_nothing_is_forgotten(self.shelf.stored, self.processes, LOOK)
        self.no_people_are_left_after_the_end()

    def only_clocks_are_mended(self, seconds: float) -> None:
        """So long nothing else happens; a wall clock that is wrong is put right in its time."""
        until = self.sky.passed + seconds
        for process in sorted(self.processes, key=lambda one: one.clocks.jumped_at):
            right_again = process.clocks.jumped_at + JUMP_LASTS
            if process.clocks.jump and self.sky.passed <= right_again <= until:
                self.sky.passed = right_again
                process.clock.now()
                self.mend_clock(process)
        self.sky.passed = until

    def mend_clock(self, process: Process) -> None:
        if self.sky.passed >= process.clocks.jumped_at + JUMP_LASTS:
            process.clocks.jump = 0.0
        process.clock.now()

    @rule(place=places, event=between)
    def look_at_once(self, place: int, event: Any) -> None:
        process = self.at(place)
        if process:
            self.shelf.arranged = [partial(self.meanwhile, *event)]
            self.run(self.look(process))
            self.shelf.arranged = []
            self.no_people_are_left_after_the_end()

    @rule(place=places, by=st.sampled_from([3600.0, -3600.0, 40.0]))
    def jump(self, place: int, by: float) -> None:
        """A wall clock jumps, and is put right some seconds later."""
        process = self.at(place)
        if process and abs(process.error()) < 0.5:
            process.clocks.jump, process.clocks.jumped_at = by, self.sky.passed

    # --- Processes come and go, and so does the store ---

    @precondition(lambda self: len(self.processes) < 3)
    @rule(skew=skews, serving=st.booleans())
    def start(self, skew: float, serving: bool) -> None:
        process = Process.start(self.shelf, self.sky, skew, serving, self.door)
        self.processes.append(process)

    @precondition(lambda self: self.processes)
    @rule(place=places)
    def kill(self, place: int) -> None:
        process = self.at(place)
        if process:
            self.bury(process)

    @rule(place=places)
    def hear_nothing_for_a_while(self, place: int) -> None:
        process = self.at(place)
        if process:
            process.deaf_until = self.sky.passed + 10

    @rule(place=places)
    def press_again(self, place: int) -> None:
        """The same command once more, by another process: an answer was lost on its way."""
        process = self.at(place)
        if process and self.last:
            self.run(self.pressed(process, *self.last, ""))

    @rule(seconds=st.sampled_from([10.0, 70.0, 300.0]), empty=st.booleans(), early=who)
    def lose_the_store(self, seconds: float, empty: bool, early: MemberId) -> None:
        """Out of reach for a while, and then as it was, or (restarted) empty."""
        before = self.m
        self.shelf.lost = True
        self.only_clocks_are_mended(seconds)
        for process in self.processes:
            self.run(self.look(process))
            if self.last:
                self.run(self.pressed(process, *self.last, ""))
        assert self.m is before, "something changed that nobody could keep"
        self.shelf.lost = False
        newest: tuple[int, int] | None = None
        if empty:
            self.shelf.stored = None
            self.restart_the_store()
            # Before all who knew the meeting are back, somebody may come to one who did not.
            self.arrive(early, observer=False, tab="")
            assert self.shelf.stored is None, "opened anew over a meeting that others know"
            # Whoever died as they came brings nothing back.
            newest = self.verdicts.emptied(
                p.room.known.get(self.m.circle_id) for p in self.processes
            )
        # What was to happen while they came happens no more: the meeting is put right undisturbed.
        self.shelf.arranged = []
        for process in self.processes:
            process.extend(self.m.circle_id, seconds)
            self.mend_clock(process)
            self.run(self.hear(process, seconds))
        self.sky.passed += WINDOW + 0.1
        self.the_store_has_grown()
        self.verdicts.back_after(seconds + WINDOW, seconds)
        for process in self.processes:
            self.run(self.hear(process, seconds))
        if newest is not None:
            assert self.shelf.stored, "nobody put it right"
            assert self.shelf.stored.version == newest[1] + 1, "an older copy won"

    # --- What must hold beside all that holds of a meeting ---

    def no_people_are_left_after_the_end(self) -> None:
        self.verdicts.check_emptied(self.shelf.stored)
