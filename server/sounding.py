"""The sound process by itself, `lingkar sound`: where it listens, and where it is told to be.

Declines to start when a port that was set cannot be had; the usual one may be another.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import re
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtime.audio.counters import Counters

from server import logs, loops, memory
from server.settings import Settings
from server.stopping import stop_requested

DEFAULT_PORT = 8443
LARGEST_PORT = 65535
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
# RFC 5737 and 3849: never a real place. Connecting a UDP socket sends nothing.
NOWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}


class NoSuchPlace(ValueError):
    """The settings name what is no address; the message is one line for a person."""


# --- Where it listens ---


def hosts(host: str) -> tuple[str | None, str | None]:
    """What to bind in IPv4 and in IPv6."""
    if host == "localhost":
        host = "127.0.0.1"
    if host == "::":
        return "0.0.0.0", "::"  # noqa: S104
    if ipaddress.ip_address(host).version == 6:
        return None, host
    return host, None


def announced(settings: Settings, host: str) -> tuple[tuple[str, int], ...]:
    """Where browsers are told to look; port 0 is the one that is bound."""
    if settings.sound_addresses:
        return tuple(place for word in settings.sound_addresses for place in addresses_of(word))
    host4, host6 = hosts(host)
    own = [
        own_address(family) if wanted in EVERYWHERE else wanted
        for family, wanted in ((socket.AF_INET, host4), (socket.AF_INET6, host6))
        if wanted is not None
    ]
    found = tuple((address, 0) for address in own if address is not None)
    return found or (("127.0.0.1", 0),)


def place_of(word: str) -> tuple[str, int]:
    """`203.0.113.7`, `203.0.113.7:9443`, `2001:db8::7`, `[2001:db8::7]:9443`, or a name so."""
    match = re.fullmatch(r"\[(.+)\](?::(\d{1,5}))?|([^:]+):(\d{1,5})", word)
    if match is None:
        return word, 0
    host, port = match[1] or match[3], int(match[2] or match[4] or "0")
    if port > LARGEST_PORT:
        raise NoSuchPlace(f"LINGKAR_SOUND_ADDRESS: '{word}' has no such port.")
    return host, port


def addresses_of(word: str) -> list[tuple[str, int]]:
    """Where that is; a name is looked up now, and not again. Raises `NoSuchPlace`."""
    host, port = place_of(word)
    with contextlib.suppress(ValueError):
        return [(str(ipaddress.ip_address(host)), port)]
    try:
        # Browsers are told addresses: what a name leads to is ours to find out.
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        raise NoSuchPlace(
            f"LINGKAR_SOUND_ADDRESS: '{word}' is no IP address, nor a name that leads to one."
        ) from None
    return list(dict.fromkeys((str(address[0]), port) for *_, address in found))


def own_address(family: socket.AddressFamily) -> str | None:
    """The address by which this machine would reach others; None where it would not."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NOWHERE[family], 9))
        except OSError:
            return None
        address = ipaddress.ip_address(probe.getsockname()[0])
    return None if address.is_loopback or address.is_link_local else str(address)


def taken(settings: Settings, host: str) -> str | None:
    """One line about a port that somebody set and that cannot be had; None where all is well."""
    try:
        wanted, _ = hosts(host), announced(settings, host)
    except ValueError as wrong:
        return str(wrong) if isinstance(wrong, NoSuchPlace) else f"'{host}' is no IP address."
    if not settings.sound_port:
        return None
    ports = range(settings.sound_port, settings.sound_port + settings.sound_workers)
    return next((why for port in ports if (why := not_to_be_had(port, wanted))), None)


def not_to_be_had(port: int, wanted: tuple[str | None, str | None]) -> str | None:
    """One line about a UDP port, where it cannot be bound."""
    families = zip((socket.AF_INET, socket.AF_INET6), wanted, strict=True)
    for family, bound in families:
        if bound is None:
            continue
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            if family is socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                probe.bind((bound, port))
            except OSError as error:
                why = "is taken" if error.errno == errno.EADDRINUSE else "cannot be used"
                return f"UDP port {port} for sound {why}; see LINGKAR_SOUND_PORT."
    return None


# --- The process itself: `lingkar sound` ---


async def sound(settings: Settings, stop: asyncio.Event, say: Callable[[str], None]) -> None:
    """Be the sound process until `stop`. Raises OSError where its port cannot be had."""
    # Loaded in this process alone: what it needs is much, and the pages need none of it.
    from realtime.audio import running

    logs.keep_to_the_point()
    memory.never_dumped()
    host = settings.sound_host or settings.host
    host4, host6 = hosts(host)

    def up(found: running.Up) -> None:
        say(f"Sound on UDP port {found.port} ({found.name})")

    def beside(counters: Counters) -> contextlib.AbstractAsyncContextManager[None]:
        from server import figures, metrics

        return metrics.readable(settings, "sound", figures.of_sound(counters))

    async def on(port: int) -> None:
        place = running.Place(host4, host6, port, announced(settings, host))
        await running.run(place, settings.redis_url or "", stop, up, beside)

    # One that was asked for by name: no other will do.
    ports = (DEFAULT_PORT, 0) if settings.sound_port is None else (settings.sound_port,)
    for port in ports:
        try:
            await on(port)
            break
        except OSError as error:
            if port == ports[-1] or error.errno != errno.EADDRINUSE:
                raise


def main(settings: Settings) -> int:
    """Be the sound process until a signal comes; without the rest of the program around it."""

    async def work() -> None:
        await sound(settings, stop_requested(), partial(print, flush=True))

    loops.run(work())
    return 0


if __name__ == "__main__":
    sys.exit(main(Settings.from_env()))
