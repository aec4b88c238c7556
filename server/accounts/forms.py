"""What organisers send: a name, a passphrase, what a passkey answered. Checks no signature."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.circles.names import BadName, clean_name

SHORTEST = 12
LONGEST = 400


def person_name(raw: str) -> str:
    """The rules of every name here."""
    try:
        return clean_name(raw)
    except BadName as bad:
        raise ValueError(bad.key) from None


class NameForm(BaseModel):
    """Who brings a passkey: a name is all there is to type."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, AfterValidator(person_name)]


class OrganiserForm(NameForm):
    """Who signs in by name and passphrase."""

    # Length is what makes a passphrase strong; no rule about signs (NIST SP 800-63B).
    passphrase: str = Field(min_length=SHORTEST, max_length=LONGEST)


# Base64url. What a key answers takes a kilobyte or two.
Encoded = Annotated[str, Field(max_length=16_000)]


class NewKeyBody(BaseModel):
    """The inner part of what a browser says about a key that it just made."""

    clientDataJSON: Encoded
    attestationObject: Encoded


class NewKey(BaseModel):
    """A key that a browser just made, in the shape that browsers use."""

    id: Encoded
    rawId: Encoded
    type: Literal["public-key"]
    response: NewKeyBody


class KeyAnswerBody(BaseModel):
    """The inner part of a key's answer to a challenge."""

    clientDataJSON: Encoded
    authenticatorData: Encoded
    signature: Encoded
    userHandle: Encoded | None = None


class KeyAnswer(BaseModel):
    """A key's answer to a challenge, in the shape that browsers use."""

    id: Encoded
    rawId: Encoded
    type: Literal["public-key"]
    response: KeyAnswerBody
