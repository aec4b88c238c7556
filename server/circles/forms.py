"""The forms of circles and invitations: what may be in them. Words for it are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from server.circles.names import BadName, clean_name, hides


def title(raw: str) -> str:
    """A name for a circle, under the same rules as a person's."""
    try:
        return clean_name(raw, longest=60)
    except BadName as bad:
        raise ValueError(bad.key) from None


def line(raw: str) -> str:
    """One line of text without anything hidden in it."""
    text = " ".join(raw.split())
    if any(hides(char) for char in text):
        raise ValueError("name.hidden")
    return text


class CircleForm(BaseModel):
    """A circle as its organiser describes it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, AfterValidator(title)]
    topic: Annotated[str, Field(max_length=200), AfterValidator(line)] = ""
    language: Literal["id", "en"] = "id"
    seats: int = Field(default=12, ge=2, le=30)
    weekday: int = Field(ge=0, le=6)
    time: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    zone: Literal["WIB", "WITA", "WIT"] = "WIB"
    minutes: int = Field(default=75, ge=15, le=240)
    soft_minutes: int = Field(default=4, ge=1, le=15)
    door: Literal["ask", "open"] = "ask"
    listed: bool = False


class InvitationForm(BaseModel):
    """How far an invitation reaches."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    days: int = Field(default=7, ge=1, le=60)
    most: int = Field(default=12, ge=1, le=100)
    role: Literal["member", "facilitator"] = "member"
    with_topic: bool = False


Form = TypeVar("Form", bound=BaseModel)


def read_form(kind: type[Form], sent: Mapping[str, str]) -> tuple[Form | None, set[str]]:
    """The form, or the names of its fields that are wrong."""
    try:
        return kind.model_validate(
            {key: value for key, value in sent.items() if value != ""}
        ), set()
    except ValidationError as wrong:
        return None, {str(error["loc"][0]) for error in wrong.errors()}
