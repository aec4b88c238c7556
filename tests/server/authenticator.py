"""A key without a device for tests of pages: makes and answers as a phone would, or lies."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One ES256 key. Change a field to make it lie."""

    origin: str = "http://localhost:8000"
    name: str = "localhost"
    verified: bool = True
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    counter: int = 0
    owner: str | None = None
    """The handle that it was given with the key, as text of base64url."""

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser says about a new key."""
        self.owner = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: in_32(numbers.x), -3: in_32(numbers.y)}
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id
        data = self._data(ATTESTED) + attested + cbor2.dumps(public)
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": text(self._client("webauthn.create", options)),
            "attestationObject": text(statement),
        }
        return self._named(response)

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser says when the key answers a challenge."""
        client, data = self._client("webauthn.get", options), self._data(0)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signed),
            "userHandle": self.owner,
        }
        return self._named(response)

    def _data(self, more: int) -> bytes:
        self.counter += 1 if self.counts else 0
        flags = PRESENT | (VERIFIED if self.verified else 0) | more
        return hashlib.sha256(self.name.encode()).digest() + bytes([flags]) + in_4(self.counter)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**said, "crossOrigin": False}).encode()

    def _named(self, response: dict[str, Any]) -> dict[str, Any]:
        name = text(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}


def text(content: bytes) -> str:
    return bytes_to_base64url(content)


def content(of: str) -> bytes:
    return base64url_to_bytes(of)


def in_32(number: int) -> bytes:
    return number.to_bytes(32)


def in_4(number: int) -> bytes:
    return number.to_bytes(4)
