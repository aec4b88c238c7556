"""The commands that serve: each takes its port, says where it is to be found, and hands over.

Declines to be a server (`processes`, `serving`, `sounding`, `demo` are) and to know how a command
is written.
"""

from __future__ import annotations

import datetime as dt
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from server import listening, loops
from server.settings import Settings

if TYPE_CHECKING:
    from server.lan import Certificate
    from server.processes import Running
    from server.simulated.lines import Language

# What only --lan or only one command needs is imported there: a start should be quick.
FIRST_TIME = """
  First time here? This link makes you the organiser. It works once:

  {link}"""
MANIFEST = Path(__file__).parents[1] / "static/built/.vite/manifest.json"


def serve(settings: Settings, *, with_lan: bool = False) -> int:
    """Bind, then run until a signal comes."""
    from server import processes

    settings, listener, tls = bind(settings, with_lan=with_lan)

    async def ready(running: Running) -> None:
        await tell(running)
        if tls:
            tell_lan(running.settings.public_url, tls)

    loops.run(processes.serve(settings, listener, ready=ready, tls=tls))
    print("Stopped. Nothing is left running.", flush=True)
    return 0


def web(settings: Settings) -> int:
    """Be one web process until a signal comes. `serve` starts its own."""
    if settings.redis_url is None:
        raise listening.CannotServe("A web process needs the Redis of its server: set REDIS_URL.")
    settings, listener, _ = bind(settings, with_lan=False)
    from server import serving

    serving.alone(settings, listener)
    return 0


def reload(settings: Settings) -> int:
    """Let the server that serves this data folder exchange its processes."""
    from server import processes

    if processes.reload(settings.data_dir):
        print("Its processes are exchanged now, one after another. Meetings go on.")
        return 0
    raise listening.CannotServe(f"No Lingkar serves {settings.data_dir}.")


def sound(settings: Settings) -> int:
    """Be a sound process until a signal comes. `serve` starts one by itself."""
    from server import sounding

    if settings.redis_url is None:
        raise listening.CannotServe("A sound process needs the Redis of its server: set REDIS_URL.")
    if wrong := sounding.taken(settings, settings.sound_host or settings.host):
        raise listening.CannotServe(wrong)
    return sounding.main(settings)


def demo(settings: Settings, *, language: Language, pace: float, with_lan: bool) -> int:
    """Hand over to the demonstration, which prints its own links."""
    from server import demo as demonstration

    settings, listener, tls = bind(settings, with_lan=with_lan)
    loops.run(demonstration.run(settings, language=language, pace=pace, listener=listener, tls=tls))
    return 0


async def prepare(settings: Settings) -> int:
    """Bring the tables to their newest shape and, while nobody is organiser, say how to become it.

    `serve` does both by itself; several processes that are started by something else need it once.
    """
    from server.setup import setup_link

    link = await setup_link(settings)
    print("The tables have their newest shape.", flush=True)
    if link is not None:
        print(FIRST_TIME.format(link=link), flush=True)
    return 0


def bind(
    settings: Settings, *, with_lan: bool
) -> tuple[Settings, socket.socket, Certificate | None]:
    """Take the port, and return the settings as they are known to be now."""
    if not MANIFEST.is_file():
        raise listening.CannotServe("The page is not built yet. Run: make build")
    address = lan_or_refuse() if with_lan else None
    listener = listening.listen("0.0.0.0" if address else settings.host, settings.port)  # noqa: S104
    port = listener.getsockname()[1]
    if address:
        tls = certificate(settings, address)
        return settings.serving_at(f"https://{address}:{port}", port), listener, tls
    if port != settings.port:
        # PORT=0 lets the system choose.
        settings = settings.serving_at(f"http://localhost:{port}", port)
    return settings, listener, None


def lan_or_refuse() -> str:
    """This machine's address for phones, or one line that says there is none."""
    from server import lan

    address = lan.lan_address()
    if address is None:
        raise listening.CannotServe("This machine is on no network, so no phone can reach it.")
    return address


def certificate(settings: Settings, address: str) -> Certificate:
    """The certificate kept in the data folder for this address."""
    from server import lan

    return lan.certificate_for(address, settings.data_dir / "lan", dt.datetime.now(dt.UTC))


async def tell(running: Running) -> None:
    """Say what runs where and, the first time, how to become the organiser."""
    from server import places

    settings = running.settings
    lines = [
        "",
        "Lingkar is running.",
        "",
        f"  {settings.public_url}",
        "",
        f"  Web       {places.of_web(running)}",
        f"  Valkey    {running.valkey}",
        f"  Database  {places.of_database(settings)}",
        f"  Sound     {await places.of_sound(running)}",
    ]
    if running.setup_link is not None:
        lines += FIRST_TIME.format(link=running.setup_link).splitlines()
    print("\n".join([*lines, "", "  Ctrl-C stops everything.", ""]), flush=True)


def tell_lan(url: str, tls: Certificate) -> None:
    """Show phones the way, and prepare a person for the warning they will see."""
    from server import lan

    lan.show_qr(url, sys.stdout)
    print(
        "  Phones will warn once: this machine made its own certificate. Its SHA-256 is\n"
        f"  {tls.fingerprint}\n",
        flush=True,
    )
