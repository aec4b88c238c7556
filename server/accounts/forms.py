"""The forms of organisers: a name and a passphrase."""

from __future__ import annotations

from typing import Annotated

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


class OrganiserForm(BaseModel):
    """Who sets this place up."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, AfterValidator(person_name)]
    # Length is what makes a passphrase strong; no rule about signs (NIST SP 800-63B).
    passphrase: str = Field(min_length=SHORTEST, max_length=LONGEST)
