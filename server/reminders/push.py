"""Knocks at a browser by its push service: an empty message, so that no service learns a word.

Goes to known services alone, to no private address, and follows no redirect.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import httpx

from realtime.notes import Note, note
from server.reminders.vapid import Vapid

SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".notify.windows.com",
    "web.push.apple.com",
)
"""A dot at the start: any host below it."""
LONGEST = 500
SECONDS = 10
TTL = 900
"""Seconds that a service keeps it for a phone that is off: until the meeting begins."""
Outcome = Literal["sent", "gone", "failed"]


@dataclass(frozen=True)
class Reach:
    """Which endpoints may be knocked at. Tests have services of their own on this machine."""

    services: tuple[str, ...] = SERVICES
    scheme: str = "https"
    private: bool = False

    def allows(self, endpoint: str) -> bool:
        """Whether a known service speaks there."""
        if len(endpoint) > LONGEST or not endpoint.isascii() or not endpoint.isprintable():
            return False
        try:
            parts = urlsplit(endpoint)
            port = parts.port
        except ValueError:
            return False
        host = parts.hostname or ""
        known = any(
            host == one or (one.startswith(".") and host.endswith(one)) for one in self.services
        )
        plain = parts.scheme == self.scheme and "@" not in parts.netloc and not parts.fragment
        return known and plain and " " not in endpoint and (self.private or port in (None, 443))


async def is_public(host: str) -> bool:
    """Whether a name leads to the open network alone."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(one[4][0]).is_global for one in found)


@dataclass(frozen=True)
class Push:
    """Sends for this instance."""

    vapid: Vapid
    contact: str | None
    reach: Reach = Reach()

    async def knock(self, client: httpx.AsyncClient, endpoint: str) -> Outcome:
        """Send one empty message. 'gone': that browser is not there any more."""
        if not self.reach.allows(endpoint):
            return "gone"
        parts = urlsplit(endpoint)
        if not self.reach.private and not await is_public(parts.hostname or ""):
            return "failed"
        headers = {
            "Authorization": self.vapid.authorization(
                f"{parts.scheme}://{parts.netloc}", self.contact
            ),
            "TTL": str(TTL),
            "Urgency": "high",
            "Content-Length": "0",
        }
        try:
            answer = await client.post(endpoint, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return "failed"
        if answer.status_code in (404, 410):
            return "gone"
        return "sent" if answer.is_success else "failed"

    async def knock_all(self, endpoints: list[str]) -> dict[str, Outcome]:
        """All of them, a few at a time."""
        few = asyncio.Semaphore(8)
        # No proxy and no credentials of this machine's surroundings.
        async with httpx.AsyncClient(
            timeout=SECONDS, follow_redirects=False, trust_env=False
        ) as client:

            async def one(endpoint: str) -> Outcome:
                async with few:
                    return await self.knock(client, endpoint)

            outcomes = await asyncio.gather(*(one(endpoint) for endpoint in endpoints))
        found = dict(zip(endpoints, outcomes, strict=True))
        counted = {kind: outcomes.count(kind) for kind in ("sent", "gone", "failed")}
        note(Note.REMINDERS_SENT, logging.INFO, **counted)
        return found
