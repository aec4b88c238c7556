"""What several sockets get alike of one meeting, made at most once. Declines to send it."""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.audience import facilitators, seats
from realtime.domain.meeting import Instant, Meeting, MemberId, Phase
from realtime.encoding import Frame, encode
from realtime.present import facilitator_view, lobby_view, meeting_view, you_view
from realtime.views import FacilitatorView, LobbyView, YouView


class Shared:
    """What several sockets get alike, made at most once."""

    def __init__(self, meeting: Meeting, now: Instant) -> None:
        self._of, self._now = meeting, now
        self.facilitators = facilitators(meeting)
        self.seated = seats(meeting) - frozenset(meeting.removed)
        self._meeting: Frame | None = None
        self._facilitating: tuple[FacilitatorView, Frame] | None = None
        self._you: dict[MemberId, YouView | None] = {}
        self.waiting = {knock.member_id: knock for knock in meeting.waiting}
        self._lobby: dict[bool, LobbyView] = {}

    def meeting(self) -> Frame:
        if self._meeting is None:
            self._meeting = Frame("meeting", encode(meeting_view(self._of, self._now)))
        return self._meeting

    def facilitating(self) -> tuple[FacilitatorView, Frame]:
        """The view without its time, to tell whether it changed, and the frame with it."""
        if self._facilitating is None:
            view = facilitator_view(self._of, self._now)
            frame = Frame("facilitating", encode(view))
            self._facilitating = replace(view, now=0), frame
        return self._facilitating

    def lobby(self, member_id: MemberId) -> LobbyView:
        """Whoever waits is shown the same, but for whether they are to listen first."""
        knock = self.waiting.get(member_id)
        if knock is None or self._of.phase is Phase.ENDED:
            return lobby_view(self._of, member_id)
        if knock.listens_first not in self._lobby:
            self._lobby[knock.listens_first] = lobby_view(self._of, member_id)
        return self._lobby[knock.listens_first]

    def you(self, member_id: MemberId) -> YouView | None:
        if member_id not in self._you:
            self._you[member_id] = you_view(self._of, member_id, self._now)
        return self._you[member_id]
