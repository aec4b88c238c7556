"""Keys, signed values, form tokens, the header set, and where a request may come from.

Reads no database and decides nothing about people: that is for accounts and circles.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.datastructures import Headers

from server.ring import FILE, Ring
from server.settings import Settings

LARGEST_BODY = 64 * 1024
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        # The one policy of our own scripts (`web/src/trusted.ts`): no text becomes markup or code.
        "require-trusted-types-for 'script'",
        "trusted-types lingkar",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


def headers_for(settings: Settings) -> dict[str, str]:
    """What every response carries."""
    if not settings.secure:
        return HEADERS
    return {**HEADERS, "Strict-Transport-Security": "max-age=31536000"}


def new_secret() -> str:
    """256 random bits that fit in a link."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """What is stored of a secret. It is random and long, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True)
class Keys:
    """Signs what browsers bring back, with the newest key of this instance; the others still count.

    `key`, the first one, gives names that stay: `mac`.
    """

    key: bytes
    kept: Path | None = field(default=None, repr=False, compare=False)
    """The file of those that came later; None: there are none."""
    _ring: Ring = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ring", Ring(self.key, self.kept))

    @classmethod
    def kept_in(cls, directory: Path) -> Keys:
        """The key kept in the data folder, made the first time, readable by this account alone."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = directory / "instance.key"
        try:
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(path.read_bytes(), directory / FILE)
        made = secrets.token_bytes(32)
        with os.fdopen(opened, "wb") as file:
            file.write(made)
        return cls(made, directory / FILE)

    def known(self) -> tuple[bytes, ...]:
        """Every key that vouches for something, the newest first."""
        return self._ring.keys()

    def mac(self, purpose: str, value: str) -> str:
        """A name that only this instance makes of `value`, and always the same."""
        return proof_by(self.key, purpose, value)

    def sign(self, purpose: str, value: str) -> str:
        """`value` with its proof."""
        return f"{value}.{proof_by(self.known()[0], purpose, value)}"

    def unsign(self, purpose: str, signed: str | None) -> str | None:
        """The value, or None for anything that we did not make for this purpose."""
        value, dot, proof = (signed or "").rpartition(".")
        # Every key is tried, so that the time says nothing of which one it was.
        good = [same(proof, proof_by(key, purpose, value)) for key in self.known()]
        return value if dot and any(good) else None

    def signed_anew(self, purpose: str, signed: str | None) -> str | None:
        """The same value by the newest key, where an older one vouched for it; else None."""
        value = self.unsign(purpose, signed)
        fresh = None if value is None else self.sign(purpose, value)
        return None if fresh == signed else fresh

    def sign_for(self, purpose: str, value: str, seconds: int) -> str:
        """`value` with a proof that ends."""
        return self.sign(purpose, f"{value}.{int(time.time()) + seconds}")

    def unsign_in_time(self, purpose: str, signed: str | None) -> str | None:
        """The value, or None for what is not ours or has ended."""
        value, _, until = (self.unsign(purpose, signed) or "").rpartition(".")
        return value if value and until.isdigit() and int(until) > time.time() else None

    def form_token(self, browser: str) -> str:
        """A token for one form; another one each time, since pages travel compressed."""
        return self.sign(f"form {browser}", secrets.token_urlsafe(8))

    def form_token_holds(self, browser: str | None, token: str | None) -> bool:
        """Whether the token was made for this browser."""
        return bool(browser) and self.unsign(f"form {browser}", token) is not None


def proof_by(key: bytes, purpose: str, value: str) -> str:
    """A short proof that whoever has the key made `value` for this purpose."""
    digest = hmac.digest(key, f"{purpose}\0{value}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()


def same(one: str, other: str) -> bool:
    """In a time that says nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def comes_from_us(headers: Headers, origins: tuple[str, ...]) -> bool | None:
    """Whether our own page sent this; None when the browser does not say.

    Our pages send no referrer, and then a form's Origin is 'null'. Fetch metadata tells the
    truth where the connection is trusted; elsewhere only the form's token does.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("Origin")
    if origin is None or origin == "null":
        return None
    return origin in origins
