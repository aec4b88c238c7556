"""Three slots: which voices are heard at once. Pure: reads no clock, knows no network.

Whoever speaks first has a slot until they fall silent; a fourth waits for one to come free.
"""

from __future__ import annotations

from realtime.domain.meeting import MemberId

SLOTS = 3
Owners = tuple[MemberId | None, MemberId | None, MemberId | None]
SILENCE = 2.0
"""Seconds without a voice after which a slot is free again."""


class Slots:
    """Who is heard in which slot. The loudness that clients claim decides only about silence."""

    def __init__(self) -> None:
        self._owners: list[MemberId | None] = [None] * SLOTS
        self._heard = [0.0] * SLOTS

    @property
    def owners(self) -> Owners:
        """Who is in which slot."""
        return (self._owners[0], self._owners[1], self._owners[2])

    def find(self, member_id: MemberId) -> int | None:
        """Return the slot somebody has."""
        return self._owners.index(member_id) if member_id in self._owners else None

    def claim(self, member_id: MemberId, now: float, *, voiced: bool) -> int | None:
        """Return the slot that this packet goes out in: theirs, or a free one for a voice."""
        slot = self.find(member_id)
        if slot is None:
            # Silence takes no slot: it would keep a voice from being heard.
            slot = self._owners.index(None) if voiced and None in self._owners else None
            if slot is None:
                return None
            self._owners[slot] = member_id
        if voiced:
            self._heard[slot] = now
        return slot

    def release(self, member_id: MemberId) -> int | None:
        """Free somebody's slot, and return it."""
        slot = self.find(member_id)
        if slot is not None:
            self._owners[slot] = None
        return slot

    def expired(self, now: float) -> tuple[MemberId, ...]:
        """Whoever has a slot and was silent for so long that they lose it."""
        return tuple(
            owner
            for owner, heard in zip(self._owners, self._heard, strict=True)
            if owner is not None and now - heard >= SILENCE
        )
