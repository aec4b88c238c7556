"""What each event of a client is answered with. Declines to answer anything (`events` does)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from realtime.domain.meeting import MemberId
from realtime.domain.refusal import Reason


@dataclass(frozen=True)
class Accepted:
    """The answer to an event that was carried out, or that changed nothing."""

    version: int
    ok: Literal[True] = True


@dataclass(frozen=True)
class Placed:
    """The answer to words that were passed on: their place in the one order."""

    version: int
    id: str
    seq: int
    ok: Literal[True] = True


@dataclass(frozen=True)
class IceServer:
    """A way around walls that let no UDP pass; the credential lasts for some hours."""

    urls: tuple[str, ...]
    username: str
    credential: str


@dataclass(frozen=True)
class SoundOffered:
    """The answer to `sound_join`: the server's offer, made once."""

    version: int
    ticket: str
    offer: str
    ice_servers: tuple[IceServer, ...]
    ok: Literal[True] = True


@dataclass(frozen=True)
class Declined:
    """The answer to an event that was refused."""

    reason: Reason
    by: MemberId | None = None
    """With `conflict`: the facilitator who was faster."""
    ok: Literal[False] = False


Ack = Accepted | Placed | SoundOffered | Declined
