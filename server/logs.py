"""What a process may say of itself: our own enumerated lines, and of others' only the kind.

A library's message, and the text of an exception, can quote what somebody said or typed. So they
are never printed, whichever library it is: what is printed instead is made here, not filtered.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from realtime import trace

OWN = ("lingkar", "realtime")
"""Whose messages are made of enumerated fields alone; tests hold that they are."""


class Plain(logging.Formatter):
    """One line for each record, and no traceback."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.partition(".")[0] in OWN:
            return traced(record.getMessage())
        line = f"library={record.name} level={record.levelname.lower()}"
        error = record.exc_info[1] if record.exc_info else None
        return line if error is None else f"{line} kind={type(error).__name__} at={place_of(error)}"


def traced(line: str) -> str:
    """With the name of what somebody asked for, where this is about that."""
    return f"{line} trace={name}" if (name := trace.now()) else line


def rendered(_logger: object, _method: str, said: MutableMapping[str, Any]) -> str:
    """What a structured line says: its event, then its fields."""
    event = said.pop("event")
    return " ".join([str(event), *(f"{name}={value}" for name, value in said.items())])


def place_of(error: BaseException) -> str:
    """Where it went wrong: the last line of ours on the way there, else the last of all."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/server/" in frame.filename] or list(frames)
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"


def keep_to_the_point() -> None:
    """From here on nothing else is printed by this process's logging."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(Plain())
    logging.basicConfig(handlers=[handler], force=True)


def structured_too() -> None:
    """The same for structured lines, in a process that writes any; loading that takes its time."""
    import structlog

    structlog.configure(
        processors=[rendered],
        logger_factory=lambda *_: logging.getLogger("realtime.structured"),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )
