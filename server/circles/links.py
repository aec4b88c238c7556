"""Whether the links on shelves still open. Asks public hosts alone, over TLS, and reads no page.

The address that was looked up is the one that is asked, so that a name cannot change in between.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin, urlsplit

import httpx
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.tables import ShelfItem

SECONDS = 8.0
REDIRECTS = 3
EVERY = dt.timedelta(days=7)
AT_ONCE = 20
# A page that wants a visitor, not a question, is there all the same.
THERE = frozenset({401, 403, 405, 429})
# These do not know the short question.
ASK_AGAIN = frozenset({400, 403, 404, 405, 501})

UNICAST = ipaddress.IPv6Network("2000::/3")

Resolve = Callable[[str], Awaitable[list[str]]]


class NotPublic(Exception):
    """The link leads to where nobody outside can look, or is none."""


async def look_up(host: str) -> list[str]:
    """Every address of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def host_of(url: str) -> str:
    """The host of a link that may be asked. Raises `NotPublic`."""
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and parts.username is None and parts.port in (None, 443)
    except ValueError:
        raise NotPublic from None
    if not good or not parts.hostname or "." not in parts.hostname:
        raise NotPublic
    return parts.hostname


async def public_address(host: str, resolve: Resolve) -> str:
    """One address of the host, where all of them are public. Raises `NotPublic`."""
    addresses = [ipaddress.ip_address(one) for one in await resolve(host)]
    if not addresses or not all(is_public(one) for one in addresses):
        raise NotPublic
    return str(addresses[0])


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether anybody may look there; no IPv6 address that stands for one of IPv4."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address not in UNICAST or address.sixtofour or address.teredo
    ):
        return False
    return address.is_global and not address.is_multicast


async def ask(client: httpx.AsyncClient, method: str, url: str, resolve: Resolve) -> httpx.Response:
    """One question, at the address that was looked up and found public."""
    host = host_of(url)
    address = httpx.URL(url).copy_with(host=await public_address(host, resolve))
    request = client.build_request(
        method, address, headers={"Host": host}, extensions={"sni_hostname": host}
    )
    answer = await client.send(request, stream=True)
    await answer.aclose()
    return answer


async def opens(client: httpx.AsyncClient, url: str, resolve: Resolve) -> bool:
    """Whether the link leads anywhere, after a few redirects to public hosts."""
    for _ in range(REDIRECTS + 1):
        answer = await ask(client, "HEAD", url, resolve)
        if answer.status_code in ASK_AGAIN:
            answer = await ask(client, "GET", url, resolve)
        if not answer.is_redirect:
            return answer.status_code < 400 or answer.status_code in THERE
        url = urljoin(url, answer.headers["Location"])
    return False


async def works(
    url: str, transport: httpx.AsyncBaseTransport | None = None, resolve: Resolve = look_up
) -> bool:
    """The same within a time, and no for everything that goes wrong on the way."""
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(transport=transport, trust_env=False, timeout=SECONDS) as client,
        ):
            return await opens(client, url, resolve)
    except (NotPublic, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return False


Works = Callable[[str], Awaitable[bool]]


async def check_links(db: AsyncSession, now: dt.datetime, check: Works = works) -> int:
    """Look at links that were not looked at for a week, a few at a time; returns how many."""
    today = now.date()
    due = or_(ShelfItem.checked.is_(None), ShelfItem.checked <= today - EVERY)
    found = await db.execute(
        select(ShelfItem.id, ShelfItem.url)
        .where(ShelfItem.url.is_not(None), due)
        .order_by(ShelfItem.checked, ShelfItem.id)
        .limit(AT_ONCE)
    )
    links = [(str(row[0]), str(row[1])) for row in found]
    # A connection is not held while hosts far away take their time.
    await db.commit()
    for item_id, url in links:
        good = await check(url)
        item = await db.get(ShelfItem, item_id)
        if item is not None and item.url == url:
            item.checked, item.works = today, good
        await db.commit()
    return len(links)
