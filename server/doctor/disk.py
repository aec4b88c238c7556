"""The disk: is there room, may we write, and may nobody else read what signs and seals?"""

from __future__ import annotations

import shutil
import stat

from server.commands.checking import open_keys, writable
from server.doctor.finding import Finding, bad, look, ok
from server.memory import may_be_swapped
from server.settings import Settings

LITTLE, LEAST = 1024**3, 100 * 1024**2
"""Bytes that should be free, and without which a backup or an update will not fit."""
OTHERS = 0o007


async def disk(settings: Settings) -> list[Finding]:
    """Everything about files."""
    return [*room(settings), *folder(settings), *secrets(settings), *swap()]


def room(settings: Settings) -> list[Finding]:
    """How much is free where things are kept."""
    near = next(p for p in (settings.data_dir, *settings.data_dir.resolve().parents) if p.exists())
    free = shutil.disk_usage(near).free
    said = {"place": settings.data_dir, "free": f"{free / 1024**3:.1f}"}
    if free < LEAST:
        return [bad("disk", "full", **said)]
    return [look("disk", "little", **said) if free < LITTLE else ok("disk", "ok", **said)]


def folder(settings: Settings) -> list[Finding]:
    """Ours to write in, and closed to other accounts."""
    place = settings.data_dir
    if not writable(place):
        return [bad("folder", "shut", place=place)]
    if open_ := open_keys(place):
        return [bad("folder", "keys", place=place, files=", ".join(open_))]
    if place.is_dir() and stat.S_IMODE(place.stat().st_mode) & OTHERS:
        return [look("folder", "open", place=place)]
    return [ok("folder", "ok", place=place)]


def secrets(settings: Settings) -> list[Finding]:
    """Files of secrets that any account of this machine may read."""
    files = [place for place in settings.secret_files if place.is_file()]
    open_ = [place for place in files if place.stat().st_mode & OTHERS]
    found = [bad("secrets", "open", place=place) for place in open_]
    return found or ([ok("secrets")] if files else [])


def swap() -> list[Finding]:
    """Whether memory, and what is said with it, could come to rest on a disk."""
    return [look("swap", "on")] if may_be_swapped() else [ok("swap", "off")]
