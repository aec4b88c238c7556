"""Turning reminders on from a browser that can show them. Off is a form of the calendar's page."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, current_app, jsonify, request

from server.circles.calendar_routes import belonging
from server.circles.routes import now
from server.reminders.push import Reach
from server.reminders.queries import start
from server.web import db, takes_json

reminders = Blueprint("reminders", __name__)


def reach() -> Reach:
    """Which push services this application knows."""
    found: Reach = current_app.extensions.get("lingkar.reach", Reach())
    return found


@reminders.post("/c/<slug>/pengingat")
@takes_json
async def remind(slug: str) -> Response:
    """Remember this browser's endpoint. JSON, since only a script can have one."""
    person, mine = await belonging(slug)
    sent: Any = await request.get_json(silent=True)
    endpoint = sent.get("endpoint") if isinstance(sent, dict) else None
    if not isinstance(endpoint, str) or not reach().allows(endpoint):
        answer: Response = jsonify(reason="service")
        answer.status_code = 422
        return answer
    await start(db(), person.id, mine.membership, endpoint, now().date())
    await db().commit()
    good: Response = jsonify(ok=True)
    return good
