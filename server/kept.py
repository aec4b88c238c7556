"""What the database and the cookies hold, as the schema and the code have it, for people to read.

Declines to say anything of its own: words are in the catalogues, and a column without any is a
fault that a test finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from server.tables import Base
from server.words import catalogue

ORDER = (
    "person", "membership", "ban", "sign_in", "passkey", "recovery_code", "absence", "pairing",
    "push_endpoint", "sealed_note", "report", "feeling", "invitation", "circle", "agreement",
    "change", "shelf_item", "follow_up", "help_line", "instance", "week", "set_up",
    "spent_challenge",
)  # fmt: skip
"""What is about somebody comes first; a table that is not named here comes last."""


COOKIES = (
    "lingkar", "lingkar-form", "lingkar-undangan", "lingkar-bukti", "lingkar-langkah",
    "lingkar-kunci", "lingkar-siapkan", "lang", "theme", "zone",
)  # fmt: skip
"""Every cookie, by the name that a browser shows; `cookie.<name>` says what for and how long."""


@dataclass(frozen=True)
class Kept:
    """One table. `words` and each of `columns` are keys of the catalogue."""

    table: str
    columns: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"kept.{self.table}"


@cache
def everything() -> tuple[Kept, ...]:
    """Every table of the schema with every column."""
    tables = Base.metadata.tables
    last = len(ORDER)
    ranked = sorted(tables, key=lambda name: ORDER.index(name) if name in ORDER else last)
    return tuple(
        Kept(name, tuple(column_words(name, column.name) for column in tables[name].columns))
        for name in ranked
    )


def column_words(table: str, column: str) -> str:
    """The key of a column's words; what is the same in every table is said in one place."""
    shared = f"kept.any.{column}"
    own = f"kept.{table}.{column}"
    return own if own in catalogue("id") or shared not in catalogue("id") else shared
