"""What a browser keeps of an exchanged invitation until its person has a name. It ends."""

from __future__ import annotations

from dataclasses import dataclass

from quart import Response

from server.circles.tables import Invitation
from server.web import read_cookie, services, write_cookie

NAME = "lingkar-undangan"
LIVES = 2 * 86400


@dataclass(frozen=True)
class Note:
    """An invitation, by id: its secret is gone."""

    invitation_id: str
    circle_id: str


def noted() -> Note | None:
    """The invitation that this browser exchanged."""
    value = services().keys.unsign_in_time(NAME, read_cookie(NAME))
    invitation_id, slash, circle_id = (value or "").partition("/")
    return Note(invitation_id, circle_id) if slash else None


def note_down(response: Response, invitation: Invitation) -> None:
    """Keep it in this browser."""
    value = f"{invitation.id}/{invitation.circle_id}"
    write_cookie(response, NAME, services().keys.sign_for(NAME, value, LIVES), LIVES)
