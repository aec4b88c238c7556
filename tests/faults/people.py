"""A circle in the middle of its round, spread over the processes of a house.

One holds the stick (or is offered it), others wait in the round and in the queue of those who
asked, one stepped out, one listens as an observer, one waits at the door.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

from realtime.client import Ack, RoomClosed
from realtime.domain.commands import (
    Accept,
    Admit,
    Ask,
    Close,
    PassStick,
    SetPhase,
    StartRound,
    StepOut,
)
from realtime.domain.meeting import Order, Phase, TurnId, Wording
from server.circles.seed import Seeded
from tests.faults.checks import Broken, Standing, Truth, standing
from tests.faults.house import House
from tests.faults.person import Person

CANARY = f"kanari-{secrets.token_hex(8)}"
"""In everything that is said here, so that it can be looked for afterwards."""
PATIENCE = 60.0
LOOK = 0.05
Stick = Literal["held", "offered"]
STRANGER = "Hadi"
"""A member whom no process has seen yet: they never come by themselves."""
NAMES = ("Ani", "Budi", "Citra", "Dewi", "Eka", "Fitri", "Gita")


class People:
    """Made by `gathered`."""

    def __init__(self, house: House, circle: Seeded) -> None:
        self.house, self.circle, self.truth = house, circle, Truth()
        self._rung = asyncio.Event()
        self.watch: Callable[[], None] | None = None
        """Called at everything that anybody sees, for what must not even flicker."""
        lead = next(iter(set(circle.ids) - set(circle.members)))
        cookies = {lead: circle.facilitator, **circle.members}
        self._all = {
            name: Person(
                name, circle.seat_ids[name], f"{circle.cookie_name}={cookie}", circle.slug,
                house.webs, number % len(house.webs), self.truth, self.bell,
                observer=name == "Fitri",
            )
            for number, (name, cookie) in enumerate(cookies.items()) if name != STRANGER
        }  # fmt: skip
        self.sari = self._all[lead]

    def __getitem__(self, name: str) -> Person:
        return self._all[name]

    def __iter__(self) -> Iterator[Person]:
        return iter(self._all.values())

    @property
    def seated(self) -> list[Person]:
        return [person for person in self if not person.at_door]

    @property
    def inside(self) -> list[Person]:
        return [person for person in self.seated if person.inside]

    def on(self, place: int) -> list[Person]:
        """Who is connected to that process."""
        return [person for person in self if person.place == place]

    def bell(self) -> None:
        if self.watch is not None:
            self.watch()
        self._rung.set()
        self._rung = asyncio.Event()

    # --- The evening up to its middle ---

    async def gather(self, stick: Stick) -> None:
        await self.sari.come()
        await self.until(lambda: self.sari.here, "the facilitator is in")
        others = [person for person in self if person not in (self.sari, self._all.get("Gita"))]
        for person in others:
            await person.come()
        await self.until(lambda: len(self._knocking()) == len(others), "all knocked")
        await self.sari.must(Admit(None))
        await self.until(lambda: all(person.here for person in others), "all are in")
        if "Eka" in self._all:
            self["Eka"].inside = False
            await self["Eka"].must(StepOut())
        queue = [self[name] for name in ("Dewi", "Citra") if name in self._all]
        for person in queue:
            await person.must(Ask())
        await self.until(
            lambda: [p.room and p.room.you and p.room.you.place for p in queue]
            == list(range(1, len(queue) + 1)) and len(self._asked()) == len(queue),
            "the queue",
        )  # fmt: skip
        if "Gita" in self._all:
            self["Gita"].at_door = True
            await self["Gita"].come()
            await self.until(lambda: len(self._knocking()) == 1, "one waits at the door")
        await self._begin(stick)

    def _knocking(self) -> tuple[object, ...]:
        room = self.sari.room
        return room.facilitating.waiting if room and room.facilitating else ()

    def _asked(self) -> tuple[object, ...]:
        room = self.sari.room
        return room.facilitating.asked if room and room.facilitating else ()

    async def _begin(self, stick: Stick) -> None:
        await self.sari.must(SetPhase(Phase.SHARING))
        named = tuple(self[name].member_id for name in NAMES[:5] if name in self._all)
        prompt = Wording("Apa kabarmu?", "How are you?")
        await self.sari.must(StartRound(prompt, Order.BY_HAND, named))
        ani = self["Ani"]
        await self.until(lambda: ani.room and ani.room.you and ani.room.you.offered, "an offer")
        if stick == "held":
            await ani.must(Accept())
        await self.until(lambda: self.stick == (stick, ani.member_id), "the stick is there")
        await self.told()

    # --- Looking and waiting ---

    @property
    def stick(self) -> tuple[str, str | None] | None:
        """As every screen shows it; None while they differ."""
        shown = {
            (person.room.meeting.stick.kind, person.room.meeting.stick.member_id)
            for person in self.seated
            if person.room and person.room.meeting
        }
        return shown.pop() if len(shown) == 1 else None

    def stick_is(self, kind: str, person: Person) -> bool:
        return self.stick == (kind, person.member_id)

    async def told(self) -> Standing:
        """What every screen shows, once they all show the same."""
        await self.until(lambda: standing(self.sari, self) is not None, "all screens agree")
        found = standing(self.sari, self)
        assert found is not None
        return found

    def presence(self, of: Person, seen_by: Person) -> str | None:
        seat = seen_by.room.seat(of.member_id) if seen_by.room else None
        return seat.presence.value if seat else None

    def describe(self) -> str:
        """Who is here at which version, for somebody who reads a failed row."""
        return ", ".join(
            f"{p.name}@{p.place}:{p.stamp if p.here else 'gone'}"
            + (f" refused {p.refusals[-1]}" if p.refusals and not p.here else "")
            for p in self
        )

    async def until(
        self, condition: Callable[[], object], what: str, within: float = PATIENCE
    ) -> float:
        """Wait for it; the seconds that it took. `Broken` where it does not come."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(within):
                while not condition():
                    # Not everything that is waited for rings: some of it is another process'.
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._rung.wait(), LOOK)
        except TimeoutError:
            raise Broken(f"not within {within:.0f} s: {what} ({self.describe()})") from None
        return time.monotonic() - began

    async def cut(self) -> None:
        """Until the first of them lost the line: before that every screen shows what it showed,
        and would pass for whole again."""
        await self.until(lambda: any(person.losses for person in self), "somebody lost the line")

    async def whole_again(self, before: Standing, within: float = PATIENCE) -> float:
        """Until every screen shows what it showed, and nothing was lost; the seconds it took."""
        now: Standing | None = None

        def same() -> bool:
            nonlocal now
            now = standing(self.sari, self)
            return now == before

        try:
            return await self.until(same, "as before", within)
        except Broken as broken:
            lost = before.differs(now) if now else []
            raise Broken("; ".join(lost) or str(broken)) from None

    # --- What every row proves at its end ---

    async def go_on(self) -> None:
        """Words reach everybody inside and nobody else; the turn ends once; the next one has it."""
        who = self["Ani"]
        if self.stick == ("offered", who.member_id):
            await who.must(Accept())
            await self.until(lambda: self.stick == ("held", who.member_id), "the offer is taken")
        before = await self.told()
        await self.hear(await who.say(f"masih di sini {CANARY}"))
        assert before.turn is not None
        turn = TurnId(before.turn)
        await who.must(PassStick(turn, None))
        upcoming = before.order[0]
        await self.until(lambda: self.stick == ("offered", upcoming), "the next one is offered it")
        following = next(person for person in self if person.member_id == upcoming)
        await following.must(Accept())
        await self.until(lambda: self.stick == ("held", upcoming), "the next one has it")
        # A press that is late ends nobody's turn.
        assert (await who.do(PassStick(turn, None))).reason in (None, "not_your_turn")
        await self.told()
        if self.stick != ("held", upcoming):
            raise Broken("a late press moved the stick")
        self.truth.nobody_missed_silently(self.inside)
        self.sound()

    async def hear(self, ack: Ack, *, but: tuple[Person, ...] = ()) -> float:
        """Until everybody inside heard these words, but these."""
        if not ack.ok:
            raise Broken(f"words were refused with {ack.reason}")
        ears = [person for person in self.inside if person not in but]
        return await self.until(lambda: all(ack.id in p.words for p in ears), "heard by all")

    def sound(self) -> None:
        """Raise `Broken` where anything was seen that may not be."""
        if self.truth.broken:
            raise Broken("; ".join(self.truth.broken))

    async def end(self) -> None:
        """The facilitator closes, where that can be done; then everybody is gone."""
        self.truth.over = True
        with suppress(RoomClosed, TimeoutError):
            async with asyncio.timeout(5):
                await self.sari.do(Close())
        await asyncio.gather(*(person.leave() for person in self))


@asynccontextmanager
async def gathered(
    house: House, stick: Stick = "held", names: tuple[str, ...] = NAMES, **form: object
) -> AsyncIterator[People]:
    """A circle of its own, in mid-round; over at the end of the block."""
    circle = await house.circle(*names, STRANGER, **form)
    people = People(house, circle)
    try:
        await people.gather(stick)
        yield people
    finally:
        await people.end()
