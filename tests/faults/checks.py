"""What may not happen whatever breaks: two truths, a turn lost, a door left open, words lost.

`Truth` is told all that anybody of one circle sees. Declines to talk to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import orjson

from realtime.domain.meeting import MemberId
from realtime.views import MeetingView

if TYPE_CHECKING:
    from tests.faults.person import Person

Stamp = tuple[int, int]


class Broken(AssertionError):
    """Something that was promised did not hold; the message says what, for a person."""


@dataclass
class Truth:
    """What one circle's people were told, by all processes together."""

    views: dict[Stamp, bytes] = field(default_factory=dict)
    words: dict[Stamp, str] = field(default_factory=dict)
    """By epoch and place in the order: which words stand there."""
    said: dict[str, Stamp] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    over: bool = False
    """The evening ends: whoever loses their line now does not come back."""

    def break_(self, what: str) -> None:
        if what not in self.broken:
            self.broken.append(what)

    def see(self, name: str, payload: dict[str, Any], before: MeetingView | None) -> None:
        """The same (epoch, version) is the same meeting on every screen, and never an older one."""
        stamp = payload["epoch"], payload["version"]
        if before is not None and stamp < (before.epoch, before.version):
            self.break_(f"{name} was led back from {before.epoch, before.version} to {stamp}")
        view = orjson.dumps({**payload, "now": 0}, option=orjson.OPT_SORT_KEYS)
        if self.views.setdefault(stamp, view) != view:
            self.break_(f"two meetings under one version {stamp}, seen by {name}")
        self._stick(payload)

    def _stick(self, payload: dict[str, Any]) -> None:
        stick, seats = payload["stick"], {s["member_id"]: s for s in payload["seats"]}
        if stick["kind"] not in ("held", "offered"):
            return
        seat = seats.get(stick["member_id"])
        if seat is None or seat["role"] == "observer" or seat["presence"] == "stepped_out":
            self.break_(f"the stick is {stick['kind']} by one who cannot have it")

    def hear(self, epoch: int, seq: int, id: str, name: str) -> None:
        if self.words.setdefault((epoch, seq), id) != id:
            self.break_(f"two words stand at one place in the order, heard by {name}")

    def acked(self, epoch: int, seq: int, id: str) -> None:
        self.said[id] = (epoch, seq)
        self.hear(epoch, seq, id, "whoever said them")

    def nobody_missed_silently(self, people: Iterable[Person]) -> None:
        """What was acknowledged was heard by everybody inside, or a gap in the order shows it."""
        for person in people:
            for id, (epoch, seq) in self.said.items():
                if id in person.words or epoch != person.last[0]:
                    continue
                if not any(first <= seq <= last for first, last in person.gaps):
                    self.break_(f"{person.name} missed words, and no gap shows it")
            if person.gaps and not person.losses and not person.troubles:
                self.break_(f"{person.name} missed words without losing the line")


@dataclass(frozen=True)
class Standing:
    """What nobody may lose: seats, the stick, the turn, the queue, the round, the door."""

    stick: tuple[str, MemberId | None]
    turn: str | None
    seats: tuple[tuple[str, str, str], ...]
    order: tuple[MemberId, ...]
    asked: tuple[MemberId, ...]
    standings: tuple[tuple[str, str | None, int], ...]
    waiting: tuple[MemberId, ...]
    yours: tuple[tuple[Any, ...], ...]

    def differs(self, other: Standing) -> list[str]:
        """In which parts, with both."""
        return [
            f"{part.name}: {getattr(self, part.name)} became {getattr(other, part.name)}"
            for part in fields(self)
            if getattr(self, part.name) != getattr(other, part.name)
        ]


def standing(facilitator: Person, people: Iterable[Person]) -> Standing | None:
    """As their screens show it together; None while a screen is missing or shows another moment."""
    people = list(people)
    seated = [person for person in people if not person.at_door]
    if not all(person.here for person in people) or len({p.stamp for p in seated}) != 1:
        return None
    room = facilitator.room
    if room is None or room.meeting is None or room.facilitating is None:
        return None
    meeting, care = room.meeting, room.facilitating
    # What one person alone may know comes right after what all may: not before it is here.
    turns = {you.turn_id for p in seated if p.room and (you := p.room.you) and you.turn_id}
    if turns != ({care.turn_id} if meeting.stick.kind == "held" else set()):
        return None
    if meeting.round is not None and all(person.standing is None for person in care.people):
        return None
    in_order = {p.member_id for p in care.people if p.standing} & set(care.order)
    told = {p.member_id for p in seated if p.room and (you := p.room.you) and you.standing}
    if not in_order & {p.member_id for p in seated} <= told:
        return None
    return Standing(
        stick=(meeting.stick.kind, meeting.stick.member_id),
        turn=care.turn_id,
        seats=tuple((s.name, s.role.value, s.presence.value) for s in meeting.seats),
        order=care.order,
        asked=tuple(one.member_id for one in care.asked),
        standings=tuple((p.member_id, p.standing, p.turns) for p in care.people),
        waiting=tuple(one.member_id for one in care.waiting),
        yours=tuple(_yours(person) for person in seated),
    )


def _yours(person: Person) -> tuple[Any, ...]:
    you = person.room.you if person.room else None
    if you is None:
        return (person.name,)
    return (
        person.name,
        you.role.value,
        you.presence.value,
        you.standing,
        you.place,
        you.offered,
        you.turn_id,
        you.unfinished,
    )
