"""What each event of a client does: one dispatcher, one handler an event, every one answered.

Order of the checks: known, rate, schema, table (`table.py`), the state of the room.
Declines to look into what people say.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import orjson

from realtime import limits, table, trace
from realtime.answers import Accepted, Ack, Declined, Placed
from realtime.audiences import Circle, Socket
from realtime.counts import COUNTS
from realtime.domain.chat import may_nod, may_phrase, may_retract, may_say, may_whisper
from realtime.domain.meeting import Meeting, MemberId
from realtime.domain.refusal import Reason, Refused
from realtime.gateway import Gateway, log_fault
from realtime.payloads import (
    CLIENT_EVENTS,
    CommandSent,
    Nod,
    Observe,
    Retract,
    SayPhrase,
    SayWords,
    Sync,
    Whisper,
    parse,
    trimmed,
)
from realtime.ports import OutOfReach

NOD_SECONDS = 0.05
"""Nods of so long a moment go out as one."""

Handler = Callable[[Circle, Socket, Any], Awaitable[Ack]]


class Events:
    """Answers what the sockets of a gateway send."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.handlers: dict[str, Handler] = {
            "command": self._command,
            "say": self._say,
            "phrase": self._phrase,
            "whisper": self._whisper,
            "retract": self._retract,
            "nod": self._nod,
            "sync": self._sync,
            "observe": self._observe,
            # Where there is sound, the sound's desk answers in the place of these.
            "sound_join": self._no_sound,
            "sound_answer": self._no_sound,
            "sound_leave": self._no_sound,
        }
        gateway.server.answers(self._any)

    async def _any(self, sid: str, event: object, *arguments: object) -> Ack:
        """Answer one event; nothing that goes wrong leaves its content anywhere."""
        began = time.perf_counter()
        trace.begin()
        known = event if isinstance(event, str) and event in CLIENT_EVENTS else "unknown"
        found = self._gateway.find(sid)
        try:
            if found is None:
                raise Refused(Reason.NOT_SEATED)
            found[1].idle.clear()
            answer: Ack = await self._answer(known, *found, arguments)
        except Refused as refusal:
            by = None if refusal.by is None else MemberId(refusal.by)
            answer = Declined(refusal.reason, by)
        except OutOfReach:
            answer = Declined(Reason.OUT_OF_REACH)
        except Exception as bug:
            log_fault(known, bug)
            answer = Declined(Reason.FAULT)
        finally:
            if found is not None:
                found[1].idle.set()
            COUNTS.events[known].note(time.perf_counter() - began)
        if isinstance(answer, Declined):
            COUNTS.refusals[answer.reason] += 1
        return answer

    async def _answer(
        self, event: str, circle: Circle, socket: Socket, arguments: tuple[object, ...]
    ) -> Ack:
        data = arguments[0] if len(arguments) == 1 else None
        if not socket.budget.may(event, self._gateway.clock.now(), command_type(data)):
            if socket.budget.floods:
                server = self._gateway.server
                server.soon(server.cut(server.eio_of(socket.sid)))
            raise Refused(Reason.UNKNOWN_EVENT if event == "unknown" else Reason.TOO_FAST)
        payload: Any = parse(CLIENT_EVENTS[event], data)
        if circle.out_of_reach:
            raise Refused(Reason.OUT_OF_REACH)
        table.check(event, self._known(circle), socket.guest.member_id)
        return await self.handlers[event](circle, socket, payload)

    def _known(self, circle: Circle) -> Meeting:
        meeting = self._gateway.room.known.get(circle.circle_id)
        if meeting is None:
            raise Refused(Reason.ENDED)
        return meeting

    async def _command(self, circle: Circle, socket: Socket, sent: CommandSent) -> Ack:
        try:
            meeting = await self._gateway.room.carry_out(
                # The actor comes from the handshake, never from the payload.
                circle.circle_id,
                socket.guest.member_id,
                sent.command,
                sent.command_id,
                sent.seen,
                socket.tab,
            )
        except Refused as refusal:
            if refusal.reason is Reason.CONFLICT:
                self._afresh(circle, socket)
            raise
        return Accepted(meeting.shown)

    async def _say(self, circle: Circle, socket: Socket, sent: SayWords) -> Ack:
        text = trimmed(sent.text)
        may_say(self._known(circle), socket.guest.member_id, socket.tab)
        return await self._pass_on(circle, socket, sent.id, "say", text)

    async def _phrase(self, circle: Circle, socket: Socket, sent: SayPhrase) -> Ack:
        may_phrase(self._known(circle), socket.guest.member_id)
        return await self._pass_on(circle, socket, sent.id, "phrase", sent.key)

    async def _pass_on(
        self, circle: Circle, socket: Socket, message: str, kind: str, text: str
    ) -> Ack:
        """Give words to the bus, once for each id, and forget them."""
        me, meeting = socket.guest.member_id, self._known(circle)
        author, seq = circle.authors.get(message, (me, 0))
        if author != me:
            # An id of somebody else's words: it could take them off the screens.
            raise Refused(Reason.MALFORMED)
        if not seq:
            seat = meeting.seat(me)
            said = {
                "id": message,
                "member_id": me,
                "name": seat.name if seat else socket.guest.name,
                "kind": kind,
                "text": text,
            }
            seq = await self._gateway.fanout.publish(circle.circle_id, "said", orjson.dumps(said))
            circle.note_author(message, me, seq)
        return Placed(meeting.shown, message, seq)

    async def _whisper(self, circle: Circle, socket: Socket, sent: Whisper) -> Ack:
        """Pass a private line on, once for each id: to those it is for, and past everybody else."""
        me, meeting = socket.guest.member_id, self._known(circle)
        text = trimmed(sent.text)
        line, of = may_whisper(meeting, me, sent.to)
        author = circle.whispered.get(sent.id)
        if author is not None and author != me:
            raise Refused(Reason.MALFORMED)
        if author is None:
            seat = meeting.seat(me)
            whispered = {
                "id": sent.id,
                "line": line,
                "of": of,
                "member_id": me,
                "name": seat.name if seat else socket.guest.name,
                "text": text,
            }
            await self._gateway.fanout.publish(
                circle.circle_id, "whispered", orjson.dumps(whispered)
            )
            circle.note_whisper(sent.id, me)
        return Accepted(meeting.shown)

    async def _retract(self, circle: Circle, socket: Socket, sent: Retract) -> Ack:
        me, meeting = socket.guest.member_id, self._known(circle)
        author, _ = circle.authors.get(sent.id, (None, 0))
        may_retract(meeting, me, own=author == me)
        await self._gateway.fanout.publish(
            circle.circle_id, "retracted", orjson.dumps({"id": sent.id})
        )
        return Accepted(meeting.shown)

    async def _nod(self, circle: Circle, socket: Socket, _sent: Nod) -> Ack:
        meeting = self._known(circle)
        may_nod(meeting, socket.guest.member_id)
        first = not circle.nodding
        circle.nodding.add(socket.guest.member_id)
        if first:
            self._gateway.server.soon(self._send_nods(circle))
        return Accepted(meeting.shown)

    async def _send_nods(self, circle: Circle) -> None:
        await asyncio.sleep(NOD_SECONDS)
        members, circle.nodding = sorted(circle.nodding), set()
        # A nod that does not arrive is no loss that anybody need be told of.
        with suppress(OutOfReach):
            await self._gateway.fanout.publish(
                circle.circle_id, "nodded", orjson.dumps({"members": members})
            )

    async def _sync(self, circle: Circle, socket: Socket, _sent: Sync) -> Ack:
        self._afresh(circle, socket)
        return Accepted(self._known(circle).shown)

    def _afresh(self, circle: Circle, socket: Socket) -> None:
        socket.forget()
        self._gateway.show(circle, self._known(circle), [socket])

    async def _observe(self, circle: Circle, socket: Socket, sent: Observe) -> Ack:
        socket.observer = sent.observer
        meeting = await self._gateway.room.arrived(socket.guest, sent.observer)
        return Accepted(meeting.shown)

    async def _no_sound(self, circle: Circle, socket: Socket, _sent: object) -> Ack:
        raise Refused(Reason.SOUND_AWAY)


def command_type(data: object) -> str | None:
    """The type of a command, where it is one that has a budget of its own."""
    command = data.get("command") if isinstance(data, dict) else None
    kind = command.get("type") if isinstance(command, dict) else None
    return kind if isinstance(kind, str) and kind in limits.COMMANDS else None
