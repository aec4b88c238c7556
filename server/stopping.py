"""When a process is asked to stop, or to begin anew. Declines to do either itself."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable


def stop_requested() -> asyncio.Event:
    """An event that Ctrl-C, SIGTERM and a closed terminal set, however often they come."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        when(number, stop.set)
    return stop


def reload_requested() -> asyncio.Event:
    """An event that SIGUSR1 sets; SIGHUP too, where it cannot mean that a terminal was closed."""
    again = asyncio.Event()
    when(signal.SIGUSR1, again.set)
    if not has_terminal():
        when(signal.SIGHUP, again.set)
    return again


def when(number: signal.Signals, do: Callable[[], None]) -> None:
    # Whoever started us with nohup or in the background meant it.
    if signal.getsignal(number) is not signal.SIG_IGN:
        asyncio.get_running_loop().add_signal_handler(number, do)


def has_terminal() -> bool:
    """Whether this process belongs to a terminal, which may be closed."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
