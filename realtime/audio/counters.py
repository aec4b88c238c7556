"""What the relay counts of its own work: plain numbers, never whose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Counted since the relay opened."""

    received: int = 0
    """Media packets that were whole and somebody's."""
    forwarded: int = 0
    dropped_gate: int = 0
    """Somebody who may not be heard now."""
    dropped_slots: int = 0
    """Silence, a fourth voice, or a packet that is too late for its slot."""
    dropped_junk: int = 0
    """No sense in it, a stranger's, forged, or heard before."""
    dropped_rate: int = 0
    """More than anybody's voice needs."""
    dropped_full: int = 0
    """The network took no more just then."""
    stun: int = 0
    joins: int = 0
    handshakes: int = 0
    handshakes_failed: int = 0
    moves: int = 0
    """Somebody went on from another address."""
    expired: int = 0
    surprises: int = 0
    """Handling a packet failed in a way nobody thought of: a bug of ours."""
