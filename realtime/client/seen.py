"""What a person was told of a room so far, typed: the present state, and the words since they came.

Pure: fed with events, in memory alone. Declines to know the rules; those are the server's.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from realtime.client.packets import Event, NotAPacket
from realtime.domain.meeting import MemberId
from realtime.views import (
    FacilitatorView,
    Gone,
    GuideView,
    Joined,
    LobbyView,
    MeetingView,
    Nodded,
    Retracted,
    Said,
    SeatView,
    SoundGone,
    SoundHeard,
    Trouble,
    Whispered,
    YouView,
)

KEPT = 5000
"""Frames and words kept at most, so that a client that stays for days does not grow."""


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def parse(kind: Any, payload: object) -> Any:
    """A view from its JSON. What does not fit is told by place and kind, never by content."""
    try:
        return adapter(kind).validate_python(payload)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        raise NotAPacket(f"{kind.__name__}{list(fault['loc'])}: {fault['type']}") from None


class Seen:
    """Everything that `hear` was told."""

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        """Words and the like at most; 0 for a client that has no use for what people say."""
        self.joined: Joined | None = None
        self.meeting: MeetingView | None = None
        self.you: YouView | None = None
        self.facilitating: FacilitatorView | None = None
        self.guide: GuideView | None = None
        self.lobby: LobbyView | None = None
        self.said: list[Said] = []
        """What was said since we came, without what was taken back."""
        self.retracted: list[str] = []
        self.whispers: list[Whispered] = []
        self.nods: list[Nodded] = []
        self.heard: SoundHeard | None = None
        self.sound_gone: list[SoundGone] = []
        self.undone = 0
        """How often they heard that something they were told as done was lost."""
        self.gone: Gone | None = None
        self.trouble = False
        self.seq = 0
        self.missed = 0
        """How many words a gap in their order shows to be missing."""

    def hear(self, event: Event) -> None:
        """Take in one event; one that is not known is left alone."""
        payload = event.payload
        match event.name:
            case "joined":
                self._join(parse(Joined, payload))
            case "meeting":
                self._replace(parse(MeetingView, payload))
            case "you":
                self.you = parse(YouView, payload)
            case "facilitating":
                self.facilitating = parse(FacilitatorView, payload)
            case "guide":
                self.guide = parse(GuideView, payload)
            case "lobby":
                self.lobby = parse(LobbyView, payload)
            case "said":
                self._hear_words(parse(Said, payload))
            case "retracted":
                self._take_off(parse(Retracted, payload))
            case "whispered":
                self._add(self.whispers, parse(Whispered, payload))
            case "nodded":
                self._add(self.nods, parse(Nodded, payload))
            case "heard":
                self.heard = parse(SoundHeard, payload)
            case "sound_gone":
                self._add(self.sound_gone, parse(SoundGone, payload))
            case "undone":
                self.undone += 1
            case "gone":
                self.gone = parse(Gone, payload)
            case "trouble":
                self.trouble = parse(Trouble, payload).on

    def _join(self, joined: Joined) -> None:
        self.joined = joined
        self.seq = joined.seq

    def _replace(self, new: MeetingView) -> None:
        """An older state that arrives late never replaces a newer one."""
        old = self.meeting
        if old is None or (new.epoch, new.version) >= (old.epoch, old.version):
            self.meeting = new

    def _hear_words(self, words: Said) -> None:
        self._count(words.seq)
        self._add(self.said, words)

    def _take_off(self, retracted: Retracted) -> None:
        self._count(retracted.seq)
        self._add(self.retracted, retracted.id)
        self.said = [words for words in self.said if words.id != retracted.id]

    def _add(self, things: list[Any], one: object) -> None:
        things.append(one)
        del things[: max(0, len(things) - self.kept)]

    def _count(self, seq: int) -> None:
        self.missed += max(0, seq - self.seq - 1)
        self.seq = max(self.seq, seq)

    # --- Looking ---

    @property
    def holder(self) -> MemberId | None:
        """Who holds the stick, as every seat sees it."""
        if self.meeting is None or self.meeting.stick.kind != "held":
            return None
        return self.meeting.stick.member_id

    def seat(self, member_id: MemberId) -> SeatView | None:
        """Somebody's seat, as every seat sees it."""
        seats = self.meeting.seats if self.meeting else ()
        return next((seat for seat in seats if seat.member_id == member_id), None)
