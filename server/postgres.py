"""Connections to PostgreSQL that give up in time: one that hangs says nothing by itself.

Whoever asks for a page reads within five seconds that it cannot be had: the sums below. Declines
to decide what is told, and to try again; the next page does.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError, OperationalError

if TYPE_CHECKING:
    from asyncpg import Connection
    from sqlalchemy.engine import Engine, ExceptionContext
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

STILL_THERE = 1.5
"""Seconds for a connection that was kept to say that it lives."""
CONNECT = 2.5
"""For a new one. Asked, let go and opened anew: 4.2 s."""
STATEMENT = 4.0
"""For one statement; with letting go, 4.2 s."""
LET_GO = 0.2
"""For a goodbye, to a server that may hear none."""
POOL = 4.5
"""For a connection that others have: above all that these may wait for."""
BROKEN_OFF = 1.0
"""After a connection that could not be had in time nobody waits for another one so long."""
NEW = "new"


class Opening:
    """asyncpg's own, told as SQLAlchemy tells it: a server that is not there raises anything."""

    def __init__(self) -> None:
        self._silent_until = self._answered = float("-inf")

    async def __call__(self, *arguments: Any, **named: Any) -> Connection:
        import asyncpg

        class Brief(asyncpg.Connection):  # type: ignore[misc]
            async def close(self, *, timeout: float | None = None) -> None:
                await super().close(timeout=LET_GO)

        began = time.monotonic()
        try:
            if began < self._silent_until:
                raise TimeoutError
            opened = await asyncpg.connect(*arguments, connection_class=Brief, **named)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # One that is only slow, as everything may be for a moment, gave one to somebody else.
            if isinstance(error, TimeoutError) and began >= max(self._silent_until, self._answered):
                self._silent_until = time.monotonic() + BROKEN_OFF
            raise OperationalError("connect", None, error) from None
        self._answered = time.monotonic()
        return opened


def connecting(patient: bool = False) -> dict[str, Any]:
    """`patient`: for a change of large tables, which may take its time."""
    named: dict[str, Any] = {"timeout": CONNECT, "async_creator_fn": Opening()}
    return named if patient else named | {"command_timeout": STATEMENT}


def mind(engine: Engine) -> None:
    """Give up what is silent: the connection that was kept, and the one that a statement is on."""
    event.listen(engine, "connect", noted)
    event.listen(engine, "checkout", still_there)
    event.listen(engine, "handle_error", given_up)


def noted(_line: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    entry.info[NEW] = True


def still_there(
    line: DBAPIConnection, entry: ConnectionPoolEntry, _proxied: PoolProxiedConnection
) -> None:
    """As the pool's own ping, which waits for as long as a statement may take."""
    import asyncpg

    if entry.info.pop(NEW, False):
        return
    try:
        # Outside of a transaction and without a plan, so that a pooler in between lets it pass.
        line.run_async(lambda asked: asked.execute("SELECT 1", timeout=STILL_THERE))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # The others were made before whatever happened, too.
        raise InvalidatePoolError from error


def given_up(context: ExceptionContext) -> None:
    """A statement that took too long may still run: nothing more is asked over that connection."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True
