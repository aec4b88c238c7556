"""The words after those commands that take some: `lingkar circle`, `invite`, `doctor` and others.

Carries nothing out.
"""

from __future__ import annotations

import argparse
from typing import Any


def add_commands(commands: Any) -> None:
    """All of them, onto the command line's own."""
    of_circles(commands)
    of_people(commands)
    of_the_place(commands)
    of_what_is_kept(commands)


def of_circles(commands: Any) -> None:
    circle = group(commands, "circle", "list, make or delete circles")
    circle.add_parser("list", help="all circles")
    make = circle.add_parser("make", help="a circle that meets every week, held by the organiser")
    make.add_argument("name")
    make.add_argument("--topic", default="")
    make.add_argument("--language", choices=["id", "en"])
    make.add_argument("--weekday", type=int, choices=range(1, 8), default=3, help="1 is Monday")
    make.add_argument("--time", default="19:30")
    make.add_argument("--zone", choices=["WIB", "WITA", "WIT"], default="WIB")
    make.add_argument("--public", action="store_true", help="anybody may find it and join")
    gone = of_circle(circle, "delete", "a circle and all that belongs to it")
    gone.add_argument("--name", default="", help="its name, written out, to be sure")
    gone.add_argument(
        "--force",
        action="store_true",
        help="also while people meet: they sit there until they leave, and cannot come back",
    )


def of_people(commands: Any) -> None:
    """Who belongs to a circle, and who may come to."""
    member = group(commands, "member", "the people of a circle")
    of_circle(member, "list", "who belongs to it")
    for name, what in (
        ("remove", "end somebody's membership"),
        ("ban", "end it, and let them not return"),
        ("facilitate", "ask somebody to hold the circle"),
    ):
        one = of_circle(member, name, what)
        one.add_argument("name", help="their name in this circle")
        if name == "ban":
            one.add_argument("--lift", action="store_true", help="let them return")

    invite = group(commands, "invite", "invitations to a circle")
    of_circle(invite, "list", "those that are open")
    new = of_circle(invite, "make", "a new one; its link is shown once")
    new.add_argument("--days", type=int, default=7)
    new.add_argument("--most", type=int, default=12, help="how many people may come by it")
    new.add_argument("--facilitator", action="store_true", help="who comes by it holds the circle")
    revoke = of_circle(invite, "revoke", "it lets nobody in any more")
    revoke.add_argument("id")


def of_the_place(commands: Any) -> None:
    """What it signs with, how it is, and what the servers beside it have to know."""
    keys = group(commands, "keys", "the keys that this place signs and seals with")
    keys.add_parser("list", help="how many there are and since when; never the keys themselves")
    rotate = keys.add_parser("rotate", help="a new one; nobody is signed out")
    rotate.add_argument(
        "--retire",
        action="store_true",
        help="and the older ones count no more: for when one may have been seen",
    )

    doctor = commands.add_parser(
        "doctor", help="look at everything that this place needs, and say what to do"
    )
    doctor.add_argument("--lang", choices=["id", "en"], help="else the terminal's")
    doctor.add_argument("--json", action="store_true", help="for machines")

    made = commands.add_parser(
        "secrets", help="what Valkey, PostgreSQL and coturn beside are to know, into files"
    )
    made.add_argument("folder", metavar="FOLDER", help="what is there already stays")
    made.add_argument(
        "--turn", metavar="FILE", help="coturn's other settings, to add the secret to"
    )
    made.add_argument("--valkey", default="valkey:6379", metavar="HOST:PORT")
    made.add_argument("--database", default="lingkar@database/lingkar", metavar="USER@HOST/NAME")

    verify = commands.add_parser(
        "verify", help="compare what a running Lingkar sends browsers with a release"
    )
    verify.add_argument("url", help="its address")
    verify.add_argument("file", metavar="HASHES", help="the release's hashes.json")
    verify.add_argument("--lang", choices=["id", "en"], default="en")


def of_what_is_kept(commands: Any) -> None:
    migrate = commands.add_parser(
        "migrate", help="the tables in the shape of this Lingkar; an older one, to go back to it"
    )
    migrate.add_argument("to", nargs="?", default="head", metavar="SHAPE")

    for name, what in (
        ("backup", "accounts, circles and this place's keys into a file; no note, nothing said"),
        ("restore", "such a file into an empty place"),
    ):
        commands.add_parser(name, help=what).add_argument("file")


def group(commands: Any, name: str, what: str) -> Any:
    """A command that has commands of its own."""
    return commands.add_parser(name, help=what).add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )


def of_circle(actions: Any, name: str, what: str) -> argparse.ArgumentParser:
    """One that is about a circle, by the last part of its address."""
    made: argparse.ArgumentParser = actions.add_parser(name, help=what)
    made.add_argument("slug", metavar="CIRCLE", help="the last part of its address")
    return made
