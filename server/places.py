"""Where the parts of a server are, in words for whoever started it. Declines to name a password."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from server.settings import Settings
from server.sounding import DEFAULT_PORT

if TYPE_CHECKING:
    from server.processes import Running


def of_database(settings: Settings) -> str:
    """Where the database is, without its password."""
    if settings.database is None:
        return f"SQLite, {settings.data_dir / 'lingkar.db'}"
    url = urlsplit(settings.database)
    kind = url.scheme.partition("+")[0]
    if kind == "sqlite":
        return f"SQLite, {url.path.removeprefix('/')}"
    return f"{kind}, {url.hostname or 'local socket'}"


async def of_sound(running: Running) -> str:
    """Where sound goes, in words."""
    if not running.sounds:
        return "no process of this server; writing needs none"
    chosen = running.settings.sound_port
    wanted = DEFAULT_PORT if chosen is None else chosen
    await asyncio.gather(*(sound.is_up() for sound in running.sounds))
    ports = [int(sound.said["port"]) for sound in running.sounds if sound.said]
    if not ports:
        return f"UDP port {wanted or 'still to be chosen'}, starting; writing needs none of it"
    other = chosen is None and wanted not in ports
    words = f"UDP port{'s' if len(ports) > 1 else ''} {', '.join(map(str, ports))}"
    return words + (f" ({wanted} is taken)" if other else "")


def of_web(running: Running) -> str:
    """Which processes answer."""
    pids = ", ".join(str(web.pid) for web in running.webs)
    many = f"{len(running.webs)} processes" if len(running.webs) > 1 else "process"
    return f"{many} ({pids}), port {running.port}"
