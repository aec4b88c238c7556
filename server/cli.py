"""The command line: parses words and says who carries them out; the work is elsewhere."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from server import listening, loops
from server.commands import starting
from server.commands.parsing import add_commands
from server.settings import Settings, Unreadable

# What only one command needs is imported where it is carried out: a start should be quick.


def main(argv: list[str] | None = None) -> int:
    """Carry out one command and return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        settings = settings_or_refuse()
        if arguments.command in ("serve", "web", "sound", "reload", "demo", "prepare"):
            return start(settings, arguments)
        return tend(settings, arguments)
    except listening.CannotServe as error:
        if str(error):
            print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def start(settings: Settings, arguments: argparse.Namespace) -> int:
    """One of the commands that serve, or make ready to."""
    match arguments.command:
        case "serve":
            return starting.serve(told(settings, arguments), with_lan=arguments.lan)
        case "web":
            return starting.web(settings)
        case "sound":
            return starting.sound(settings)
        case "reload":
            return starting.reload(settings)
        case "demo":
            return starting.demo(
                settings, language=arguments.lang, pace=arguments.pace, with_lan=arguments.lan
            )
        case _:
            return loops.run(starting.prepare(settings))


def tend(settings: Settings, arguments: argparse.Namespace) -> int:
    """One of the commands that look after a place and need no server."""
    match arguments.command:
        case "secrets":
            from server.commands import secrets

            return secrets.make(settings, arguments)
        case "check":
            from server.commands import checking

            return loops.run(checking.report(settings, starting.MANIFEST))
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
