"""An error with somebody's words in every corner of it, and all that is printed about it.

Declines to know where it is thrown: each test says so.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, NoReturn

from server.logs import keep_to_the_point

CANARY = "kenari-dari-hati"


def burst(*_: object, **__: object) -> NoReturn:
    """Raise with the words in the message, the arguments, a note, a local and a cause."""
    said = {"text": CANARY}
    error = ValueError(CANARY, said)
    error.add_note(CANARY)
    try:
        raise KeyError(CANARY)
    except KeyError as inner:
        raise error from inner


async def burst_later(*_: object, **__: object) -> NoReturn:
    burst()


@contextmanager
def printed() -> Iterator[Callable[[], str]]:
    """All that this process prints meanwhile, logging as a server does, and at every level."""
    root, kept = logging.getLogger(), (sys.excepthook, sys.unraisablehook, threading.excepthook)
    handlers, level, said = list(root.handlers), root.level, io.StringIO()
    with redirect_stderr(said), redirect_stdout(said), warnings.catch_warnings():
        keep_to_the_point()
        root.setLevel(logging.DEBUG)
        for handler in root.handlers:
            handler.setLevel(logging.DEBUG)
        try:
            yield said.getvalue
        finally:
            hooks: Any = sys
            (hooks.excepthook, hooks.unraisablehook, threading.excepthook) = kept
            logging.captureWarnings(False)
            logging.raiseExceptions = True
            root.handlers[:] = handlers
            root.setLevel(level)
