"""What a process may say of itself: our own enumerated lines, and of others' only the kind.

A library's message, and the text of an exception, can quote what somebody said or typed. So they
are never printed, whichever library it is: what is printed instead is made here, not filtered.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import Any

from realtime.notes import LOGGER, Note, note, place_of


class Plain(logging.Formatter):
    """One line for each record, and no traceback."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == LOGGER:
            return record.getMessage()
        line = f"library={record.name} level={record.levelname.lower()}"
        error = record.exc_info[1] if record.exc_info else None
        return line if error is None else f"{line} kind={type(error).__name__} at={place_of(error)}"


def keep_to_the_point() -> None:
    """From here on nothing else is printed by this process, however it goes wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(Plain())
    logging.basicConfig(handlers=[handler], force=True)
    # A message that does not fit its arguments would be printed with both.
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    sys.excepthook = uncaught
    sys.unraisablehook = lambda found: by_kind(found.exc_value)
    threading.excepthook = lambda found: by_kind(found.exc_value)


def uncaught(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """In the place of a traceback, which quotes the error's text and its notes."""
    by_kind(error)


def by_kind(error: BaseException | None) -> None:
    fields: dict[str, Any] = {} if error is None else {"error": error}
    note(Note.UNCAUGHT, **fields)
