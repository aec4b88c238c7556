"""The key by which push services know this instance (VAPID, RFC 8292). Sends nothing itself."""

from __future__ import annotations

import base64
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

LIVES = 12 * 3600
"""Seconds; RFC 8292 allows a day at most."""


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass(frozen=True)
class Vapid:
    """Signs for one instance."""

    key: ec.EllipticCurvePrivateKey

    @classmethod
    def kept_in(cls, directory: Path) -> Vapid:
        """The key kept in the data folder, made the first time, readable by this account alone."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = directory / "vapid.pem"
        if not path.exists():
            make(path)
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(key)

    @property
    def public(self) -> str:
        """For browsers: the uncompressed point."""
        kind = serialization.PublicFormat.UncompressedPoint
        point = self.key.public_key().public_bytes(serialization.Encoding.X962, kind)
        return base64url(point)

    def authorization(self, origin: str, contact: str | None) -> str:
        """The header for a push service at `origin`; `contact` is an https: or mailto: address."""
        claims = {"aud": origin, "exp": int(time.time()) + LIVES}
        if contact:
            claims["sub"] = contact
        parts = ({"typ": "JWT", "alg": "ES256"}, claims)
        signed = ".".join(
            base64url(json.dumps(part, separators=(",", ":")).encode()) for part in parts
        )
        signature = self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(signature)
        token = f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
        return f"vapid t={token}, k={self.public}"


def make(path: Path) -> None:
    """A new key, whole before anybody can read it; whoever was faster keeps theirs."""
    made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(made)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
