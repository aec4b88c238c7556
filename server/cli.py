"""The command line: parses words and prints lines; the work is elsewhere."""

from __future__ import annotations

import argparse
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from server import listening, loops
from server.commands.parsing import add_commands
from server.settings import Settings, Unreadable

if TYPE_CHECKING:
    from server.lan import Certificate
    from server.processes import Running

# What only --lan or only one command needs is imported there: a start should be quick.
FIRST_TIME = """
  First time here? This link makes you the organiser. It works once:

  {link}"""
MANIFEST = Path(__file__).parent / "static/built/.vite/manifest.json"


def main(argv: list[str] | None = None) -> int:
    """Carry out one command and return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        settings = settings_or_refuse()
        match arguments.command:
            case "serve":
                return serve(told(settings, arguments), with_lan=arguments.lan)
            case "web":
                return web(settings)
            case "reload":
                return reload(settings)
            case "demo":
                return demo(settings, arguments)
            case "sound":
                return sound(settings)
            case "secrets":
                from server.commands import secrets

                return secrets.make(settings, arguments)
            case "prepare":
                return loops.run(prepare(settings))
            case "check":
                from server.commands import checking

                return loops.run(checking.report(settings, MANIFEST))
            case "doctor":
                from server.doctor import report

                return loops.run(report.report(settings, arguments.lang, as_json=arguments.json))
            case "verify":
                from server.commands import verifying

                return verifying.report(arguments.url, Path(arguments.file), arguments.lang)
            case "migrate":
                from server.commands import migrating

                return loops.run(migrating.move(settings, arguments.to))
            case "backup" | "restore":
                return loops.run(keep_or_restore(settings, arguments.command, Path(arguments.file)))
            case _:
                return loops.run(carry_out(settings, arguments))
    except listening.CannotServe as error:
        if str(error):
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
    serve_.add_argument("--workers", type=int, metavar="N", help="web processes (LINGKAR_WORKERS)")
    serve_.add_argument(
        "--sound-workers", type=int, metavar="N", help="sound processes (LINGKAR_SOUND_WORKERS)"
    )
    commands.add_parser("web", help="one web process alone, over the Redis in REDIS_URL")
    commands.add_parser("sound", help="one more process for sound, over the Redis in REDIS_URL")
    commands.add_parser("reload", help="exchange a server's processes while people meet")
    commands.add_parser(
        "prepare", help="the tables, and the link for the organiser; serve does both"
    )
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
        raise listening.CannotServe(f"The environment is not understood. {wrong}") from None
    except Unreadable as error:
        raise listening.CannotServe(
            f"The file in {error} cannot be read by this account."
        ) from None


def told(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """The settings, where a word on the command line says otherwise than the environment."""
    said = {"web_workers": arguments.workers, "sound_workers": arguments.sound_workers}
    wanted = {name: number for name, number in said.items() if number is not None}
    for name, least in (("web_workers", 1), ("sound_workers", 0)):
        if wanted.get(name, least) < least:
            word = name.replace("web_", "").replace("_", "-")
            raise listening.CannotServe(f"--{word} has to be at least {least}.")
    return replace(settings, **wanted)


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
    import datetime as dt

    from server import lan

    return lan.certificate_for(address, settings.data_dir / "lan", dt.datetime.now(dt.UTC))


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


async def tell(running: Running) -> None:
    """Say what runs where and, the first time, how to become the organiser."""
    from server import processes

    settings = running.settings
    lines = [
        "",
        "Lingkar is running.",
        "",
        f"  {settings.public_url}",
        "",
        f"  Web       {processes.web_place(running)}",
        f"  Valkey    {running.valkey}",
        f"  Database  {processes.database_place(settings)}",
        f"  Sound     {await processes.sound_place(running)}",
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


def demo(settings: Settings, arguments: argparse.Namespace) -> int:
    """Hand over to the demonstration, which prints its own links."""
    from server import demo as demonstration

    settings, listener, tls = bind(settings, with_lan=arguments.lan)
    loops.run(
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


if __name__ == "__main__":
    sys.exit(main())
