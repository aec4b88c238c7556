"""Encrypts what waits on disk under the instance's key. Holds no key and knows no table."""

from __future__ import annotations

import secrets
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.security import Keys

NONCE = 12
# Written first, so that another way of sealing can come later.
FIRST = b"\x01"


class NotOurs(Exception):
    """Sealed by another instance, for another purpose, or changed since."""


def key_for(key: bytes, purpose: str) -> AESGCM:
    """A key of its own for each purpose, so that nothing sealed for one opens as another."""
    derived = HKDF(SHA256(), 32, salt=None, info=f"lingkar seal {purpose}".encode())
    return AESGCM(derived.derive(key))


def seal(keys: Keys, purpose: str, content: bytes) -> bytes:
    """`content`, readable by this instance alone and for this purpose alone (AES-256-GCM)."""
    nonce = secrets.token_bytes(NONCE)
    return (
        FIRST + nonce + key_for(keys.known()[0], purpose).encrypt(nonce, content, purpose.encode())
    )


def open_sealed(keys: Keys, purpose: str, sealed: bytes) -> bytes:
    """What was sealed. Raises `NotOurs`."""
    nonce, rest = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
    if sealed[:1] != FIRST or len(nonce) != NONCE:
        raise NotOurs
    for key in keys.known():
        with suppress(InvalidTag):
            return key_for(key, purpose).decrypt(nonce, rest, purpose.encode())
    raise NotOurs


def sealed_by_newest(keys: Keys, purpose: str, sealed: bytes) -> bool:
    """Whether the newest key opens it, so that it may stay as it is."""
    try:
        open_sealed(Keys(keys.known()[0]), purpose, sealed)
    except NotOurs:
        return False
    return True
