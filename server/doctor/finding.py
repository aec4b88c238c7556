"""One thing that was looked at: how it is, and what to do. The words are in the catalogues."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.words import Lang, text

State = Literal["ok", "look", "bad"]
"""`look`: it serves, and somebody should have a look."""
MARKS: dict[State, str] = {"ok": "ok", "look": "!!", "bad": "NO"}


@dataclass(frozen=True)
class Finding:
    """`part` is what was looked at, `how` how it is; `cli.doctor.<part>.<how>` has the words."""

    part: str
    state: State
    how: str
    params: dict[str, object] = field(default_factory=dict)

    def words(self, lang: Lang) -> str:
        return text(lang, f"cli.doctor.{self.part}.{self.how}", **self.params)


def ok(part: str, how: str = "ok", **params: object) -> Finding:
    return Finding(part, "ok", how, params)


def look(part: str, how: str, **params: object) -> Finding:
    return Finding(part, "look", how, params)


def bad(part: str, how: str, **params: object) -> Finding:
    return Finding(part, "bad", how, params)
