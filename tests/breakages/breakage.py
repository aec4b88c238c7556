"""What a breakage is: one rule of the room, broken on purpose. Declines to say how it is tried."""

from __future__ import annotations

from dataclasses import dataclass

RULES = "tests/realtime/domain/test_rules.py"
TURNS = "tests/realtime/domain/test_turns.py"
ROOM = "tests/realtime/domain/test_room.py"


@dataclass(frozen=True)
class Breakage:
    name: str
    """What then happens in a circle, in words."""
    file: str
    before: str
    """Stands in the file exactly once."""
    after: str
    tests: tuple[str, ...]
    """The tests expected to notice, quickest first."""
