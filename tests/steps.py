"""Counts the steps that the state machines take, for whoever reports them. Judges nothing."""

from __future__ import annotations

from collections import Counter

STEPS: Counter[str] = Counter()
"""Steps after which everything that must hold was looked at, by machine."""


def told(violations: int) -> str:
    """One line for people: how many steps, of which machine, and what they found."""
    parts = ", ".join(f"{name} {count:,}" for name, count in sorted(STEPS.items()))
    return f"random steps {sum(STEPS.values()):,} ({parts}), violations {violations}"
