"""The web side of sound: passes a person's questions on to the process that serves their circle.

Declines to touch media or an address: offers and answers go through, and nothing keeps them.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from functools import partial

import orjson

from realtime.answers import Accepted, Ack, SoundOffered
from realtime.audiences import Circle, Socket
from realtime.audio.ask import ANSWER_SECONDS, Letter, Post, Unanswered
from realtime.audio.lease import Leases
from realtime.audio.lookout import LOOK_SECONDS, Given, Lookout, Place, place_of
from realtime.audio.turn import Turn
from realtime.domain.chat import seat_inside
from realtime.domain.meeting import CircleId, Meeting
from realtime.domain.refusal import Reason, Refused
from realtime.encoding import Frame, encode
from realtime.events import Events
from realtime.gateway import Gateway, log_fault
from realtime.payloads import SoundAnswer, SoundJoin, SoundLeave
from realtime.ports import OutOfReach
from realtime.repeating import every
from realtime.store.link import Link
from realtime.views import SoundGone

PART_SECONDS = 0.5
"""Whoever is shown the door is not kept on the line for longer than this."""
TRIES = 3


class Desk:
    """Answers the three events of sound on this web process."""

    def __init__(self, gateway: Gateway, events: Events, link: Link, turn: Turn) -> None:
        self._gateway, self._turn = gateway, turn
        self._leases = Leases(link)
        self._post = Post(link, f"web-{secrets.token_urlsafe(9)}")
        self._given: dict[Place, Given] = {}
        self._lookout = Lookout(gateway, self._leases, self._given)
        self._looking: asyncio.Task[None] | None = None
        gateway.beside = self
        events.handlers |= {
            "sound_join": self._join,
            "sound_answer": self._take_answer,
            "sound_leave": self._leave,
        }

    async def start(self) -> None:
        self._post.start()
        look, told = self._lookout.look, partial(log_fault, "sound")
        self._looking = asyncio.create_task(every(LOOK_SECONDS, look, told))

    async def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._post.stop()

    async def is_served(self) -> bool:
        """Whether any sound process lives."""
        try:
            return bool(await self._leases.living())
        except OutOfReach:
            return False

    # --- What people ask ---

    async def _join(self, circle: Circle, socket: Socket, sent: SoundJoin) -> Ack:
        meeting = self._known(circle)
        seat_inside(meeting, socket.guest.member_id)
        if not meeting.frame.sound:
            raise Refused(Reason.NO_SOUND)
        letter = letter_of(circle, socket, "join") | {"listen_only": sent.listen_only}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                process, reply = await self._ask_whoever_serves(circle.circle_id, letter)
        except (Unanswered, TimeoutError):
            raise Refused(Reason.SOUND_AWAY) from None
        if no := reply.get("no"):
            raise Refused(Reason.NOT_SEATED if no == "not_here" else Reason.SOUND_AWAY)
        self._given[place_of(circle, socket)] = Given(reply["ticket"], process)
        return SoundOffered(
            meeting.shown,
            reply["ticket"],
            reply["offer"],
            tuple(self._turn.ice_servers(self._gateway.clock.now())),
        )

    async def _ask_whoever_serves(self, circle_id: CircleId, letter: Letter) -> tuple[str, Letter]:
        """The process that serves the circle, and its answer; the least loaded takes it."""
        living = await self._leases.living()
        holder = await self._leases.holder(circle_id)
        for _ in range(TRIES):
            process = holder if holder in living else next(iter(living), None)
            if process is None:
                break
            # A holder that no longer lives is named, so that nobody else's lease is taken.
            gone = "" if process == holder else holder or ""
            reply = await self._post.ask(process, letter | {"instead_of": gone})
            if reply.get("no") != "elsewhere":
                return process, reply
            holder = reply["holder"]
            living.setdefault(reply["holder"], 0)
        raise Unanswered

    async def _take_answer(self, circle: Circle, socket: Socket, sent: SoundAnswer) -> Ack:
        letter = letter_of(circle, socket, "answer") | {"ticket": sent.ticket, "sdp": sent.sdp}
        place = place_of(circle, socket)
        process, reply = await self._ask(place, letter)
        if reply.get("no"):
            raise Refused(Reason.MALFORMED)
        # Somebody who came back by another web process has it here from now on.
        self._given[place] = Given(sent.ticket, process)
        return Accepted(self._known(circle).shown)

    async def _leave(self, circle: Circle, socket: Socket, sent: SoundLeave) -> Ack:
        given = self._given.get(place_of(circle, socket))
        letter = letter_of(circle, socket, "leave") | {"ticket": sent.ticket}
        await self._ask(place_of(circle, socket), letter)
        if given is not None and given.ticket == sent.ticket:
            self._given.pop(place_of(circle, socket), None)
        return Accepted(self._known(circle).shown)

    async def _ask(self, place: Place, letter: Letter) -> tuple[str, Letter]:
        """Ask the process that gave this tab its ticket; who it was. Raises `Refused`."""
        given = self._given.get(place)
        # Somebody who came back by another web process: the circle's holder is the one.
        process = given.process if given else await self._leases.holder(place[0])
        if process is None:
            raise Refused(Reason.SOUND_AWAY)
        try:
            return process, await self._post.ask(process, letter)
        except Unanswered:
            raise Refused(Reason.SOUND_AWAY) from None

    def _known(self, circle: Circle) -> Meeting:
        meeting = self._gateway.room.known.get(circle.circle_id)
        if meeting is None:
            raise Refused(Reason.ENDED)
        return meeting

    # --- What the gateway tells (`gateway.Beside`) ---

    def closed(self, circle: Circle, socket: Socket) -> None:
        """A tab was closed. One whose line was lost comes back to what it had."""
        # What another web process gave it is not known here.
        if place_of(circle, socket) in self._given or socket.guest.frame.sound:
            self._gateway.server.soon(self.part(circle, socket))

    async def part(self, circle: Circle, socket: Socket) -> None:
        """End this tab's sound. Returns once it has, or soon."""
        given = self._given.pop(place_of(circle, socket), None)
        # Its process hears of whoever may not stay by the bus as well.
        with suppress(Unanswered, OutOfReach, TimeoutError):
            async with asyncio.timeout(PART_SECONDS):
                process = given.process if given else await self._leases.holder(circle.circle_id)
                if process is not None:
                    await self._post.ask(process, letter_of(circle, socket, "part"))

    def gone(self, circle: Circle, payload: bytes) -> None:
        """Somebody's sound is over: told to that one tab, and to nobody else."""
        told = orjson.loads(payload)
        member_id, tab, ticket = told["member_id"], told["tab"], told["ticket"]
        place = (circle.circle_id, member_id, tab)
        if (given := self._given.get(place)) is not None and given.ticket == ticket:
            del self._given[place]
        frame = Frame("sound_gone", encode(SoundGone(ticket, told["why"])))
        self._gateway.server.send(
            [
                socket.sid
                for socket in circle.sockets.values()
                if (socket.guest.member_id, socket.tab) == (member_id, tab)
            ],
            frame,
        )


def letter_of(circle: Circle, socket: Socket, what: str) -> Letter:
    # Whose it is comes from the handshake, never from the payload.
    return {
        "what": what,
        "circle_id": circle.circle_id,
        "member_id": socket.guest.member_id,
        "tab": socket.tab,
    }
