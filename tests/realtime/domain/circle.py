"""A circle to try the rules on: people by name, a clock moved by hand. Asserts nothing itself."""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.commands import (
    Accept,
    Admit,
    Arrived,
    Command,
    Lost,
    PassStick,
    StartRound,
    Tick,
)
from realtime.domain.commands import Offer as OfferStick
from realtime.domain.meeting import (
    CircleId,
    Frame,
    Meeting,
    MemberId,
    Order,
    Presence,
    Seat,
    Standing,
    TurnId,
    Wording,
)
from realtime.domain.reading import stick_person, turn_of
from realtime.domain.stick import carry_out, decide, open_meeting

SARI, ADI = MemberId("sari"), MemberId("adi")
RINA, SITI, BUDI, TONO = (MemberId(n) for n in ("rina", "siti", "budi", "tono"))
SERVER = MemberId("server")
FRAME = Frame(title="Rabu malam")


class Circle:
    def __init__(self, frame: Frame = FRAME) -> None:
        self.now = 1_000_000.0
        self.count = 0
        self.meeting: Meeting = open_meeting(CircleId("c"), frame, self.now)

    def fresh(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def look(self) -> Meeting:
        """The meeting as it is now; a call, so that no earlier look is taken for it."""
        return self.meeting

    def do(self, actor: MemberId, command: Command) -> Meeting:
        fresh = self.fresh()
        self.meeting = carry_out(self.meeting, actor, command, f"id-{fresh}", self.now, fresh)
        return self.meeting

    def arrive(
        self, who: MemberId, *, facilitator: bool = False, observer: bool = False
    ) -> Meeting:
        seen = Arrived(who.title(), facilitator, observer, first_visit=False)
        self.meeting = decide(self.meeting, who, seen, self.now, self.fresh())
        return self.meeting

    def lose(self, who: MemberId) -> Meeting:
        self.meeting = decide(self.meeting, who, Lost(), self.now, self.fresh())
        return self.meeting

    def wait(self, seconds: float) -> Meeting:
        """Let time go on, and the deadlines in it be carried out."""
        self.now += seconds
        self.meeting = decide(self.meeting, SERVER, Tick(), self.now, self.fresh())
        return self.meeting

    def sit(self, *people: MemberId, observer: bool = False) -> None:
        for who in people:
            self.arrive(who, observer=observer)
            self.do(SARI, Admit(who))

    def start(self, order: Order = Order.SEATS, prompt: str = "Apa kabar?") -> Meeting:
        return self.do(SARI, StartRound(Wording(prompt), order))

    def offer(self, who: MemberId | None) -> Meeting:
        return self.do(SARI, OfferStick(who))

    def accept(self) -> Meeting:
        return self.do(self.person, Accept())

    def pass_on(self, to: MemberId | None = None) -> Meeting:
        return self.do(self.person, PassStick(self.turn_id, to))

    @property
    def person(self) -> MemberId:
        member = stick_person(self.meeting)
        assert member is not None, "the stick rests"
        return member

    @property
    def turn_id(self) -> TurnId:
        turn = turn_of(self.meeting)
        assert turn is not None, "no turn is under way"
        return turn[1]

    def stick(self) -> tuple[str, MemberId | None]:
        return self.meeting.stick.kind, stick_person(self.meeting)

    @property
    def order(self) -> tuple[MemberId, ...]:
        return self.meeting.round.order if self.meeting.round else ()

    def closed(self) -> bool:
        return self.meeting.round is not None and self.meeting.round.closed

    def seat(self, who: MemberId) -> Seat:
        seat = self.meeting.seat(who)
        assert seat is not None
        return seat

    def standing(self, who: MemberId) -> Standing | None:
        return self.seat(who).standing

    def presence(self, who: MemberId) -> Presence:
        return self.seat(who).presence


def trio(frame: Frame = FRAME) -> Circle:
    """Sari facilitates; Rina, Siti and Budi sit clockwise."""
    circle = Circle(frame)
    circle.arrive(SARI, facilitator=True)
    circle.sit(RINA, SITI, BUDI)
    return circle


def framed(**changes: object) -> Frame:
    return replace(FRAME, **changes)  # type: ignore[arg-type]
