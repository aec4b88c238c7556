"""The circle's guide: what it asks, its agenda with scripts, and what it agreed to.

Says what may be in one and what a circle without its own has. Knows no form and no request.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from realtime.notes import Note, note
from server.circles.names import hides
from server.circles.tables import Circle

# The frame travels with each change of a meeting, so none of this may grow without end.
PROMPT, TITLE, SCRIPT = 280, 80, 600
MOST_PROMPTS, MOST_STEPS = 20, 12
LONGEST_STEP = 120
SHORTEST_TURN, LONGEST_TURN = 30, 1800
"""Seconds of a turn's soft time."""

STANDARD = Path(__file__).with_name("standard_guide.json")
STANDARD_MINUTES = 75
"""The length of meeting that the standard guide is written for."""


def one_line(raw: str) -> str:
    """Text with single spaces and nothing hidden in it."""
    text = " ".join(raw.split())
    if any(hides(char) for char in text):
        raise PydanticCustomError("hidden", "something in it cannot be seen")
    return text


def paragraphs(raw: str) -> str:
    """The same, but lines stay lines; never two empty ones in a row."""
    lines = [one_line(line) for line in raw.splitlines()]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return "\n".join(kept).strip()


def at_most(longest: int) -> AfterValidator:
    """No more than so many characters, counted as they are kept."""

    def check(text: str) -> str:
        if len(text) > longest:
            raise PydanticCustomError("long", "too long", {"n": longest})
        return text

    return AfterValidator(check)


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Strict):
    """In one language or both; an empty one is read in the other."""

    id: str = ""
    en: str = ""


class Needed(Words):
    @model_validator(mode="after")
    def says_something(self) -> Needed:
        if not (self.id or self.en):
            raise PydanticCustomError("empty", "empty in both languages")
        return self


PromptText = Annotated[str, AfterValidator(one_line), at_most(PROMPT)]
TitleText = Annotated[str, AfterValidator(one_line), at_most(TITLE)]
ScriptText = Annotated[str, AfterValidator(paragraphs), at_most(SCRIPT)]


class Prompt(Needed):
    id: PromptText = ""
    en: PromptText = ""


class Title(Needed):
    id: TitleText = ""
    en: TitleText = ""


class Script(Words):
    """What may be read out; not every step has words."""

    id: ScriptText = ""
    en: ScriptText = ""


class GuideStep(Strict):
    phase: Literal["gathering", "opening", "sharing", "closing"]
    minutes: int = Field(ge=1, le=LONGEST_STEP)
    title: Title
    script: Script = Script()


class Guide(Strict):
    """As it is kept with the circle, in the order in which its page shows it."""

    agenda: tuple[GuideStep, ...] = Field(min_length=1, max_length=MOST_STEPS)
    prompts: tuple[Prompt, ...] = Field(min_length=1, max_length=MOST_PROMPTS)
    bell: bool = False
    """Anyone may call a silence."""
    hard_limit: bool = False
    """A turn ends a minute after its time, with a warning before."""
    facilitators_in_order: bool = False


def guide_of(circle: Circle) -> Guide:
    """The circle's own guide, or the standard one for meetings of its length."""
    if circle.guide is None:
        return standard(circle.minutes)
    try:
        return Guide.model_validate(circle.guide)
    except ValidationError:
        # A circle meets all the same: its people are at the door.
        note(Note.GUIDE_UNREADABLE)
        return standard(circle.minutes)


@cache
def standard(minutes: int) -> Guide:
    """What suits most circles, for a meeting of so many minutes.

    A shorter meeting has shorter steps; in a longer one all that is won goes to sharing.
    """
    raw: dict[str, Any] = json.loads(STANDARD.read_text("utf-8"))
    steps: list[dict[str, Any]] = raw["agenda"]
    sharing = [step for step in steps if step["phase"] == "sharing"]
    for step in steps:
        shrunk = step["minutes"] * minutes // STANDARD_MINUTES
        step["minutes"] = max(1, min(step["minutes"], shrunk))
    left = minutes - sum(step["minutes"] for step in steps if step not in sharing)
    for n, step in enumerate(sharing):
        # Whole minutes; the first rounds get what cannot be split.
        step["minutes"] = min(LONGEST_STEP, (left + len(sharing) - 1 - n) // len(sharing))
    return Guide.model_validate(raw)
