"""The matrix of the room: its cells as `matrix.txt` has them, and the room in which each is tried.

Declines to judge. One snapshot of a meeting serves all cells of the same phase and state.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from realtime.answers import Accepted
from realtime.audiences import Circle, Socket
from realtime.clock import Clock
from realtime.domain import commands as c
from realtime.domain.meeting import (
    CircleId,
    Floor,
    Frame,
    Meeting,
    MemberId,
    Order,
    Phase,
    TurnId,
    Wording,
)
from realtime.domain.reading import seated, turn_of
from realtime.domain.refusal import Refused
from realtime.limits import FailedJoins
from realtime.live import Live
from realtime.ports import Guest
from realtime.store import Memory, by_memory
from tests.matrices import lines_of
from tests.realtime.conftest import Door, Time

TABLE = Path(__file__).with_name("matrix.txt")
PHASES = (Phase.GATHERING, Phase.OPENING, Phase.SHARING, Phase.CLOSING)
STATES = ("as it is", "locked", "paused", "ended")
CIRCLE = CircleId("c-kamis")
TURN = TurnId("the-turn-under-way")
OWN, OTHERS = "message-of-my-own", "message-of-another"
NAMES = {"stranger": "", "other_circle": "Orang", "organiser": "Orang", "facilitator": "Bu Sari"}
"""Everybody else goes by the name of the column."""


@dataclass(frozen=True)
class Cell:
    row: str
    stick: str
    who: str
    phase: Phase
    state: str
    expected: str

    def __str__(self) -> str:
        return f"{self.row} by {self.who}, {self.phase.value}, {self.state}"


def read() -> tuple[dict[tuple[str, str], dict[str, str]], dict[str, str]]:
    """(state, row) -> who -> letters; and the rows that want the stick otherwise than held."""
    cells: dict[tuple[str, str], dict[str, str]] = {}
    sticks: dict[str, str] = {}
    for state, people, words in lines_of(TABLE, STATES[0]):
        row = words.pop(0)
        if words[0].startswith("@"):
            sticks[row] = words.pop(0)[1:]
        assert len(words) == len(people), f"{row}: {len(words)} cells for {len(people)} people"
        assert (state, row) not in cells, f"{row} stands there twice"
        cells[state, row] = dict(zip(people, words, strict=True))
    return cells, sticks


def every_cell() -> Iterator[Cell]:
    table, sticks = read()
    rows = [row for state, row in table if state == STATES[0]]
    people = list(table[STATES[0], rows[0]])
    for row, who, state in itertools.product(rows, people, STATES):
        said = (table.get((state, row)) or table.get((state, "*")) or table[STATES[0], row])[who]
        for at, phase in enumerate(PHASES if state != "ended" else (Phase.ENDED,)):
            stick = "offered" if who == "offered" else sticks.get(row, "held")
            yield Cell(row, stick, who, phase, state, said[at] if len(said) > 1 else said)


def me(who: str) -> MemberId:
    return MemberId(f"m-{NAMES.get(who, who) or 'nobody'}")


def samples() -> dict[str, tuple[str, object]]:
    """Row -> the event and a payload that makes sense in the room below."""
    member, waiting = me("member"), me("waiting")
    made: tuple[c.Command, ...] = (
        *(c.Ask(), c.Withdraw(), c.LowerHand(None), c.Accept(), c.Ready(), c.Decline()),
        *(c.StartRound(Wording("Apa kabar?"), Order.SEATS), c.Offer(member), c.InvitePassed()),
        *(c.PassStick(TURN, None), c.Extend(TURN, 60), c.TakeBack(TURN), c.Remind(TURN)),
        *(c.Excuse(member), c.Reorder(member, None), c.StepOut(), c.ComeBack(), c.Leave()),
        *(c.Interject(True), c.SetFloor(Floor.QUIET), c.SetPhase(Phase.OPENING), c.Close()),
        *(c.SetPrompt(Wording("Apa?")), c.SetNods(True), c.Pause(), c.Resume(), c.RingBell()),
        *(c.Prolong(60), c.NeedHand(), c.TakeHand(member, False), c.Admit(waiting)),
        *(c.TurnAway(waiting), c.Lock(True), c.Remove(member, False), c.Quieten(member, True)),
        *(c.HandOver(member, True), c.TakeOn(True), c.NameSuccessor(member), c.SpeakHere()),
        *(c.NameGreeter(member), c.NameTypist(member), c.BecomeMember(), c.BecomeObserver()),
    )
    sound = {"ticket": "a-sound-ticket"}
    return {
        "say": ("say", {"id": "a-new-message", "text": "halo"}),
        "phrase": ("phrase", {"id": "a-new-message", "key": "warm.1"}),
        "whisper.facilitators": ("whisper", {"id": "a-new-line", "to": None, "text": "halo"}),
        "whisper.member": ("whisper", {"id": "a-new-line", "to": member, "text": "halo"}),
        "retract.own": ("retract", {"id": OWN}),
        "retract.others": ("retract", {"id": OTHERS}),
        "nod": ("nod", {}),
        "sync": ("sync", {}),
        "observe": ("observe", {"observer": True}),
        "sound_join": ("sound_join", {"listen_only": True}),
        "sound_answer": ("sound_answer", sound | {"sdp": "v=0"}),
        "sound_leave": ("sound_leave", sound),
        **{command.type: ("command", command) for command in made},
    }


class Stage:
    """One process of the real room over a memory store, put into any state at once."""

    def __init__(self) -> None:
        self.time, self.door = Time(), Door(frame=Frame("Kamis", seats=30, bell=True, sound=True))
        self.memory = Memory()
        stores = by_memory(self.memory, self.time.monotonic)
        clock = Clock(self.time.wall, self.time.monotonic)
        self.live = Live(self.door, stores, ["http://here"], clock, self.time.monotonic)
        self.gateway = self.live.gateway
        self.door.banned.add("banned")
        # The desk of sound has tests of its own: here it answers whoever reaches it.
        for event in ("sound_join", "sound_answer", "sound_leave"):
            self.live.events.handlers[event] = self._desk
        self._seen: dict[tuple[str, Phase, str], Meeting] = {}

    async def _desk(self, _circle: Circle, _socket: Socket, _sent: object) -> Accepted:
        return Accepted(0)

    def guest(self, who: str) -> Guest:
        name = NAMES.get(who, who)
        host = who == "facilitator"
        return Guest(me(who), CIRCLE, name, host, False, self.door.frame)

    async def ask(self, who: str, command: c.Command) -> Meeting:
        seen = (self.meeting.epoch, self.meeting.shown)
        once = f"id-{self.meeting.version}"
        return await self.live.room.carry_out(CIRCLE, me(who), command, once, seen, "tab")

    @property
    def meeting(self) -> Meeting:
        return self.memory.meetings[CIRCLE]

    async def put(self, stick: str, phase: Phase, state: str) -> Meeting:
        """The meeting of that kind; arranged by the room itself the first time."""
        if (stick, phase, state) not in self._seen:
            self.memory.meetings.clear()
            self.live.room.known.clear()
            await self._arrange(stick)
            await self._go_to(phase, state)
            self._seen[stick, phase, state] = self.meeting
        meeting = self._seen[stick, phase, state]
        self.memory.meetings = {CIRCLE: meeting}
        self.memory.here.clear()
        self.live.room.known = {CIRCLE: meeting}
        self.gateway.circles.clear()
        self.gateway._of.clear()
        self.gateway._failed = FailedJoins()
        return meeting

    async def _arrange(self, stick: str) -> None:
        arrived = self.live.room.arrived
        for who in ("facilitator", "co_facilitator", "member", "holder", "offered", "handed"):
            await arrived(self.guest(who), False, "tab")
        for who in ("stepped_out", "quietened", "greeter", "typist", "removed", "banned"):
            await arrived(self.guest(who), False, "tab")
        await arrived(self.guest("observer"), True, "tab")
        await self.ask("facilitator", c.Admit(None))
        await arrived(self.guest("waiting"), False, "tab")
        await self.ask("facilitator", c.HandOver(me("co_facilitator"), True))
        await self.ask("co_facilitator", c.TakeOn(True))
        await self.ask("facilitator", c.HandOver(me("handed"), True))
        await self.ask("facilitator", c.NameGreeter(me("greeter")))
        await self.ask("facilitator", c.NameTypist(me("typist")))
        await self.ask("facilitator", c.Quieten(me("quietened"), True))
        await self.ask("facilitator", c.Remove(me("removed"), False))
        await self.ask("facilitator", c.Remove(me("banned"), True))
        await self.ask("stepped_out", c.StepOut())
        await self._move(stick)

    async def _move(self, stick: str) -> None:
        if stick == "heard":
            await self.ask("facilitator", c.StartRound(Wording(""), Order.BY_HAND))
            for seat in seated(self.meeting):
                await self.ask("facilitator", c.Excuse(seat.member_id))
            return
        if stick == "resting":
            return
        await self.ask("facilitator", c.Offer(me(stick if stick == "offered" else "holder")))
        if stick == "held":
            await self.ask("holder", c.Accept())
        await self.ask("member", c.Ask())

    async def _go_to(self, phase: Phase, state: str) -> None:
        if state == "ended":
            await self.ask("facilitator", c.Close())
            return
        if phase is not self.meeting.phase:
            await self.ask("facilitator", c.SetPhase(phase))
        elif phase is Phase.GATHERING:
            await self.ask("facilitator", c.SetFloor(Floor.OPEN))
        if state == "locked":
            await self.ask("facilitator", c.Lock(True))
        if state == "paused":
            await self.ask("facilitator", c.Pause())

    def socket(self, who: str) -> Socket:
        """A connection that is already there, also for whoever could not open one."""
        circle = Circle(CIRCLE)
        circle.note_author(OWN, me(who), 1)
        circle.note_author(OTHERS, me("somebody"), 2)
        socket = Socket("sid", self.guest(who), {}, "kamis", False, "tab")
        socket.ready = True
        circle.sockets["sid"] = socket
        self.gateway.circles[CIRCLE] = circle
        self.gateway._of["sid"] = circle
        return socket

    async def send(self, who: str, row: str) -> str | None:
        """Send the row's sample as that person. The reason of a refusal, None where it is done."""
        event, payload = samples()[row]
        self.socket(who)
        if event == "command":
            meeting = self.meeting
            turn = turn_of(meeting)
            fields = dict(vars(payload))
            if "turn_id" in fields and turn:
                fields["turn_id"] = turn[1]
            payload = {
                "command_id": "a-new-command",
                "seen": [meeting.epoch, meeting.shown],
                "command": fields,
            }
        answer = await self.live.events._any("sid", event, payload)
        return None if answer.ok else str(answer.reason.value)

    async def connect(self, who: str) -> str | None:
        """Knock as that person does."""
        name = NAMES.get(who, who)
        environ = {"HTTP_COOKIE": f"name={name}" if name else ""}
        hello = {"protocol": 1, "circle": "kamis", "tab": "tab", "observer": False}
        try:
            await self.gateway._enter("sid", cookies(environ), hello)
        except Refused as refusal:
            return refusal.reason.value
        return None


def cookies(environ: dict[str, str]) -> dict[str, str]:
    name, found, value = environ["HTTP_COOKIE"].partition("=")
    return {name: value} if found else {}
