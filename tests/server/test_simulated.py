"""The simulated people, rehearsed without sockets: the real rules of the meeting, a clock that
jumps from one move to the next, and what each of them is shown and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest

from realtime.client.seen import Seen
from realtime.domain import chat, commands
from realtime.domain.commands import Arrived, Command
from realtime.domain.meeting import (
    CircleId,
    Frame,
    Meeting,
    MemberId,
    Phase,
    Presence,
    Role,
    Standing,
)
from realtime.domain.refusal import Refused
from realtime.domain.stick import carry_out, decide, open_meeting
from realtime.present import facilitator_view, meeting_view, you_view
from realtime.views import Said
from server.simulated.facilitator import PATIENCE, facilitator_move
from server.simulated.lines import LINES, Lines, Move, Nods, Part, Speak, Warm, lines_in
from server.simulated.member import member_move
from server.simulated.performer import Decide

SARI = MemberId("sari")
MEMBERS = tuple(MemberId(f"m{number}") for number in range(6))
TURA = MemberId("tura")
"""A person, not simulated."""


@dataclass
class Player:
    part: Part
    decide: Decide
    seen: Seen = field(default_factory=Seen)
    marks: list[str] = field(default_factory=list)
    wanted: Move | None = None
    due: float = 0.0


class Rehearsal:
    """One meeting with the whole cast, in which time is only a number."""

    def __init__(self, lines: Lines, minutes: int = 75) -> None:
        cast = frozenset({SARI, *MEMBERS})
        self.now = 1000.0
        self.done: list[tuple[MemberId, object]] = []
        self.refused: list[tuple[MemberId, object, str]] = []
        self.words = 0
        frame = Frame(title=lines.title, soft_seconds=240, minutes=minutes)
        self.meeting: Meeting = open_meeting(CircleId("c"), frame, self.now)
        self.players = {SARI: Player(Part(-1, lines, cast), facilitator_move)}
        for number, member in enumerate(MEMBERS):
            part = Part(number, lines, cast, observer=number == len(MEMBERS) - 1)
            self.players[member] = Player(part, member_move)
        self.arrive(SARI, lines.facilitator, facilitator=True)
        for member, name in zip(MEMBERS, lines.members, strict=True):
            self.arrive(member, name, observer=member == MEMBERS[-1])

    def arrive(
        self, who: MemberId, name: str, *, facilitator: bool = False, observer: bool = False
    ) -> None:
        report = Arrived(name, facilitator, observer, first_visit=False)
        self.show(decide(self.meeting, who, report, self.now, f"fresh-{self.now}"))

    def show(self, meeting: Meeting) -> None:
        self.meeting = meeting
        for who, player in self.players.items():
            player.seen.you = you_view(meeting, who, self.now)
            if player.seen.you is not None:
                player.seen.meeting = meeting_view(meeting, self.now)
            seat = meeting.seat(who)
            if seat is not None and seat.role is Role.FACILITATOR:
                player.seen.facilitating = facilitator_view(meeting, self.now)

    def person(self, who: MemberId, command: Command) -> None:
        """Somebody who is not simulated presses something."""
        self.carry_out(who, command)

    def carry_out(self, who: MemberId, command: Command) -> None:
        id = f"command-{len(self.done)}"
        fresh = f"fresh-{len(self.done)}"
        self.show(carry_out(self.meeting, who, command, id, self.now, fresh))

    def say(self, who: MemberId, text: str, kind: Literal["say", "phrase"]) -> None:
        (chat.may_say if kind == "say" else chat.may_phrase)(self.meeting, who)
        self.words += 1
        seat = self.meeting.seat(who)
        assert seat is not None
        id = f"words-{self.words}"
        said = Said(id, self.words, who, seat.name, kind, text)
        for player in self.players.values():
            player.seen.said.append(said)
            player.seen.seq = self.words

    def next_player(self) -> tuple[MemberId, Player] | None:
        for player in self.players.values():
            move = player.decide(player.seen, player.part, player.marks)
            if move is None:
                player.wanted = None
            elif player.wanted is None or (move.what, move.situation) != (
                player.wanted.what,
                player.wanted.situation,
            ):
                player.wanted, player.due = move, self.now + move.after
        waiting = [(p.due, who) for who, p in self.players.items() if p.wanted]
        if not waiting:
            return None
        who = min(waiting)[1]
        return who, self.players[who]

    def step(self) -> bool:
        found = self.next_player()
        if found is None:
            return False
        who, player = found
        assert player.wanted is not None
        move, player.wanted = player.wanted, None
        self.now = max(self.now, player.due)
        try:
            match move.what:
                case Speak(text=text):
                    self.say(who, text, "say")
                case Warm(key=key):
                    self.say(who, key, "phrase")
                case Nods():
                    chat.may_nod(self.meeting, who)
                case command:
                    self.carry_out(who, command)
            self.done.append((who, move.what))
        except Refused as refused:
            self.refused.append((who, move.what, refused.reason))
            self.now += 1
        if move.mark:
            player.marks.append(move.mark)
        return True

    def until(self, condition: Callable[[Rehearsal], object], steps: int = 3000) -> None:
        for _ in range(steps):
            if condition(self):
                return
            if not self.step():
                break
        assert condition(self), f"did not come; the meeting is {self.meeting.phase}"

    def kinds(self) -> Counter[str]:
        return Counter(type(what).__name__ for _, what in self.done)

    def rounds(self) -> int:
        return self.meeting.round.number if self.meeting.round else 0


@pytest.fixture
def rehearsal() -> Rehearsal:
    return Rehearsal(lines_in("id"))


def test_everybody_is_let_in_and_the_first_round_begins_within_half_a_minute(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.until(lambda r: r.rounds() == 1)
    assert rehearsal.now - 1000 < 40
    assert not rehearsal.refused, "a listening seat has no say"
    assert len(rehearsal.meeting.seats) >= 5


def test_in_two_rounds_everything_that_members_do_is_seen(rehearsal: Rehearsal) -> None:
    rehearsal.until(lambda r: r.rounds() == 3)
    seen = rehearsal.kinds()
    for what in ("Ask", "Accept", "Decline", "PassStick", "StepOut", "ComeBack", "Nods", "Warm"):
        assert seen[what], f"nobody did: {what}"
    assert seen["BecomeMember"] == 1
    assert not rehearsal.refused


def test_a_turn_is_spoken_at_a_human_pace(rehearsal: Rehearsal) -> None:
    rehearsal.until(lambda r: r.rounds() == 1)
    began = rehearsal.now
    rehearsal.until(lambda r: r.rounds() == 2)
    turns = sum(isinstance(what, commands.PassStick) for _, what in rehearsal.done)
    assert 10 < (rehearsal.now - began) / turns < 40


def test_who_declines_is_offered_once_more_and_then_speaks(rehearsal: Rehearsal) -> None:
    rehearsal.until(lambda r: r.kinds()["Decline"] == 1)
    who = rehearsal.done[-1][0]
    rehearsal.until(lambda r: (who, commands.Accept()) in r.done)
    rehearsal.until(lambda r: any(w == who and isinstance(m, Speak) for w, m in r.done))


def test_a_meeting_whose_time_is_up_is_closed_with_a_word_from_everybody() -> None:
    rehearsal = Rehearsal(lines_in("en"), minutes=20)
    rehearsal.until(lambda r: r.meeting.phase is Phase.ENDED)
    said = [what.text for _, what in rehearsal.done if isinstance(what, Speak)]
    assert set(lines_in("en").farewells[:5]) <= set(said)
    assert rehearsal.kinds()["Close"] == 1
    assert rehearsal.now - 1000 < 20 * 60
    assert not rehearsal.refused


def join_person(rehearsal: Rehearsal, *, facilitator: bool = False) -> None:
    rehearsal.until(lambda r: r.rounds() == 1)
    rehearsal.arrive(TURA, "Tura", facilitator=facilitator)


def test_a_person_at_the_door_is_let_in_greeted_and_offered_the_stick(rehearsal: Rehearsal) -> None:
    join_person(rehearsal)
    rehearsal.until(lambda r: r.meeting.seat(TURA))
    rehearsal.until(lambda r: getattr(r.meeting.stick, "to", None) == TURA)
    rehearsal.until(lambda r: any(isinstance(m, Speak) and "Tura" in m.text for _, m in r.done))


def test_a_person_who_takes_the_stick_is_listened_to(rehearsal: Rehearsal) -> None:
    join_person(rehearsal)
    rehearsal.until(lambda r: getattr(r.meeting.stick, "to", None) == TURA)
    rehearsal.person(TURA, commands.Accept())
    before = rehearsal.kinds()["Nods"]
    for text in ("Halo.", "Senang di sini.", "Itu saja."):
        rehearsal.say(TURA, text, "say")
    rehearsal.until(lambda r: r.kinds()["Nods"] > before, steps=20)
    assert rehearsal.meeting.holder() == TURA


def test_a_person_who_says_nothing_to_an_offer_is_excused_and_offered_again_in_the_next_round(
    rehearsal: Rehearsal,
) -> None:
    join_person(rehearsal)
    rehearsal.until(lambda r: getattr(r.meeting.stick, "to", None) == TURA)
    rehearsal.until(lambda r: r.kinds()["Excuse"] == 1)
    seat = rehearsal.meeting.seat(TURA)
    assert seat is not None
    assert seat.standing not in (Standing.DECLINED, Standing.SPOKEN)
    rehearsal.until(lambda r: r.rounds() == 2 and getattr(r.meeting.stick, "to", None) == TURA)


def test_a_person_who_holds_the_stick_and_left_the_machine_does_not_stop_the_demonstration(
    rehearsal: Rehearsal,
) -> None:
    join_person(rehearsal)
    rehearsal.until(lambda r: getattr(r.meeting.stick, "to", None) == TURA)
    rehearsal.person(TURA, commands.Accept())
    began = rehearsal.now
    rehearsal.until(lambda r: r.meeting.holder() != TURA)
    assert rehearsal.now - began > 240, "cut off before the soft time"
    rehearsal.until(lambda r: r.rounds() == 2)


def test_a_call_for_a_hand_is_answered(rehearsal: Rehearsal) -> None:
    join_person(rehearsal)
    rehearsal.until(lambda r: r.meeting.seat(TURA))
    rehearsal.person(TURA, commands.NeedHand())
    rehearsal.until(lambda r: r.kinds()["TakeHand"] == 2)
    assert rehearsal.meeting.hands == ()


def test_when_a_person_facilitates_the_lead_is_theirs(rehearsal: Rehearsal) -> None:
    join_person(rehearsal, facilitator=True)
    rehearsal.until(lambda r: any(isinstance(m, Speak) and "Tura" in m.text for _, m in r.done))
    begun = rehearsal.now
    rehearsal.until(lambda r: r.meeting.round and r.meeting.round.closed)
    before = len(facilitating(rehearsal))
    assert not [what for what in facilitating(rehearsal) if isinstance(what, commands.SetPhase)][1:]
    closed = rehearsal.now
    rehearsal.until(lambda r: len(facilitating(r)) > before)
    assert rehearsal.now - closed >= PATIENCE
    assert closed > begun


def facilitating(rehearsal: Rehearsal) -> list[object]:
    return [what for who, what in rehearsal.done if who == SARI]


def test_while_trouble_lasts_nobody_wants_anything(rehearsal: Rehearsal) -> None:
    rehearsal.until(lambda r: r.rounds() == 1)
    for player in rehearsal.players.values():
        player.seen.trouble = True
        assert player.decide(player.seen, player.part, player.marks) is None


def test_somebody_who_stepped_out_comes_back_even_while_the_meeting_is_paused(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.until(lambda r: r.kinds()["StepOut"] == 1)
    who = rehearsal.done[-1][0]
    rehearsal.person(SARI, commands.Pause())
    rehearsal.until(lambda r: (who, commands.ComeBack()) in r.done)
    seat = rehearsal.meeting.seat(who)
    assert seat is not None
    assert seat.presence is Presence.HERE


def test_the_simulated_facilitator_resumes_what_was_paused(rehearsal: Rehearsal) -> None:
    rehearsal.until(lambda r: r.rounds() == 1)
    rehearsal.person(SARI, commands.Pause())
    rehearsal.until(lambda r: not r.meeting.paused)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)


def test_both_languages_have_the_same_shape_and_say_that_they_are_a_demonstration() -> None:
    raw = json.loads(LINES.read_bytes())
    assert shape(raw["id"]) == shape(raw["en"])
    assert raw["id"]["title"].startswith("Contoh")
    assert raw["en"]["title"].startswith("Demonstration")
    for lines in (lines_in("id"), lines_in("en")):
        assert len(lines.greetings) == len(lines.farewells) == len(lines.members) == 6
        assert all(len(round.turns) == 6 for round in lines.rounds)
        assert all(len(round.prompt) <= 280 for round in lines.rounds)


def shape(value: object) -> object:
    """Names and numbers of lines, without the words; how many sentences a turn has may differ."""
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict | list):
        return [shape(part) for part in value]
    return len(value) if isinstance(value, list) and len(value) > 3 else type(value).__name__


def test_no_sentence_in_indonesian_is_longer_than_twelve_words() -> None:
    raw = json.loads(LINES.read_bytes())["id"]
    for text in texts(raw):
        for sentence in text.replace("?", ".").replace("!", ".").split("."):
            assert len(sentence.split()) <= 12, sentence
