"""The keys of an instance, the newest first: kept, added to, let go. Signs and seals nothing.

The first key is `instance.key`. It also gives seats, marks of bans and handles their names, which
have to stay the same, so it is never thrown away; once it is let go it vouches for nothing more.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

FILE = "instance.ring"
LIFE = 400 * 86400
"""Seconds: nothing that a key vouched for is older, for browsers keep no cookie longer."""

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Later:
    """A key that came after the first, and when (seconds since 1970)."""

    key: bytes
    since: int


@dataclass(frozen=True)
class Kept:
    """What stands in the file; without a file there is the first key alone."""

    later: tuple[Later, ...] = ()
    """The newest last."""
    first_holds: bool = True

    def keys(self, first: bytes) -> tuple[bytes, ...]:
        """All that vouch for something, the newest first."""
        return (*(one.key for one in reversed(self.later)), *((first,) if self.first_holds else ()))


class Ring:
    """The keys as the file has them now: a process that runs learns of a new one by itself."""

    def __init__(self, first: bytes, path: Path | None) -> None:
        self._first, self._path = first, path
        self._seen: Stamp | None = None
        self._keys: tuple[bytes, ...] = (first,)
        self.keys()

    def keys(self) -> tuple[bytes, ...]:
        """The newest first; at least one."""
        if self._path is None:
            return self._keys
        seen = stamp(self._path)
        if seen != self._seen:
            self._keys = read(self._path).keys(self._first)
            self._seen = seen
        return self._keys


def stamp(path: Path) -> Stamp | None:
    """Tells one file from the next in its place; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def read(path: Path) -> Kept:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Kept()
    later = tuple(
        Later(base64.b64decode(one["key"]), int(one["since"])) for one in content["later"]
    )
    return Kept(later, first_holds=bool(content["first_holds"]) or not later)


def write(path: Path, kept: Kept) -> None:
    """In one step, readable by this account alone. Raises `FileExistsError` beside another one."""
    later = [{"key": base64.b64encode(one.key).decode(), "since": one.since} for one in kept.later]
    fresh = path.with_suffix(".new")
    opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as file:
        json.dump({"later": later, "first_holds": kept.first_holds}, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def add(directory: Path, now: int) -> Kept:
    """One more key, which vouches from now on; the others still do for what they vouched for."""
    kept = read(directory / FILE)
    kept = replace(kept, later=(*kept.later, Later(secrets.token_bytes(32), now)))
    write(directory / FILE, kept)
    return kept


def let_go(directory: Path, now: int, *, at_once: bool) -> Kept:
    """Forget the keys whose life is over; `at_once`: all but the newest. Reseal before."""
    kept = read(directory / FILE)
    # A key's life begins to end when the next one comes.
    ended = [one.since <= now - LIFE or at_once for one in kept.later]
    later = tuple(
        one for n, one in enumerate(kept.later) if n + 1 == len(ended) or not ended[n + 1]
    )
    still = kept.first_holds and not (ended and ended[0])
    left = Kept(later, first_holds=still)
    if left != kept:
        write(directory / FILE, left)
    return left
