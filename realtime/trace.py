"""A name for one thing that somebody asked for, so that lines about it can be found together.

It is counted up from a random beginning and says nothing of who asked. Declines to be kept by
anybody but a log.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from itertools import count

_PROCESS = secrets.token_hex(4)
_NUMBERS = count(1)
_NOW: ContextVar[str | int] = ContextVar("trace", default="")
SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{1,12}")


def begin() -> None:
    """From here on, in this task and those that it starts, another thing is done."""
    # Written out only where somebody asks: few of them ever come to be in a line.
    _NOW.set(next(_NUMBERS))


def go_on(name: object) -> None:
    """Another process began it. What is no name of that kind is none."""
    _NOW.set(name if isinstance(name, str) and SHAPE.fullmatch(name) else "")


def now() -> str:
    """The name of what is done now; empty where nobody asked for it."""
    name = _NOW.get()
    return f"{_PROCESS}-{name:x}" if isinstance(name, int) else name
