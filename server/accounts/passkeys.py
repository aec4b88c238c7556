"""Passkeys: ask for one, take one in, know somebody by one. Knows no request and logs nothing."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.accounts.challenges import CHALLENGE_LIVES, BadKey, Challenge
from server.accounts.forms import KeyAnswer, NewKey
from server.accounts.tables import Passkey, Person
from server.settings import Settings

MOST_KEYS = 10
# Browsers leave the standard port out of an origin.
STANDARD = {"https": 443, "http": 80}


class KeyExists(Exception):
    """That key is kept already, or there is no room for another."""


@dataclass(frozen=True)
class Address:
    """Where keys of this place work: its name, and the origin that browsers sign."""

    name: str
    origin: str


def address_of(settings: Settings) -> Address | None:
    """None where browsers allow no passkeys: under a bare address, or without TLS elsewhere."""
    parts = urlsplit(settings.public_url)
    host = parts.hostname or ""
    here = host == "localhost" or host.endswith(".localhost")
    if not host or is_number(host) or not (settings.secure or here):
        return None
    port = "" if parts.port in (None, STANDARD.get(parts.scheme)) else f":{parts.port}"
    name = host if host.isascii() else host.encode("idna").decode("ascii")
    return Address(name, f"{parts.scheme}://{name}{port}")


def is_number(host: str) -> bool:
    """Whether a host is an address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# --- making a key ---


def ask_for_new(address: Address, challenge: Challenge, name: str, known: Sequence[bytes]) -> str:
    """What the browser needs to make a key, as JSON.

    The key has to be one that shows itself: sign-in asks for no name, so another kind could
    never be found again.
    """
    options = webauthn.generate_registration_options(
        rp_id=address.name,
        rp_name="Lingkar",
        user_id=challenge.person_id.encode(),
        user_name=name,
        user_display_name=name,
        challenge=challenge.random,
        timeout=CHALLENGE_LIVES * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return webauthn.options_to_json(options)


async def keep(
    db: AsyncSession, address: Address, challenge: Challenge, person: Person, made: NewKey
) -> None:
    """Take a new key in. Raises `BadKey` or `KeyExists`; nothing is committed here."""
    try:
        seen = webauthn.verify_registration_response(
            credential=made.model_dump(),
            expected_challenge=challenge.random,
            expected_rp_id=address.name,
            expected_origin=address.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        raise BadKey from None
    if len(seen.credential_id) > 1023 or len(await keys_of(db, person)) >= MOST_KEYS:
        raise KeyExists
    if await db.get(Passkey, seen.credential_id) is not None:
        raise KeyExists
    db.add(
        Passkey(
            credential_id=seen.credential_id,
            public_key=seen.credential_public_key,
            sign_count=seen.sign_count,
            person_id=person.id,
            since=dt.datetime.now(dt.UTC).date(),
        )
    )
    await db.flush()


# --- knowing somebody by a key ---


def ask_for_known(address: Address, challenge: Challenge) -> str:
    """What the browser needs to offer the keys that it has for this place, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=address.name,
        challenge=challenge.random,
        timeout=CHALLENGE_LIVES * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


async def recognise(
    db: AsyncSession, address: Address, challenge: Challenge, answer: KeyAnswer
) -> str:
    """The id of the person whose key answered. Raises `BadKey`; nothing is committed here."""
    try:
        key = await db.get(Passkey, base64url_to_bytes(answer.rawId))
        if key is None:
            raise BadKey
        seen = webauthn.verify_authentication_response(
            credential=answer.model_dump(),
            expected_challenge=challenge.random,
            expected_rp_id=address.name,
            expected_origin=address.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
        owner = base64url_to_bytes(answer.response.userHandle or "")
    except (WebAuthnException, ValueError):
        raise BadKey from None
    if owner != key.person_id.encode():
        raise BadKey
    await count(db, key, seen.new_sign_count)
    return key.person_id


async def count(db: AsyncSession, key: Passkey, now_at: int) -> None:
    """Write down what the key counted; of two answers at once, one alone may."""
    done = await db.execute(
        update(Passkey)
        .where(Passkey.credential_id == key.credential_id, Passkey.sign_count == key.sign_count)
        .values(sign_count=now_at)
    )
    if cast("CursorResult[object]", done).rowcount != 1:
        raise BadKey


# --- the keys of a person ---


async def keys_of(db: AsyncSession, person: Person) -> list[Passkey]:
    """The oldest first."""
    found = await db.scalars(
        select(Passkey)
        .where(Passkey.person_id == person.id)
        .order_by(Passkey.since, Passkey.credential_id)
    )
    return list(found)


async def let_go(db: AsyncSession, person: Person, label: str) -> None:
    """Forget one of their keys; never the only way in. `label` is its id as the page wrote it."""
    known = await keys_of(db, person)
    chosen = [key for key in known if label_of(key) == label]
    if chosen and (person.passphrase or len(known) > 1):
        await db.delete(chosen[0])
        await db.flush()


def label_of(key: Passkey) -> str:
    """Its id as text, for a form."""
    return bytes_to_base64url(key.credential_id)
