"""What each process of a server is told when it is started: its words, its place, its secrets.

Declines to start one (`supervising` does), and to give a process what it does not need.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from server.lives import Work, of_ours
from server.settings import NO_PROXY, Settings

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from server.lan import Certificate

WEB_UP = re.compile(r"^Web on port (?P<port>\d+) \((?P<name>\d+)\)(?: (?P<link>\S+))?$")
SOUND_UP = re.compile(r"UDP port (?P<port>\d+) \((?P<name>\S+)\)")
WEB_STOPS_WITHIN = 12.0
"""Seconds: its people are sent elsewhere, one after another, and its answers are finished."""


def web(
    settings: Settings,
    redis_url: str,
    listener: socket.socket,
    tls: Certificate | None,
    number: int,
    neighbours: Path | None,
) -> Work:
    """A web process on a port that is bound already, and shared by all of them.

    It finds the others in the folder `neighbours`, where there are any.

    One socket, not one each (SO_REUSEPORT): a connection that waits in it is taken by whoever is
    there, so none is lost with a process that ends. Measured, they share evenly enough.
    """
    words = ["--fd", str(listener.fileno())]
    if tls is not None:
        words += ["--cert", str(tls.cert), "--key", str(tls.key)]
    if neighbours is not None:
        words += ["--neighbours", str(neighbours)]
        words += ["--number", str(number), "--of", str(settings.web_workers)]
    return Work(
        name="web",
        module="server.serving",
        up=WEB_UP,
        arguments=tuple(words),
        # What was set for us holds for it, but for what is known better by now. Empty: not set.
        environment=of_ours(
            {
                **os.environ,
                "HOST": settings.host,
                "PORT": str(settings.port),
                "PUBLIC_URL": settings.public_url,
                "LINGKAR_DATA": str(settings.data_dir),
                "REDIS_URL": redis_url,
                "DATABASE_URL": settings.database or "",
                # Never to be guessed from a PUBLIC_URL that we gave it ourselves.
                "LINGKAR_PROXIES": ",".join(settings.proxies) or NO_PROXY,
                "LINGKAR_SOUND_WORKERS": str(settings.sound_workers),
                **figures(settings),
            }
        ),
        descriptors=(listener.fileno(),),
        stops_within=WEB_STOPS_WITHIN,
    )


def told(settings: Settings, folder: Path | None, process: str) -> Settings:
    """The same for one process, with the place where it is asked for its figures."""
    return replace(settings, metrics_socket=folder / process if folder else None)


def figures(settings: Settings) -> dict[str, str]:
    """Where it is asked for its figures; the port for them is the parent's."""
    return {
        "LINGKAR_METRICS_PORT": "",
        "LINGKAR_METRICS_SOCKET": str(settings.metrics_socket or ""),
    }


def first(work: Work) -> Work:
    """The same for the first of all, which makes the link for the organiser."""
    return replace(work, arguments=(*work.arguments, "--first"))


def sound(settings: Settings, redis_url: str, host: str, number: int = 0) -> Work:
    """A sound process: what it needs, and nothing else of ours: no keys, no database."""
    chosen = settings.sound_port
    # Each has a port of its own; they lie in a row where the first was set.
    port = {} if chosen is None else {"LINGKAR_SOUND_PORT": str(chosen and chosen + number)}
    return Work(
        name="sound",
        module="server.sounding",
        up=SOUND_UP,
        environment=of_ours(
            {
                "REDIS_URL": redis_url,
                "HOST": settings.sound_host or host,
                "LINGKAR_SOUND_ADDRESS": ",".join(
                    in_a_row(word, number) for word in settings.sound_addresses
                ),
                **port,
                **figures(settings),
            }
        ),
        bury=partial(bury, redis_url),
    )


def in_a_row(address: str, number: int) -> str:
    """The same address with the port so many further on, where it names one."""
    from server.sounding import place_of

    host, port = place_of(address)
    if not port:
        return host
    return f"[{host}]:{port + number}" if ":" in host else f"{host}:{port + number}"


async def bury(redis_url: str, name: str) -> None:
    """It could not say goodbye: whoever was on it need not wait to be sure."""
    from realtime.audio import lease

    await lease.bury(redis_url, name)
