"""A member that greets whoever comes in after it, with one of the warm phrases. Keeps nothing.

    python -m examples.greeter --link 'https://lingkar.example/u#…' --name 'Sapa (bot)'

It is a member under its own name, so that nobody wonders who greets; it lets every turn go by,
never speaks into somebody's turn, and remembers no word that it is told.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from realtime.client import RoomClient, remembered, stay
from realtime.domain.commands import Decline
from realtime.domain.meeting import MemberId, Presence

WELCOME = "warm.3"
"""'You are not alone.'"""


@dataclass
class Greeter:
    """Whom it has met, by the ids that the circle gives them; forgotten when it stops."""

    met: set[MemberId] | None = None

    async def play(self, room: RoomClient) -> None:
        """On one connection, until it is lost."""
        async for _ in room.changes():
            if room.you and room.you.offered:
                await room.send(Decline())
            elif self.newcomers(room) and between_turns(room):
                greeted = here(room)
                if (await room.phrase(WELCOME)).ok:
                    self.met = greeted | (self.met or set())

    def newcomers(self, room: RoomClient) -> set[MemberId]:
        """Who came since it did. People who were there before were greeted by people."""
        if room.meeting is None:
            return set()
        if self.met is None:
            self.met = here(room)
        return here(room) - self.met


def here(room: RoomClient) -> set[MemberId]:
    seats = room.meeting.seats if room.meeting else ()
    return {seat.member_id for seat in seats if seat.presence is Presence.HERE}


def between_turns(room: RoomClient) -> bool:
    return room.meeting is not None and room.meeting.stick.kind == "resting"


async def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--link", required=True, help="an invitation; used at the first start alone")
    words.add_argument("--name", default="Sapa (bot)")
    words.add_argument("--file", type=Path, default=Path("greeter.json"), help="its sign-in")
    said = words.parse_args()
    visit = await remembered(said.file, said.link, said.name)
    await stay(replace(visit, kept=0), Greeter().play)


if __name__ == "__main__":
    asyncio.run(main())
