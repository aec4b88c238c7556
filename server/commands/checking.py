"""`lingkar check`: try each thing that serving needs and say, one line each, whether it is well."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from pathlib import Path

from server import processes
from server.listening import CannotServe
from server.memory import may_be_swapped
from server.settings import Settings
from server.words import Lang, text

# Nobody but this account may read what signs and seals.
OTHERS = 0o077
KEYS = ("instance.key", "*.pem", "*.key", "lan/*.pem")


async def report(settings: Settings, manifest: Path) -> int:
    """Print it all; 1 where something is missing."""
    from server.commands.desk import at_the_desk

    lang: Lang = "en"
    well: dict[str, bool] = {}
    stale = 0
    try:
        async with at_the_desk(settings) as desk:
            lang, well["database"] = desk.lang, True
            stale = await stale_lines(desk.db)
    except Exception:
        # Whatever it is, the line about it says where to look.
        well["database"] = False
    found = {
        "built": manifest.is_file(),
        "data": writable(settings.data_dir),
        **well,
        **await valkey_state(settings),
        "keys": not open_keys(settings.data_dir),
    }
    for what, good in found.items():
        print(f"{'ok' if good else 'NO'}  {line(lang, what, settings, good)}")
    if may_be_swapped():
        print(f"!!  {text(lang, 'cli.check.swap')}")
    if stale:
        # Nothing is broken by it, but somebody may call a number that is no longer one.
        print(f"!!  {text(lang, 'cli.check.lines', n=stale)}")
    return 0 if all(found.values()) else 1


def line(lang: Lang, what: str, settings: Settings, good: bool) -> str:
    """What was tried, and after a failure, what to do."""
    place = settings.data_dir
    tried = text(lang, f"cli.check.{what}", place=place)
    return tried if good else f"{tried} {text(lang, f'cli.check.{what}.no', place=place)}"


def writable(directory: Path) -> bool:
    """Whether this account can keep files there; the directory may not exist yet."""
    near = next(place for place in (directory, *directory.resolve().parents) if place.exists())
    return os.access(near, os.W_OK | os.X_OK)


def open_keys(directory: Path) -> list[str]:
    """Files of keys that other accounts of this machine may read."""
    files = (path for pattern in KEYS for path in directory.glob(pattern))
    return [path.name for path in files if path.stat().st_mode & OTHERS and not public(path)]


def public(path: Path) -> bool:
    """Whether it is a certificate, which is for everybody."""
    return b"PRIVATE KEY" not in path.read_bytes() if path.suffix == ".pem" else False


async def stale_lines(db: object) -> int:
    """How many help lines nobody looked at for a quarter of a year."""
    from sqlalchemy import func, select
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.care import LINES, OLD_AFTER, is_old
    from server.care.tables import HelpLine

    assert isinstance(db, AsyncSession)
    today = dt.datetime.now(dt.UTC).date()
    total = await db.scalar(select(func.count()).select_from(HelpLine))
    if not total:
        return len(LINES) if is_old(today) else 0
    old = select(func.count()).select_from(HelpLine).where(HelpLine.checked < today - OLD_AFTER)
    return await db.scalar(old) or 0


async def valkey_state(settings: Settings) -> dict[str, bool]:
    """Whether the Valkey that serving would use answers, and can be seen to keep nothing."""
    from redis.exceptions import RedisError

    from realtime.outside import answers
    from server import gate

    state = {"gate": False, "kept": False}
    # What was found out before something went wrong stands.
    with suppress(CannotServe, gate.Unproven, RedisError, OSError):
        async with processes.valkey_of(settings) as (url, _):
            state["gate"] = await answers(url)
            state["kept"] = not await gate.kept_by(url)
    return state
