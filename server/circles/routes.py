"""Who may know of a circle. Finding one is in `finding_routes`, making one in `editing`."""

from __future__ import annotations

import datetime as dt

from quart import abort, g

from server.circles.bans import is_barred
from server.circles.notes import noted
from server.circles.queries import (
    MyCircle,
    find_circle,
    find_my_place,
)
from server.circles.tables import Circle
from server.web import db, services, who
from server.words import as_lang


def now() -> dt.datetime:
    """The present."""
    return dt.datetime.now(dt.UTC)


async def visible(slug: str) -> tuple[Circle, MyCircle | None]:
    """The circle, if this browser may know that it exists; else the page that says it does not.

    Beside it the person's place in it, which may be that of somebody who waits for a yes.
    """
    mine = await find_my_place(db(), await who(), slug)
    circle = mine.circle if mine else await find_circle(db(), slug)
    if circle is None or not (mine or circle.visibility != "private" or invited_to(circle)):
        abort(404)
    speak(circle)
    return circle, mine


async def barred(circle: Circle) -> bool:
    """Whether a ban stayed that they have here, when everything else of them went."""
    person = await who()
    return person is not None and await is_barred(db(), services().keys, circle.id, person.id)


def invited_to(circle: Circle) -> bool:
    """Whether this browser exchanged an invitation to this circle."""
    note = noted()
    return note is not None and note.circle_id == circle.id


def speak(circle: Circle) -> None:
    """The circle's own language, for whoever chose none."""
    own = as_lang(circle.language)
    if not g.chosen and own:
        g.lang = own
