"""The command line: parses words and prints lines; the work is elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from server import serving
from server.commands.parsing import add_commands
from server.settings import Settings

if TYPE_CHECKING:
    from server.lan import Certificate

# What only --lan or only one command needs is imported there: a start should be quick.
T = TypeVar("T")
MANIFEST = Path(__file__).parent / "static/built/.vite/manifest.json"


def main(argv: list[str] | None = None) -> int:
    """Carry out one command and return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        settings = settings_or_refuse()
        match arguments.command:
            case "serve":
                return serve(settings, with_lan=arguments.lan)
            case "demo":
                return demo(settings, arguments)
            case "sound":
                return sound(settings)
            case "check":
                from server.commands import checking

                return run(checking.report(settings, MANIFEST))
            case "backup" | "restore":
                return run(keep_or_restore(settings, arguments.command, Path(arguments.file)))
            case _:
                return run(carry_out(settings, arguments))
    except serving.CannotServe as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The words that are understood."""
    top = argparse.ArgumentParser(prog="lingkar", description="A place for support circles.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve_ = commands.add_parser("serve", help="serve the pages and the room")
    demo_ = commands.add_parser("demo", help="a demonstration circle with simulated members")
    for command in (serve_, demo_):
        command.add_argument(
            "--lan", action="store_true", help="over TLS, for phones on the same network"
        )
    demo_.add_argument("--lang", choices=["id", "en"], default="id", help="what they speak")
    demo_.add_argument("--pace", type=float, default=1.0, help="how many times faster than people")
    commands.add_parser("sound", help="one more process for sound, over the Redis in REDIS_URL")
    commands.add_parser("check", help="say what is ready and what is missing")
    add_commands(commands)
    return top


def settings_or_refuse() -> Settings:
    """The settings, or one line that names what the environment says wrongly."""
    try:
        return Settings.from_env()
    except ValidationError as error:
        # Names and reasons only: a value may be an address with a password in it.
        wrong = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise serving.CannotServe(f"The environment is not understood. {wrong}") from None


def serve(settings: Settings, *, with_lan: bool = False) -> int:
    """Bind, then run until a signal comes."""
    settings, listener, tls = bind(settings, with_lan=with_lan)

    async def ready(running: serving.Running) -> None:
        await tell(running)
        if tls:
            tell_lan(running.settings.public_url, tls)

    run(serving.serve(settings, listener, ready=ready, tls=tls))
    print("Stopped. Nothing is left running.", flush=True)
    return 0


def sound(settings: Settings) -> int:
    """Be a sound process until a signal comes. `serve` starts one by itself."""
    from server import sounding

    if settings.redis_url is None:
        raise serving.CannotServe("A sound process needs the Redis of its server: set REDIS_URL.")
    if wrong := sounding.taken(settings, settings.sound_host or settings.host):
        raise serving.CannotServe(wrong)
    return sounding.main(settings)


def bind(
    settings: Settings, *, with_lan: bool
) -> tuple[Settings, socket.socket, Certificate | None]:
    """Take the port, and return the settings as they are known to be now."""
    if not MANIFEST.is_file():
        raise serving.CannotServe("The page is not built yet. Run: make build")
    address = lan_or_refuse() if with_lan else None
    listener = serving.listen("0.0.0.0" if address else settings.host, settings.port)  # noqa: S104
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
        raise serving.CannotServe("This machine is on no network, so no phone can reach it.")
    return address


def certificate(settings: Settings, address: str) -> Certificate:
    """The certificate kept in the data folder for this address."""
    import datetime as dt

    from server import lan

    return lan.certificate_for(address, settings.data_dir / "lan", dt.datetime.now(dt.UTC))


async def tell(running: serving.Running) -> None:
    """Say what runs where and, the first time, how to become the organiser."""
    from server.setup import setup_link

    settings = running.settings
    lines = [
        "",
        "Lingkar is running.",
        "",
        f"  {settings.public_url}",
        "",
        f"  Web       this process ({os.getpid()}), port {running.port}",
        f"  Valkey    {running.valkey}",
        f"  Database  {serving.database_place(settings)}",
        f"  Sound     {await serving.sound_place(running)}",
    ]
    link = await setup_link(settings)
    if link is not None:
        lines += ["", "  First time here? This link makes you the organiser. It works once:", ""]
        lines += [f"  {link}"]
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


def demo(settings: Settings, arguments: argparse.Namespace) -> int:
    """Hand over to the demonstration, which prints its own links."""
    from server import demo as demonstration

    settings, listener, tls = bind(settings, with_lan=arguments.lan)
    run(
        demonstration.run(
            settings, language=arguments.lang, pace=arguments.pace, listener=listener, tls=tls
        )
    )
    return 0


async def carry_out(settings: Settings, arguments: argparse.Namespace) -> int:
    """One of the commands that need the database and no server."""
    from server.commands.circles import COMMANDS
    from server.commands.desk import CannotDo, at_the_desk

    async with at_the_desk(settings) as desk:
        try:
            await COMMANDS[arguments.command, arguments.action](desk, arguments)
        except CannotDo as why:
            print(desk.word(why.key, **why.params), file=sys.stderr)
            return 1
    return 0


async def keep_or_restore(settings: Settings, command: str, file: Path) -> int:
    """A backup, or such a file back."""
    from server import backup
    from server.commands.desk import at_the_desk

    try:
        done = backup.write if command == "backup" else backup.restore
        rows = await done(settings, file)
        key, params = f"{command}.done", {"file": file, "n": rows}
    except backup.BadBackup as bad:
        key, params = str(bad), {"file": file}
    except FileExistsError:
        key, params = "backup.exists", {"file": file}
    except OSError as error:
        key, params = "backup.cannot", {"file": file, "why": error.strerror or ""}
    async with at_the_desk(settings) as desk:
        well = key.endswith(".done")
        print(desk.word(key, **params), file=sys.stdout if well else sys.stderr)
    return 0 if well else 1


def run(work: Coroutine[object, object, T]) -> T:
    """Run on uvloop where there is one."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


if __name__ == "__main__":
    sys.exit(main())
