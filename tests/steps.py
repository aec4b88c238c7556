"""What a run tells at its end: steps of the state machines, lines of tests. Judges nothing."""

from __future__ import annotations

from collections import Counter

STEPS: Counter[str] = Counter()
"""Steps after which everything that must hold was looked at, by machine."""
LINES: list[str] = []
"""What tests found worth telling, a line each: a worker's own output reaches nobody."""


def told(violations: int) -> str:
    """One line for people: how many steps, of which machine, and what they found."""
    parts = ", ".join(f"{name} {count:,}" for name, count in sorted(STEPS.items()))
    return f"random steps {sum(STEPS.values()):,} ({parts}), violations {violations}"
