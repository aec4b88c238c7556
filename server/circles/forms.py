"""The forms of circles and invitations: what may be in them. Words for it are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from server.circles.kinds import KINDS
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


LONGEST_TOPIC = 200
LONGEST_PLACE = 80
LONGEST_SEARCH = 900


class CircleDetails(BaseModel):
    """What a circle is and who may come, all but when it meets and how a meeting goes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, AfterValidator(title)]
    topic: Annotated[str, Field(max_length=LONGEST_TOPIC), AfterValidator(line)] = ""
    kind: str = "other"
    place: Annotated[str, Field(max_length=LONGEST_PLACE), AfterValidator(line)] = ""
    language: Literal["id", "en"] = "id"
    both: bool = False
    """The other language is spoken in it too."""
    seats: int = Field(default=12, ge=2, le=30)
    minutes: int = Field(default=75, ge=15, le=240)
    medium: Literal["text", "sound"] = "text"
    newcomers: bool = False
    ages: Literal["adults", "minors", "all"] = "adults"
    visibility: Literal["public", "unlisted", "private"] = "private"
    joining: Literal["open", "approval", "invitation"] = "invitation"
    friends: Literal["no", "ask", "yes"] = "ask"
    observers_first: bool = False
    door: Literal["ask", "open"] = "ask"

    @field_validator("kind")
    @classmethod
    def is_known(cls, kind: str) -> str:
        """One of those that people look for circles by."""
        if kind not in KINDS:
            raise ValueError(kind)
        return kind

    @model_validator(mode="after")
    def can_be_joined(self) -> CircleDetails:
        """Nobody asks to join what only the invited may know of; named as the field `joining`."""
        if self.visibility == "private" and self.joining != "invitation":
            raise ValueError("joining")
        return self

    @property
    def languages(self) -> str:
        return "id,en" if self.both else self.language

    @property
    def search(self) -> str:
        """Folded, for searching; what folding makes too long for its column is cut."""
        folded = " ".join(f"{self.name} {self.topic} {self.place}".casefold().split())
        return folded[:LONGEST_SEARCH]

    def columns(self) -> dict[str, object]:
        """As the circle's table keeps it."""
        kept: dict[str, object] = self.model_dump(exclude={"both"})
        return {**kept, "languages": self.languages, "search": self.search}


class CircleForm(BaseModel):
    """A circle that meets each week, in the few words that seeds and the demonstration need."""

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
        # A rule over several fields has no place of its own: its message is the field's name.
        return None, {
            str(error["loc"][0] if error["loc"] else error["ctx"]["error"])
            for error in wrong.errors()
        }
