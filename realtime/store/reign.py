"""Under which history a server takes changes, so that nobody builds on what may lack its end.

Asked when a connection opens, and again now and then: a first replica begins another history too.
Declines to decide what is lost; the scripts compare.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from redis.exceptions import ResponseError

from realtime.store.pipe import Word

YOUNG_SECONDS = 2
"""A server that has been up for less may have lost meetings that nobody put forward yet.

Longer than `redis.WINDOW` by a second, for it counts its own life in whole seconds."""
AGAIN_SECONDS = 5.0
ABOUT: tuple[Word, ...] = ("INFO", "replication")


@dataclass(frozen=True)
class Reign:
    """It is another after a restart or a failover.

    What was changed under the one `before` may have lost its last steps on the way here.
    """

    now: str
    before: str
    young_until: float
    """On the loop's clock: until then what is absent may have been lost."""
    told_at: float

    def words(self) -> tuple[Word, ...]:
        """What a script is told, behind all else."""
        return self.now, self.before, int(now() < self.young_until)

    def is_old(self) -> bool:
        return now() - self.told_at > AGAIN_SECONDS


async def greet(connection: Any) -> None:
    """What a connection does first: sign in, and learn under which history it writes."""
    await connection.on_connect_check_health(check_health=True)
    up = float(fields(await asked(connection, "INFO", "server")).get("uptime_in_seconds", "2"))
    connection.reign = Reign("", "-", now() + max(0.0, YOUNG_SECONDS - up), now())
    renew(connection, await asked(connection, *ABOUT))


async def asked(connection: Any, *words: Word) -> object:
    await connection.send_command(*words, check_health=False)
    try:
        return await connection.read_response()
    except ResponseError as refusal:
        # A host that hides it: then only what is older than a copy is known to be lost.
        return refusal


def reign_of(connection: Any) -> Reign:
    reign: Reign = connection.reign
    return reign


def renew(connection: Any, answer: object) -> None:
    told = fields(answer)
    before = told.get("master_replid2", "")
    connection.reign = replace(
        reign_of(connection),
        now=told.get("master_replid", ""),
        # Zeros where there was none.
        before=before if before.strip("0") else "-",
        told_at=now(),
    )


def fields(answer: object) -> dict[str, str]:
    lines = answer.decode().splitlines() if isinstance(answer, bytes) else []
    return dict(line.split(":", 1) for line in lines if ":" in line)


def now() -> float:
    return asyncio.get_running_loop().time()
