"""One circle's sound: the gate, the slots, and who hears them.

Denies by default: nobody is heard before the meeting says so, nor on the word of an older
meeting, nor while it is unknown what the meeting says now. Declines to decide who may speak.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from realtime.audio import rtcp
from realtime.audio.counters import Counters
from realtime.audio.fan import Fan
from realtime.audio.handshakes import Handshakes
from realtime.audio.parts import Buffer, Certificate
from realtime.audio.person import EXPIRY, Calls, Person
from realtime.audio.port import Port
from realtime.audio.sdp import BadAnswer, read_answer, write_offer
from realtime.audio.slots import Owners
from realtime.audio.stage import Stage
from realtime.domain.meeting import MemberId

Stamp = tuple[int, int]
MOST_PEOPLE = 128
"""In one circle, however many a facilitator seats."""


class Crowded(Exception):
    """The relay has no room for one more."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What the browser needs to turn sound on."""

    ticket: str
    offer: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What all circles of a relay have in common."""

    port: Port
    certificate: Certificate
    handshakes: Handshakes
    counters: Counters
    buffer: Buffer
    make_fan: Callable[[Counters], Fan]
    announced: tuple[tuple[str, int], ...]
    has_room: Callable[[], bool]
    keep: Callable[[asyncio.Task[None] | None], None]


class RelayCircle:
    """Who is at the port for one circle, and who of them is heard by whom."""

    def __init__(self, shared: Shared, closed: Callable[[], None]) -> None:
        self.on_slots: Callable[[Owners], None] | None = None
        self.on_gone: Callable[[str, MemberId, str], None] | None = None
        self._shared, self._closed = shared, closed
        self._loop = asyncio.get_running_loop()
        self._people: dict[MemberId, Person] = {}
        self._tickets: dict[str, Person] = {}
        self._stage = Stage(shared.counters, shared.make_fan, self._people, self._tell_slots)
        self._stamp: Stamp | None = None
        self._speak: Mapping[MemberId, str] = {}
        self._hear: frozenset[MemberId] = frozenset()
        self._calls = Calls(
            ready=lambda person: self._stage.seat_all(),
            spoke=self._stage.spoke,
            fell_silent=lambda person: self._stage.release(person.member_id),
            moved=lambda person: self._stage.seat_all() if person.lanes else None,
            lost=self._lose,
        )

    @property
    def slots(self) -> Owners:
        """Who is heard in which slot."""
        return self._stage.owners

    # Coming and going.

    def join(self, member_id: MemberId, tab: str, *, listen_only: bool) -> Joined:
        """Expect a member; what they had before ends. Raises Crowded."""
        earlier = self._people.get(member_id)
        if earlier is not None:
            self._lose(earlier)
        elif len(self._people) >= MOST_PEOPLE or not self._shared.has_room():
            raise Crowded
        shared = self._shared
        person = Person(member_id, tab, self._loop.time(), shared.counters, self._calls)
        self._people[member_id] = self._tickets[person.ticket] = person
        self._gate(person)
        shared.port.admit(person)
        shared.counters.joins += 1
        offer = write_offer(
            person.ufrag.decode(),
            person.password.decode(),
            shared.certificate.fingerprint,
            shared.announced,
            self._stage.ssrcs,
            listen_only=listen_only,
        )
        return Joined(person.ticket, offer)

    async def answer(self, ticket: str, sdp: str) -> None:
        """Take the browser's answer; the handshake goes on by itself. Raises BadAnswer."""
        answer = read_answer(sdp)
        person = self._tickets.get(ticket)
        if person is None:
            raise BadAnswer
        if person.answer is None:
            person.take_answer(answer, self._shared.certificate, self._shared.handshakes)
        elif person.answer != answer:
            raise BadAnswer

    def leave(self, ticket: str) -> None:
        """Let somebody go who asked to."""
        person = self._tickets.get(ticket)
        if person is not None:
            self._drop(person)

    def close(self) -> None:
        """Let everybody go and forget the circle."""
        self.on_slots = self.on_gone = None
        for person in list(self._people.values()):
            self._drop(person)
        self._stage.close()
        self._closed()

    # The gate.

    def obey(self, stamp: Stamp, speak: Mapping[MemberId, str], hear: frozenset[MemberId]) -> None:
        """Let these be heard, from these tabs ('' is any), by those; from the next packet on."""
        if self._stamp is not None and stamp < self._stamp:
            return
        self._stamp = stamp
        self._set(dict(speak), hear)

    def shut(self) -> None:
        """Let nobody be heard, until a meeting that is no older says who."""
        self._set({}, frozenset())

    def _set(self, speak: Mapping[MemberId, str], hear: frozenset[MemberId]) -> None:
        self._speak = speak
        hearing_changed, self._hear = hear != self._hear, hear
        for person in self._people.values():
            self._gate(person)
        owners = [owner for owner in self._stage.owners if owner is not None]
        self._stage.release(*(owner for owner in owners if not self._may(owner)))
        if hearing_changed:
            self._stage.seat_all()

    def _gate(self, person: Person) -> None:
        tab = self._speak.get(person.member_id)
        person.may_speak = tab is not None and tab in ("", person.tab)
        person.hears = person.member_id in self._hear

    def _may(self, member_id: MemberId) -> bool:
        person = self._people.get(member_id)
        return person is not None and person.may_speak

    def _lose(self, person: Person) -> None:
        """Let somebody go who did not ask to."""
        if self._tickets.get(person.ticket) is not person:
            return
        self._drop(person)
        if self.on_gone is not None:
            self.on_gone(person.ticket, person.member_id, person.tab)

    def _drop(self, person: Person) -> None:
        del self._tickets[person.ticket], self._people[person.member_id]
        self._shared.keep(person.close())
        self._shared.port.forget(person)
        self._stage.seat_all()
        self._stage.release(person.member_id)

    def _tell_slots(self, owners: Owners) -> None:
        if self.on_slots is not None:
            self.on_slots(owners)

    # Once a second.

    def tick(self, now: float) -> None:
        """Free silent slots, let go who is gone, and send reports."""
        self._stage.expire(now)
        for person in list(self._people.values()):
            person.refill()
            if now - person.seen > EXPIRY:
                self._shared.counters.expired += 1
                self._lose(person)
        self._report(now)

    def _report(self, now: float) -> None:
        listeners = [person for person in self._people.values() if person.lanes]
        for person in listeners:
            reception = person.reception
            if reception is not None and reception.fresh():
                losses = (p.loss_now(now) for p in listeners if p is not person)
                report = reception.report(now, max(losses, default=0))
                plain = rtcp.write_receiver_report(self._stage.ssrcs[0], report)
                person.send_report(plain, self._shared.buffer)
        for slot, voice in self._stage.active():
            stamp = voice.clock(now)
            for person in listeners:
                lane = person.lanes[slot]
                if person.hears and lane.packets:
                    plain = rtcp.write_sender_report(voice.ssrc, stamp, lane.packets, lane.octets)
                    person.send_report(plain, self._shared.buffer)
