"""One circle as its sound process serves it: the gate follows the meeting, or is shut.

Whoever has no business at the port any more is let go, and told why. Declines to talk to
Redis; `process` says what was heard there and when it is unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from realtime.audio.floor import audible, hearing
from realtime.audio.relay import Joined, RelayCircle
from realtime.domain.meeting import CircleId, Meeting, MemberId, Phase, Presence
from realtime.domain.reading import stamp

Why = Literal["moved", "lost", "ended", "stepped_out", "removed"]
Tell = Callable[[CircleId, str, dict[str, object]], None]
"""Says an event to the circle: `heard`, or `sound_gone` with the member and tab it is for."""


@dataclass(frozen=True)
class Tab:
    """Where somebody has sound."""

    member_id: MemberId
    name: str


class NotHere(Exception):
    """Somebody who does not hear this circle now, so has no use for a transport."""


class ServedCircle:
    """Opens its gate only while the bus is heard, the lease is held and the meeting is known."""

    def __init__(
        self, circle_id: CircleId, made: Callable[[CircleId], RelayCircle], tell: Tell
    ) -> None:
        self.circle_id, self._made, self._tell = circle_id, made, tell
        self.relay = self._made_afresh()
        self.tabs: dict[str, Tab] = {}
        """By ticket."""
        self.meeting: Meeting | None = None
        self.leased_until = 0.0
        self.empty_since: float | None = None
        self._deaf = self._known = False
        self._joining = False
        self._loop = asyncio.get_running_loop()

    def _made_afresh(self) -> RelayCircle:
        relay = self._made(self.circle_id)
        relay.on_slots = lambda _slots: self.tell_slots()
        relay.on_gone = self._gone
        return relay

    # --- The gate ---

    def leased(self, until: float) -> None:
        """The lease lasts until then, on the loop's clock."""
        before, self.leased_until = self.sure, until
        if not before:
            self._apply()

    def hear(self, meeting: Meeting) -> None:
        """The meeting as it is now; an older one changes nothing."""
        if self.meeting is not None and stamp(meeting) < stamp(self.meeting):
            if meeting.opened == self.meeting.opened:
                return
            # Redis lost everything, and the circle began anew: nothing from before counts.
            self.let_all_go("lost")
            self.relay.close()
            self.relay = self._made_afresh()
        self.meeting, self._known = meeting, not self._deaf
        self._apply()

    def out_of_touch(self) -> None:
        """What the meeting says now is unknown: nobody is heard, nobody loses anything."""
        self._deaf, self._known = True, False
        self._apply()

    def in_touch(self) -> None:
        """Changes are heard again. What holds now is still to be heard."""
        self._deaf = False

    def look(self) -> None:
        """Shut the gate when the lease has run out, or nobody knows what holds now."""
        if not self.sure:
            self.relay.shut()

    @property
    def sure(self) -> bool:
        """It is known what the meeting says, and that nobody else serves it."""
        return self._known and self._loop.time() < self.leased_until

    def _apply(self) -> None:
        meeting = self.meeting
        if meeting is None or not self.sure:
            self.relay.shut()
            return
        self.relay.obey(stamp(meeting), audible(meeting), hearing(meeting))
        for ticket, tab in list(self.tabs.items()):
            out, why = reason(meeting, tab.member_id)
            if out:
                self.let_go(ticket, why)

    # --- Coming and going ---

    def join(self, tab: Tab, *, listen_only: bool) -> Joined:
        """A transport for this tab. Raises `NotHere`, and `Crowded`."""
        if self.meeting is None or tab.member_id not in hearing(self.meeting):
            raise NotHere
        self._joining = True
        try:
            joined = self.relay.join(tab.member_id, tab.name, listen_only=listen_only)
        finally:
            self._joining = False
        self.tabs[joined.ticket] = tab
        self.empty_since = None
        # Whoever comes learns who is heard.
        self.tell_slots()
        return joined

    def let_go(self, ticket: str, why: Why | None = None) -> None:
        """End one tab's sound at once; with a reason the tab is told."""
        tab = self.tabs.pop(ticket, None)
        if tab is None:
            return
        self.relay.leave(ticket)
        self._note_empty()
        if why is not None:
            self._say_gone(ticket, tab, why)

    def followed(self) -> None:
        """Another process serves it: who is heard is no longer ours to tell."""
        self.relay.on_slots = None

    def let_all_go(self, why: Why) -> None:
        for ticket in list(self.tabs):
            self.let_go(ticket, why)

    def part(self, tab: Tab) -> None:
        """End whatever sound that tab has."""
        for ticket, other in list(self.tabs.items()):
            if other == tab:
                self.let_go(ticket)

    def _gone(self, ticket: str, _member_id: MemberId, _tab: str) -> None:
        """The relay let somebody go: silent for too long, or replaced by a newer tab."""
        tab = self.tabs.pop(ticket, None)
        self._note_empty()
        if tab is not None:
            self._say_gone(ticket, tab, "moved" if self._joining else "lost")

    def _note_empty(self) -> None:
        if not self.tabs:
            self.empty_since = self._loop.time()

    def _say_gone(self, ticket: str, tab: Tab, why: Why) -> None:
        told = {"ticket": ticket, "member_id": tab.member_id, "tab": tab.name, "why": why}
        self._tell(self.circle_id, "sound_gone", {**told})

    def tell_slots(self) -> None:
        self._tell(self.circle_id, "heard", {"slots": self.relay.slots})


def reason(meeting: Meeting, member_id: MemberId) -> tuple[bool, Why | None]:
    """Whether somebody's sound is over for good, and why.

    A lost connection is none: the gate is shut for them, and a phone that changed networks
    comes back to what it had.
    """
    if member_id in meeting.removed:
        return True, "removed"
    if meeting.phase is Phase.ENDED:
        return True, "ended"
    seat = meeting.seat(member_id)
    if seat is None or seat.presence is Presence.LEFT:
        return True, None
    if seat.presence is Presence.STEPPED_OUT:
        return True, "stepped_out"
    return False, None
