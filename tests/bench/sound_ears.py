"""All sockets of a process under one of the event loop's, which is what makes a thousand cheap."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable


class Ears:
    """Calls whoever has something to read."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._calls: dict[int, Callable[[], None]] = {}
        asyncio.get_running_loop().add_reader(self._poll.fileno(), self._readable)

    def add(self, fileno: int, call: Callable[[], None]) -> None:
        self._calls[fileno] = call
        self._poll.register(fileno, select.EPOLLIN)

    def remove(self, fileno: int) -> None:
        self._poll.unregister(fileno)
        del self._calls[fileno]

    def _readable(self) -> None:
        for fileno, _ in self._poll.poll(0):
            self._calls[fileno]()
