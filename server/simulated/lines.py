"""What simulated people say, and the shape of what they do: moves, marks, parts.

Pure but for reading its own text file. Times are in beats, a second each at human pace.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from pydantic import TypeAdapter

from realtime.domain.commands import Command
from realtime.domain.meeting import MemberId

Language = Literal["id", "en"]

LINES = Path(__file__).parent.parent / "demo_lines.json"
LETTERS_A_BEAT = 14
"""How fast simulated people type."""


@dataclass(frozen=True)
class RoundLines:
    prompt: str
    turns: tuple[tuple[str, ...], ...]
    """One turn for each member, in their order."""


@dataclass(frozen=True)
class Lines:
    """Everything that simulated people say, in one language."""

    title: str
    topic: str
    place: str
    facilitator: str
    members: tuple[str, ...]
    greetings: tuple[str, ...]
    welcome: tuple[str, ...]
    newcomer: str
    lead: str
    thanks: tuple[str, ...]
    closing: str
    farewells: tuple[str, ...]
    rounds: tuple[RoundLines, ...]


@cache
def lines_in(language: Language) -> Lines:
    raw = json.loads(LINES.read_bytes())
    return TypeAdapter(Lines).validate_python(raw[language])


@dataclass(frozen=True)
class Speak:
    text: str


@dataclass(frozen=True)
class Warm:
    """One of the four phrases, by its key."""

    key: str


@dataclass(frozen=True)
class Nods:
    pass


What = Command | Speak | Warm | Nods


@dataclass(frozen=True)
class Move:
    """Do `what` once it was wanted for `after` beats; wanting starts anew when `situation` changes.

    `mark` is kept once it is done, so that it is not done twice.
    """

    what: What
    after: float
    mark: str = ""
    situation: object = None


@dataclass(frozen=True)
class Part:
    """One simulated person. `cast` are all of them, to tell them from people."""

    number: int
    """Place among the members, from 0; the facilitator has -1."""
    lines: Lines
    cast: frozenset[MemberId]
    observer: bool = False


Marks = Collection[str]


def chance(*about: object) -> float:
    """0 to 1, the same each time for the same things."""
    return Random(":".join(map(str, about))).random()  # noqa: S311 -- manners, no secret


def spoken(text: str, mark: str, pause: float = 1.5) -> Move:
    """A line, typed at a human pace."""
    return Move(Speak(text), pause + len(text) / LETTERS_A_BEAT, mark)


def next_line(texts: Iterable[str], mark: str, marks: Marks) -> Move | None:
    """The first of these lines that was not said yet."""
    for number, text in enumerate(texts):
        if f"{mark}:{number}" not in marks:
            return spoken(text, f"{mark}:{number}")
    return None
