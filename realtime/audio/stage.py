"""The three voices of one circle and who hears them.

Declines to know who may speak: whoever gets here passed the gate.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping

from realtime.audio.counters import Counters
from realtime.audio.fan import Fan
from realtime.audio.person import Person
from realtime.audio.slots import SLOTS, Owners, Slots
from realtime.audio.voice import Spoken, Voice
from realtime.domain.meeting import MemberId

HUSHES = 5
"""Frames of silence with which a released slot ends."""


class Stage:
    """Slots, and a voice for each."""

    def __init__(
        self,
        counters: Counters,
        make_fan: Callable[[Counters], Fan],
        people: Mapping[MemberId, Person],
        changed: Callable[[Owners], None],
    ) -> None:
        self._counters, self._people, self._changed = counters, people, changed
        self._slots = Slots()
        self._voices = [Voice(make_fan(counters)) for _ in range(SLOTS)]
        self._hushing: list[asyncio.TimerHandle | None] = [None] * SLOTS
        self._loop = asyncio.get_running_loop()

    @property
    def owners(self) -> Owners:
        """Who is heard in which slot."""
        return self._slots.owners

    @property
    def ssrcs(self) -> list[int]:
        """The slots' streams, the same for every listener."""
        return [voice.ssrc for voice in self._voices]

    def spoke(self, person: Person, spoken: Spoken, now: float) -> None:
        """Carry a packet of somebody who may be heard, where there is a slot for it."""
        had = self._slots.find(person.member_id)
        slot = self._slots.claim(person.member_id, now, voiced=spoken.voiced)
        if slot is None:
            self._counters.dropped_slots += 1
            return
        if had is None:
            self._stop_hushing(slot)
            self._voices[slot].turn_over()
            self._seat(slot)
        if not self._voices[slot].carry(spoken, now):
            self._counters.dropped_slots += 1
        if had is None:
            self._changed(self.owners)

    def release(self, *members: MemberId) -> None:
        """Free the slots of these, at once."""
        freed = [slot for member in members if (slot := self._slots.release(member)) is not None]
        for slot in freed:
            self._voices[slot].turn_over()
            self._stop_hushing(slot)
            self._hush_when_due(slot, HUSHES)
        if freed:
            self._changed(self.owners)

    def expire(self, now: float) -> None:
        """Free the slots of whoever fell silent."""
        self.release(*self._slots.expired(now))

    def seat_all(self) -> None:
        """Say again who hears what."""
        for slot in range(SLOTS):
            self._seat(slot)

    def active(self) -> Iterator[tuple[int, Voice]]:
        """Return the slots in which anything was sent since the last time."""
        for slot, voice in enumerate(self._voices):
            if voice.sent_since_report:
                voice.sent_since_report = False
                yield slot, voice

    def close(self) -> None:
        """Be silent."""
        for slot in range(SLOTS):
            self._stop_hushing(slot)

    def _seat(self, slot: int) -> None:
        """Everybody who hears is seated, but whoever is heard in the slot themselves."""
        owner = self._slots.owners[slot]
        self._voices[slot].seat(
            [
                person.lanes[slot]
                for person in self._people.values()
                if person.hears
                and person.lanes
                and person.reach is not None
                and person.member_id != owner
            ]
        )

    def _hush_when_due(self, slot: int, left: int) -> None:
        # Not at once: the next voice, where there is one already, goes on without a gap. Nor later
        # than the next packet is due: a listener who waits for it would make up a sound.
        due = self._voices[slot].due
        self._hushing[slot] = self._loop.call_at(due, self._hush, slot, left)

    def _hush(self, slot: int, left: int) -> None:
        self._hushing[slot] = None
        self._voices[slot].hush(self._loop.time())
        if left > 1:
            self._hush_when_due(slot, left - 1)

    def _stop_hushing(self, slot: int) -> None:
        timer, self._hushing[slot] = self._hushing[slot], None
        if timer is not None:
            timer.cancel()
