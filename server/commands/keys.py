"""`lingkar keys`: how many keys vouch for what is signed here, and one more. Shows none of them."""

from __future__ import annotations

import argparse
import datetime as dt
import time

from server import ring
from server.commands.desk import CannotDo, Desk
from server.resealing import reseal
from server.security import Keys
from server.words import long_date


async def tell(desk: Desk, _arguments: argparse.Namespace) -> None:
    """The newest first."""
    Keys.kept_in(desk.settings.data_dir)
    kept = ring.read(desk.settings.data_dir / ring.FILE)
    for one in reversed(kept.later):
        day = dt.datetime.fromtimestamp(one.since, dt.UTC).date()
        desk.say("keys.row", since=long_date(desk.lang, day))
    desk.say("keys.first" if kept.first_holds else "keys.first.gone")


async def rotate(desk: Desk, arguments: argparse.Namespace) -> None:
    """A new key for all that comes; what waits sealed is sealed again, and nobody is signed out.

    With `--retire` the older ones vouch for nothing from now on.
    """
    directory, now = desk.settings.data_dir, int(time.time())
    keys = Keys.kept_in(directory)
    try:
        ring.add(directory, now)
        resealed = await reseal(desk.db, keys)
        await desk.db.commit()
        kept = ring.let_go(directory, now, at_once=arguments.retire)
    except FileExistsError:
        raise CannotDo("keys.busy", file=ring.FILE) from None
    older = len(kept.keys(b"")) - 1
    desk.say("keys.made", n=older)
    if resealed:
        desk.say("keys.resealed", n=resealed)
    desk.say("keys.retired" if arguments.retire else "keys.stay")
