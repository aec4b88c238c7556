"""A way through walls: coturn's passwords that last for some hours, made from a shared secret.

The name in one is a time and a random word, never anybody's. Declines to talk to the server.
See coturn's `use-auth-secret`, and draft-uberti-behave-turn-rest-00.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from realtime.answers import IceServer
from realtime.domain.meeting import Instant


@dataclass(frozen=True)
class Turn:
    """The servers, and what we share with them."""

    urls: tuple[str, ...]
    secret: str = field(repr=False)
    seconds: int = 6 * 60 * 60
    """How long a password lets somebody in: a meeting, and then some."""

    def ice_servers(self, now: Instant) -> Sequence[IceServer]:
        """A password for one person, one tab, one time."""
        if not self.urls or not self.secret:
            return ()
        username = f"{int(now) + self.seconds}:{secrets.token_urlsafe(9)}"
        return (IceServer(self.urls, username, credential(self.secret, username)),)


def credential(secret: str, username: str) -> str:
    """The password that coturn expects under that name."""
    mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()
