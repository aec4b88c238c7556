"""Asks everything, one after the other, and prints it in words or as JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from server.doctor import disk, front, relays, stores
from server.doctor.finding import MARKS, Finding, bad
from server.settings import Settings, terminal_language
from server.words import Lang, text

Check = Callable[[Settings], Awaitable[list[Finding]]]
CHECKS: dict[str, Check] = {
    "dns": front.name,
    "tls": front.certificate,
    "port": front.port,
    "sound": front.sound,
    "turn": relays.relays,
    "redis": stores.redis,
    "database": stores.database,
    "disk": disk.disk,
}


async def examine(settings: Settings) -> list[Finding]:
    """Everything that was found, in the order in which people meet it."""
    found: list[Finding] = []
    for part, check in CHECKS.items():
        try:
            found += await check(settings)
        except Exception as error:
            # Whatever it is: a doctor that falls over tells nothing of the rest.
            found.append(bad("doctor", "fell", where=part, kind=type(error).__name__))
    return found


def language(said: str | None) -> Lang:
    """The one that was asked for, or the terminal's."""
    if said is not None:
        return said
    return "id" if terminal_language().startswith("id") else "en"


async def report(settings: Settings, lang: str | None, *, as_json: bool) -> int:
    """Print it all; 1 where something has to be mended."""
    found, words = await examine(settings), language(lang)
    if as_json:
        said = [
            {"part": one.part, "state": one.state, "how": one.how, "words": one.words(words)}
            for one in found
        ]
        print(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        for one in found:
            print(f"{MARKS[one.state]}  {one.words(words)}")
        wrong = sum(one.state == "bad" for one in found)
        print(f"\n{text(words, 'cli.doctor.sum' if wrong else 'cli.doctor.well', n=wrong)}")
    return 1 if any(one.state == "bad" for one in found) else 0
