"""A wall for a hall: who of the circle is online, who has the stick and who is next. No word of it.

    python -m examples.screen --link 'https://lingkar.example/u#…'

Open the address that it prints in a browser on the big screen, and press F11. It sits in the
circle as an observer under its own name, so that everybody online sees that a hall is watching;
and it steps out at once, so that the server sends it no words at all. `--question` also shows
what the circle is asked: only where the circle said yes to that.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import uvicorn
from quart import Quart, Response, request

from realtime.client import RoomClient, remembered, stay
from realtime.domain.commands import StepOut
from realtime.domain.meeting import Presence, Role
from realtime.views import MeetingView

PAGE = Path(__file__).with_name("screen.html")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
HERE = ("localhost", "127.0.0.1")
Language = Literal["id", "en"]


@dataclass
class Wall:
    """What is shown: the last state that came, or that nothing comes."""

    language: Language
    question: bool = False
    meeting: MeetingView | None = None
    me: str = ""
    live: bool = False

    async def play(self, room: RoomClient) -> None:
        """On one connection, until it is lost."""
        try:
            async for _ in room.changes():
                if room.you is not None and room.you.presence is Presence.HERE:
                    await room.send(StepOut())
                self.meeting, self.me = room.meeting, room.me
                self.live = room.meeting is not None and not room.trouble
        finally:
            self.live = False
            if room.gone is not None:
                # A meeting that is over leaves no names on the wall.
                self.meeting = None

    def now(self) -> dict[str, Any]:
        """For the page: names, seats and the stick."""
        if self.meeting is None:
            return {"live": self.live, "language": self.language, "seats": []}
        meeting = self.meeting
        prompt = (meeting.prompt.id, meeting.prompt.en)
        chosen = prompt[self.language == "en"] or prompt[0] or prompt[1]
        return {
            "live": self.live,
            "language": self.language,
            "title": meeting.title,
            "phase": meeting.phase,
            "paused": meeting.paused,
            "question": chosen if self.question else "",
            "stick": {"kind": meeting.stick.kind, "who": meeting.stick.member_id},
            "next": meeting.next,
            "seats": [
                {
                    "id": seat.member_id,
                    "name": seat.name,
                    "here": seat.presence is Presence.HERE,
                    "leads": seat.role is Role.FACILITATOR,
                    "listens": seat.role is Role.OBSERVER,
                }
                for seat in meeting.seats
                if seat.member_id != self.me
            ],
        }


def pages(wall: Wall) -> Quart:
    """For a browser on this machine alone."""
    app = Quart(__name__, static_folder=None)

    async def stranger() -> Response | None:
        # A page elsewhere that points a name of its own at this machine learns nothing.
        return None if request.host.partition(":")[0] in HERE else Response("", 403)

    async def file(name: str = "screen.html") -> Response:
        path = PAGE.with_name(name)
        if name.partition(".")[0] != "screen" or path.suffix not in KINDS or not path.is_file():
            return Response("", 404, HEADERS)
        kind = f"{KINDS[path.suffix]}; charset=utf-8"
        return Response(path.read_text("utf-8"), headers=HEADERS, content_type=kind)

    async def now() -> tuple[dict[str, Any], dict[str, str]]:
        return wall.now(), HEADERS

    app.before_request(stranger)
    app.add_url_rule("/", "wall", file)
    app.add_url_rule("/<name>", "file", file)
    app.add_url_rule("/now", "now", now)
    return app


async def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--link", required=True, help="an invitation; used at the first start alone")
    words.add_argument("--name", default="Layar balai")
    words.add_argument("--file", type=Path, default=Path("screen.json"), help="its sign-in")
    words.add_argument("--port", type=int, default=8090)
    words.add_argument("--lang", choices=["id", "en"], default="id")
    words.add_argument("--question", action="store_true", help="where the circle said yes to it")
    said = words.parse_args()
    visit = await remembered(said.file, said.link, said.name)
    wall = Wall(said.lang, said.question)
    config = uvicorn.Config(pages(wall), host="127.0.0.1", port=said.port, log_level="warning")
    print(f"http://127.0.0.1:{said.port}/", flush=True)
    staying = asyncio.create_task(stay(replace(visit, observer=True, kept=0), wall.play))
    await asyncio.wait(
        [staying, asyncio.create_task(uvicorn.Server(config).serve())],
        return_when=asyncio.FIRST_COMPLETED,
    )


if __name__ == "__main__":
    asyncio.run(main())
