"""Is each TURN server there, does it take our passwords, and does it keep people out of here?

Makes a real allocation, as a browser does, and gives it back. Declines to send anybody anything.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time

from aioice import stun, turn

from realtime.audio.turn import Turn
from server.doctor.finding import Finding, bad, look, ok
from server.settings import Settings

PATIENCE = 8.0
URL = re.compile(r"(turns?):(\[.+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?")
UNAUTHORISED = 401
PORT, TLS_PORT = 3478, 5349
FIRST_CHANNEL = 0x4000
"""RFC 8656, 12."""
INSIDE = ("10.0.0.1", 9)
"""A place that no relay should lead to: the network behind it."""


async def relays(settings: Settings) -> list[Finding]:
    """Each of them; that there is none is worth a word as well."""
    if not settings.turn_urls:
        return [look("turn", "none")]
    if not settings.turn_secret:
        return [bad("turn", "secret")]
    return [await relay(settings, url) for url in settings.turn_urls]


async def relay(settings: Settings, url: str) -> Finding:
    """One, with a password of its own as every person gets one."""
    match = URL.fullmatch(url)
    if match is None:
        return bad("turn", "url", url=url)
    try:
        async with asyncio.timeout(PATIENCE):
            return await tried(settings, url, match)
    except stun.TransactionFailed as error:
        code = error.response.attributes.get("ERROR-CODE", (0, ""))[0]
        return bad("turn", "refused" if code == UNAUTHORISED else "failed", url=url, code=code)
    except ssl.SSLCertVerificationError:
        return bad("turn", "certificate", url=url)
    except (OSError, TimeoutError, stun.TransactionError):
        return bad("turn", "silent", url=url)


async def tried(settings: Settings, url: str, match: re.Match[str]) -> Finding:
    """It lets us in; and it should lead nobody into the network behind it."""
    kind, host, port, transport = match.groups()
    secure = kind == "turns"
    server = (host.strip("[]"), int(port or (TLS_PORT if secure else PORT)))
    (given,) = Turn((url,), settings.turn_secret or "", 60).ice_servers(time.time())
    said = (server, given.username, given.credential, 60, 60)
    way: turn.TurnClientTcpProtocol | turn.TurnClientUdpProtocol
    opened: asyncio.BaseTransport
    loop = asyncio.get_running_loop()
    if secure or transport == "tcp":
        context = ssl.create_default_context() if secure else None
        opened, way = await loop.create_connection(
            lambda: turn.TurnClientTcpProtocol(*said), *server, ssl=context
        )
    else:
        opened, way = await loop.create_datagram_endpoint(
            lambda: turn.TurnClientUdpProtocol(*said), remote_addr=server
        )
    try:
        await way.connect()
        open_ = await leads_to(way, INSIDE)
        await way.delete()
    finally:
        opened.close()
    return bad("turn", "open", url=url) if open_ else ok("turn", url=url)


async def leads_to(way: turn.TurnClientMixin, place: tuple[str, int]) -> bool:
    """Whether it would carry anything there."""
    try:
        await way.channel_bind(FIRST_CHANNEL, place)
    except stun.TransactionFailed:
        return False
    return True
