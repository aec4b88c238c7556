"""The way into a circle where every seat may be taken: a seat, or a kind no and others in reach."""

from __future__ import annotations

from quart import Response

from server.circles.reach import in_reach
from server.circles.routes import invited_to, now
from server.circles.seats import free_seats, make_room
from server.circles.tables import Circle, Invitation
from server.web import db, page, who


async def has_seat(circle: Circle, invitation: Invitation | None) -> bool:
    """Whoever is asked to hold the circle needs no seat to be free."""
    if invitation is not None and invitation.role == "facilitator":
        return True
    return bool(await free_seats(db(), circle))


async def show_full(circle: Circle) -> Response:
    """Every seat is taken: a kind no, and other circles in reach. An invitation stays unused."""
    others = await in_reach(db(), circle, await who(), now())
    return await page("full.html", 409, circle=circle, others=others, invited=invited_to(circle))


async def seat_for(circle: Circle, invitation: Invitation | None) -> None:
    """A seat for them from now on. Raises `Full`."""
    if invitation is None or invitation.role != "facilitator":
        await make_room(db(), circle)
