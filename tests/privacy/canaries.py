"""Words that can be found again: one for each kind of thing people say, in every usual encoding.

Declines to look inside compressed or encrypted bytes: what is sealed is meant to be unreadable.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KINDS = (
    "words",
    "words taken back",
    "words refused",
    "words too long",
    "words malformed",
    "private line",
    "warm phrase (its id)",
    "call for a hand (its id)",
    "prompt typed live",
    "draft not sent",
    "notebook",
    "private note",
    "leaving note",
    "report",
    "message ticked in a report",
    "sound (a frame's bytes)",
)
"""What is never to come to rest. Names are told apart: they have their place."""


@dataclass(frozen=True)
class Canary:
    """`core` is plain ASCII, for where nothing else may stand; `text` has letters beyond it."""

    kind: str
    core: str

    @property
    def text(self) -> str:
        return f"kué {self.core} café"

    def forms(self) -> dict[bytes, str]:
        """Every way it could lie somewhere, and how that way is called."""
        found = {self.core.encode(): "utf-8"}
        for text in (self.core, self.text):
            found[text.encode("utf-16-le")] = "utf-16"
            found[text.encode("utf-16-be")] = "utf-16"
            found[json.dumps(text)[1:-1].encode()] = "utf-8" if text == self.core else "json"
            for shift in range(3):
                found[in_base64(text, shift)] = "base64"
        return found


def in_base64(text: str, shift: int) -> bytes:
    """The part of the base64 of something longer that is the same whatever stands around it."""
    raw = text.encode()
    encoded = base64.b64encode(b"\0" * shift + raw)
    start = -(-shift * 4 // 3) if shift else 0
    whole = (shift + len(raw)) // 3 * 4
    return encoded[start:whole]


def a_flock(kinds: Iterable[str] = KINDS) -> dict[str, Canary]:
    """One canary for each kind, new every time."""
    return {kind: Canary(kind, f"kenari{secrets.token_hex(9)}") for kind in kinds}


class Search:
    """Finds all canaries in one pass over bytes."""

    def __init__(self, flock: Mapping[str, Canary]) -> None:
        self._of: dict[bytes, tuple[str, str]] = {}
        for kind, canary in flock.items():
            for form, name in canary.forms().items():
                self._of[form] = (kind, name)
        self.longest = max(map(len, self._of))
        self._pattern = re.compile(b"|".join(map(re.escape, self._of)))

    def __call__(self, data: bytes) -> set[tuple[str, str]]:
        """(kind, encoding) of everything found."""
        return {self._of[match.group()] for match in self._pattern.finditer(data)}
