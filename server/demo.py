"""A living meeting to look at: a circle of simulated people, on a server of its own.

Everything is in a folder and a Valkey that are gone when it stops. Declines to touch the data
folder, the database or the Redis that a real server here would use.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import socket
import ssl
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from server import processes
from server.listening import CannotServe, listen
from server.private_places import PREFIX
from server.settings import Settings
from server.simulated.casting import Casting, cast_circle
from server.simulated.lines import Language, lines_in
from server.simulated.performer import Stage, attend, facilitate

if TYPE_CHECKING:
    from server.lan import Certificate

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 -- names, not a bind


async def run(
    settings: Settings,
    *,
    language: Language = "id",
    pace: float = 1.0,
    listener: socket.socket | None = None,
    tls: Certificate | None = None,
) -> None:
    """Serve a demonstration until a signal comes; nothing of it is left then.

    `pace` is how many times faster than a person; `listener` and `tls` as for serving.
    """
    if pace <= 0:
        raise CannotServe("The pace has to be more than 0; 1 is that of people.")
    listener = listener or listen(settings.host, settings.port)
    lines = lines_in(language)
    troupe: list[asyncio.Task[None]] = []
    with temporary_folder() as folder:
        settings = own(settings, folder, listener.getsockname()[1])

        async def ready(running: processes.Running) -> None:
            now = dt.datetime.now(dt.UTC)
            casting = await cast_circle(running.settings, lines, language, now)
            tell(running, casting)
            if tls:
                tell_phones(casting, tls)
            stage = Stage(
                base_url=address(listener, secure=tls is not None), slug=casting.slug, lines=lines,
                beat=1 / pace, origin=running.settings.public_url, trust=own_certificate(tls),
            )  # fmt: skip
            troupe.extend(perform(stage, casting))

        try:
            await processes.serve(settings, listener, ready=ready, tls=tls)
        finally:
            await send_home(troupe)
    print("Stopped. The demonstration is gone.", flush=True)


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """For this account alone; named so that the next start removes it if this one is killed."""
    return tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-demo-")


def own(settings: Settings, folder: str, port: int) -> Settings:
    """Settings that lead to nothing that lasts.

    Cookies belong to a host whatever the port: under another name than `localhost`, a sign-in
    here never replaces the one of a real server on this machine.
    """
    settings = replace(settings, data_dir=Path(folder), database=None, redis_url=None, port=port)
    return replace(settings, public=settings.public_url.replace("//localhost:", "//127.0.0.1:"))


def address(listener: socket.socket, *, secure: bool) -> str:
    """Where this machine reaches the server itself."""
    host, port = listener.getsockname()[:2]
    if ":" in host and host not in EVERYWHERE:
        host = f"[{host}]"
    return f"{'https' if secure else 'http'}://{EVERYWHERE.get(host, host)}:{port}"


def own_certificate(tls: Certificate | None) -> ssl.SSLContext | None:
    """Trust for the certificate that this machine made, and for no other."""
    if tls is None:
        return None
    trust = ssl.create_default_context(cafile=str(tls.cert))
    # The cast comes over the machine's own address, which the certificate need not name.
    trust.check_hostname = False
    return trust


def perform(stage: Stage, casting: Casting) -> list[asyncio.Task[None]]:
    """Start everybody; one of them is a listening seat at first."""
    last = len(casting.members) - 1
    roles = [facilitate(stage, casting.facilitator)]
    for number, cookie in enumerate(casting.members):
        roles.append(attend(stage, cookie, number, observer=number == last))
    tasks = [asyncio.create_task(role) for role in roles]
    for task in tasks:
        task.add_done_callback(tell_if_stopped)
    return tasks


async def send_home(troupe: list[asyncio.Task[None]]) -> None:
    for task in troupe:
        task.cancel()
    await asyncio.gather(*troupe, return_exceptions=True)


def tell_if_stopped(task: asyncio.Task[None]) -> None:
    """A simulated person who stopped by a fault is told of, by kind alone."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        print(f"A simulated person stopped: {type(fault).__name__}", file=sys.stderr, flush=True)


def tell(running: processes.Running, casting: Casting) -> None:
    """What this is, and how to take part."""
    print(
        "\n".join(
            [
                "",
                "Lingkar, a demonstration. Everybody in it is made up.",
                "",
                "  Join as a member (write, nod, take the stick when it is offered):",
                f"  {casting.join_link}",
                "",
                "  Join as a facilitator (works once; use another browser or a private window):",
                f"  {casting.facilitate_link}",
                "",
                "  Two more circles are not on the first page. One is for who has its address:",
                f"  {running.settings.public_url}/c/{casting.unlisted}",
                "  One is for who was invited:",
                f"  {casting.private_link}",
                "",
                f"  It lives in {running.settings.data_dir} and is gone when it stops.",
                "  Ctrl-C stops everything.",
                "",
            ]
        ),
        flush=True,
    )


def tell_phones(casting: Casting, tls: Certificate) -> None:
    """The way in for a phone, and a word on the warning that it will show."""
    from server import lan

    lan.show_qr(casting.join_link, sys.stdout)
    print(
        f"  Phones will warn once. The certificate's SHA-256 is\n  {tls.fingerprint}\n", flush=True
    )
