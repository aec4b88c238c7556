"""Reads the tables of who may what, written by hand. Declines to know what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def lines_of(table: Path, first: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """The part that a row stands in (`first` until one is named), the people, the row's words."""
    people: list[str] = []
    part = first
    for line in table.read_text("utf-8").splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        if words[0] == "row":
            people = words[1:]
        elif words[0].startswith("["):
            part = words[0].strip("[]")
        else:
            yield part, people, words
