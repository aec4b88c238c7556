"""Time zones by name, and the one that a visitor's browser told. Takes no location."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from quart import request

COOKIE = "zone"
LONGEST = 40


@cache
def zones() -> dict[str, str]:
    """Every zone of the IANA database by its folded name; no machine's own leftovers."""
    names = (
        name for name in available_timezones()
        if ("/" in name or name == "UTC") and not name.startswith(("posix/", "right/"))
    )  # fmt: skip
    return {name.casefold(): name for name in names if len(name) <= LONGEST}


def visitor_zone() -> str | None:
    """The zone of whoever asks, where a script could tell; anything else is unknown."""
    return zones().get(request.cookies.get(COOKIE, "")[:LONGEST].casefold())
