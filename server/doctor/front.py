"""What people come to: the name, the certificate, the ports. Asks from this machine alone."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

import httpx
from cryptography import x509

from server import sounding
from server.doctor.finding import Finding, bad, look, ok
from server.health import LIVES
from server.settings import Settings

PATIENCE = 5.0
SOON = dt.timedelta(days=14)
NOT_VALID_YET, EXPIRED, WRONG_NAME = 9, 10, 62
"""What OpenSSL says of a certificate: X509_V_ERR_CERT_NOT_YET_VALID and so on."""


async def name(settings: Settings) -> list[Finding]:
    """Does the name lead somewhere?"""
    host = urlsplit(settings.public_url).hostname or ""
    if settings.public is None:
        return [look("dns", "none")]
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return [look("dns", "number", host=host)]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return [bad("dns", "nowhere", host=host)]
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    return [ok("dns", host=host, addresses=", ".join(addresses))]


async def certificate(settings: Settings) -> list[Finding]:
    """Is it for this name, by somebody whom browsers believe, and for how long still?"""
    parts = urlsplit(settings.public_url)
    host, port = parts.hostname or "", parts.port or 443
    if not settings.secure:
        # Browsers give no microphone to a page without TLS, except on the machine itself.
        return [look("tls", "near")] if settings.near else [bad("tls", "none", host=host)]
    try:
        shown = await shown_at(host, port)
    except (OSError, TimeoutError):
        return [bad("tls", "silent", host=host, port=port)]
    until = shown.not_valid_after_utc
    said: dict[str, object] = {"host": host, "date": until.date().isoformat()}
    try:
        await shown_at(host, port, believing=True)
    except ssl.SSLCertVerificationError as error:
        known = {EXPIRED: "expired", NOT_VALID_YET: "early", WRONG_NAME: "name"}
        return [bad("tls", known.get(error.verify_code, "unknown"), **said)]
    except (OSError, TimeoutError):
        return [bad("tls", "silent", host=host, port=port)]
    return [(look if until - dt.datetime.now(dt.UTC) < SOON else ok)("tls", how(until), **said)]


def how(until: dt.datetime) -> str:
    return "soon" if until - dt.datetime.now(dt.UTC) < SOON else "ok"


async def shown_at(host: str, port: int, *, believing: bool = False) -> x509.Certificate:
    """What is shown there. `believing`: raises where a browser would warn."""
    context = ssl.create_default_context()
    if not believing:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(PATIENCE):
        _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(shown)


async def port(settings: Settings) -> list[Finding]:
    """Is the port free for us, or is it we who have it? And is that what the name leads to?"""
    own = f"http://{'127.0.0.1' if settings.host in sounding.EVERYWHERE else settings.host}"
    here = await is_lingkar(f"{own}:{settings.port}")
    if not here and is_taken(settings.host, settings.port):
        return [bad("port", "taken", port=settings.port)]
    if not here:
        return [look("port", "free", port=settings.port)]
    if settings.public is None:
        return [ok("port", port=settings.port)]
    if not await is_lingkar(settings.public_url):
        return [bad("port", "not_through", url=settings.public_url, port=settings.port)]
    return [ok("port", "through", url=settings.public_url)]


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_server((host, port), family=family_of(host)).close()
    except OSError:
        return True
    return False


def family_of(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


async def is_lingkar(base: str) -> bool:
    """Whether a Lingkar answers there, whatever its certificate: that is another question."""
    async with httpx.AsyncClient(verify=False, timeout=PATIENCE, trust_env=False) as client:  # noqa: S501
        try:
            answer = await client.get(base + LIVES)
            return bool(answer.json() == {"alive": True})
        except (httpx.HTTPError, ValueError):
            return False


async def sound(settings: Settings) -> list[Finding]:
    """Can the port for sound be had or is it in use, and can people come to where they are told?"""
    host = settings.sound_host or settings.host
    try:
        wanted, told = sounding.hosts(host), sounding.announced(settings, host)
    except ValueError:
        return [bad("sound", "nowhere")]
    number = settings.sound_port or sounding.DEFAULT_PORT
    taken = sounding.not_to_be_had(number, wanted) is not None
    found = ok("sound", "used" if taken else "free", port=number)
    private = [
        address
        for address, _ in told
        if settings.public and not ipaddress.ip_address(address).is_global
    ]
    if private:
        return [found, look("sound", "private", addresses=", ".join(private))]
    return [found]
