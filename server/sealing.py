"""Encrypts what waits on disk under the instance's key. Holds no key and knows no table."""

from __future__ import annotations

import secrets

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


def key_for(keys: Keys, purpose: str) -> AESGCM:
    """A key of its own for each purpose, so that nothing sealed for one opens as another."""
    derived = HKDF(SHA256(), 32, salt=None, info=f"lingkar seal {purpose}".encode())
    return AESGCM(derived.derive(keys.key))


def seal(keys: Keys, purpose: str, content: bytes) -> bytes:
    """`content`, readable by this instance alone and for this purpose alone (AES-256-GCM)."""
    nonce = secrets.token_bytes(NONCE)
    return FIRST + nonce + key_for(keys, purpose).encrypt(nonce, content, purpose.encode())


def open_sealed(keys: Keys, purpose: str, sealed: bytes) -> bytes:
    """What was sealed. Raises `NotOurs`."""
    nonce, rest = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
    if sealed[:1] != FIRST or len(nonce) != NONCE:
        raise NotOurs
    try:
        return key_for(keys, purpose).decrypt(nonce, rest, purpose.encode())
    except InvalidTag:
        raise NotOurs from None
