"""What somebody else changed about a circle while its form was being filled in. Pure.

A form carries a short digest of each field as it was. Whoever saves later is told what is new,
loses nothing of what they typed, and decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DIGITS = 8


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:DIGITS]


def together(values: Mapping[str, str], names: Sequence[str]) -> str:
    """Fields that make sense only together, as one value."""
    return "\0".join(values.get(name, "").strip() for name in names)


@dataclass(frozen=True)
class Form:
    """Its fields in groups: most stand alone, those of a schedule belong together."""

    groups: Mapping[str, Sequence[str]]

    def seen(self, values: Mapping[str, str]) -> str:
        """For the hidden field: what a form was filled in from."""
        return ".".join(digest(together(values, names)) for names in self.groups.values())

    def changed(self, seen: str, now: Mapping[str, str], sent: Mapping[str, str]) -> list[str]:
        """Groups that are not as they were, and not as this form would make them either."""
        before = seen.split(".")
        if len(before) != len(self.groups):
            return []
        return [
            group
            for (group, names), was in zip(self.groups.items(), before, strict=True)
            if digest(together(now, names)) != was and together(now, names) != together(sent, names)
        ]

    def merged(self, seen: str, now: Mapping[str, str], sent: Mapping[str, str]) -> dict[str, str]:
        """What was typed; a group that nobody touched here is as somebody else made it."""
        values = dict(sent)
        before = dict(zip(self.groups, seen.split("."), strict=True))
        for group in self.changed(seen, now, sent):
            names = self.groups[group]
            if digest(together(sent, names)) == before[group]:
                for name in names:
                    values.pop(name, None)
                    if name in now:
                        values[name] = now[name]
        return values
