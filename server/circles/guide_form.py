"""The guide as a form: rows by name, moved and removed by buttons, checked as a whole.

A form may be half filled in; only what passes `read_guide` is a guide. Saves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from server.circles.guide import (
    LONGEST_TURN,
    MOST_PROMPTS,
    MOST_STEPS,
    SHORTEST_TURN,
    Guide,
)

Draft = dict[str, Any]
"""A guide as somebody typed it: every number still text, every field perhaps wrong."""
AGREEMENTS = ("bell", "hard_limit", "facilitators_in_order")
MOST = {"prompts": MOST_PROMPTS, "agenda": MOST_STEPS}
NEW_STEP_MINUTES = "10"


def half_minutes(raw: object) -> int:
    """Minutes, halves allowed, with a point or a comma; in seconds."""
    try:
        seconds = Decimal(str(raw).strip().replace(",", ".")) * 60
    except InvalidOperation:
        raise PydanticCustomError("turn", "not a number") from None
    # In this order: what is no number at all cannot be compared, nor a huge one divided.
    if not seconds.is_finite() or not SHORTEST_TURN <= seconds <= LONGEST_TURN or seconds % 30:
        raise PydanticCustomError("turn", "not a time for a turn")
    return int(seconds)


class GuideForm(Guide):
    """The guide and, beside it, how long a turn is."""

    soft: Annotated[int, BeforeValidator(half_minutes), Field(ge=SHORTEST_TURN, le=LONGEST_TURN)]

    def guide(self) -> Draft:
        """What is kept as the circle's guide."""
        return self.model_dump(mode="json", exclude={"soft"})


def minutes_of(seconds: int) -> str:
    """Seconds as the form shows them, for example 1.5."""
    return f"{seconds / 60:g}"


def draft_of(guide: Guide, soft_seconds: int) -> Draft:
    """The form of what a circle has now."""
    return {**guide.model_dump(mode="json"), "soft": minutes_of(soft_seconds)}


def draft_from(sent: Mapping[str, str]) -> Draft:
    """The form as it was sent. Rows count from 0 without a gap; what has no name here is left."""

    def both(name: str) -> dict[str, str]:
        return {lang: sent.get(f"{name}.{lang}", "") for lang in ("id", "en")}

    def rows(name: str, mark: str) -> list[str]:
        named = (f"{name}.{n}" for n in range(MOST[name]))
        return [row for row in named if f"{row}.{mark}" in sent]

    return {
        "prompts": [both(row) for row in rows("prompts", "id")],
        "agenda": [
            {
                "phase": sent.get(f"{row}.phase", ""),
                "minutes": sent.get(f"{row}.minutes", ""),
                "title": both(f"{row}.title"),
                "script": both(f"{row}.script"),
            }
            for row in rows("agenda", "phase")
        ],
        "soft": sent.get("soft", ""),
        **{name: sent.get(name) == "true" for name in AGREEMENTS},
    }


def new_row(name: str) -> Draft:
    """An empty row of either list."""
    if name == "prompts":
        return {"id": "", "en": ""}
    empty = {"id": "", "en": ""}
    return {"phase": "sharing", "minutes": NEW_STEP_MINUTES, "title": empty, "script": empty}


def press(draft: Draft, button: str) -> tuple[Draft, str]:
    """The form after a button of a row, and where the hand is next; a strange button does nothing.

    Buttons are named like `prompts.add`, `agenda.3.up`, `agenda.3.down` and `agenda.3.remove`.
    """
    name, _, what = button.partition(".")
    at, _, what = what.rpartition(".")
    if name not in MOST:
        return draft, ""
    rows = list(draft[name])
    if what == "add" and len(rows) < MOST[name]:
        rows.append(new_row(name))
        return {**draft, name: rows}, f"{name}.{len(rows) - 1}"
    here = next((n for n in range(len(rows)) if str(n) == at), None)
    if here is None:
        return draft, ""
    row = rows.pop(here)
    if what == "remove":
        near = min(here, len(rows) - 1)
        return {**draft, name: rows}, f"{name}.{near}" if rows else f"{name}.add"
    to = max(0, min(len(rows), here + {"up": -1, "down": 1}.get(what, 0)))
    rows.insert(to, row)
    return {**draft, name: rows}, f"{name}.{to}.{what}"


def without_empty_rows(draft: Draft) -> Draft:
    """A row that nobody filled in is no row; one of each list is left to fill in."""

    def said(row: Draft) -> bool:
        texts = [row] if "phase" not in row else [row["title"], row["script"]]
        return any(text[lang].strip() for text in texts for lang in ("id", "en"))

    kept = {name: [row for row in draft[name] if said(row)] or [new_row(name)] for name in MOST}
    return {**draft, **kept}


def read_guide(draft: Draft) -> tuple[GuideForm | None, dict[str, str]]:
    """The guide, or for each field that is wrong, by name, why. Each list has a row at least."""
    try:
        return GuideForm.model_validate(draft), {}
    except ValidationError as wrong:
        # A list with a row that is wrong counts as too short as well, which is news to nobody.
        errors = [error for error in wrong.errors() if error["loc"] not in {(n,) for n in MOST}]
        return None, dict(field_and_why(error["loc"], error["type"]) for error in errors)


def field_and_why(loc: tuple[int | str, ...], kind: str) -> tuple[str, str]:
    """Which field of the form to look at, and what to say of it."""
    name = ".".join(str(part) for part in loc)
    if loc[-1] in ("minutes", "phase", "soft"):
        return name, str(loc[-1])
    if kind == "empty":
        # Empty in both languages: the first of the two fields says so.
        return f"{name}.id", kind
    return name, "long" if kind == "long" else "hidden"
