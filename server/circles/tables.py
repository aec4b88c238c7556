"""Tables of circles, who belongs to them, when they meet, and invitations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base


def of_circle(**more: Any) -> Mapped[str]:
    """The circle that a row belongs to; the row goes with it."""
    return mapped_column(String(24), ForeignKey("circle.id", ondelete="CASCADE"), **more)


def of_person(**more: Any) -> Mapped[str]:
    """The person whom a row is about; the row goes with them."""
    return mapped_column(String(24), ForeignKey("person.id", ondelete="CASCADE"), **more)


class Circle(Base):
    """A group that meets again and again. How it meets is in `guide`."""

    __tablename__ = "circle"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(400))
    """What it is about, in a line of its own."""
    kind: Mapped[str] = mapped_column(String(20), index=True)
    """One of `kinds.KINDS`, to look for circles by."""
    place: Mapped[str] = mapped_column(String(120))
    """As coarse as RT/RW or a district; empty where it does not matter."""
    search: Mapped[str] = mapped_column(String(900))
    """Name, topic and place, folded, for searching."""
    language: Mapped[str] = mapped_column(String(2))
    """The one it writes in by itself."""
    languages: Mapped[str] = mapped_column(String(8))
    """Those spoken in it: `id`, `en` or `id,en`."""
    medium: Mapped[str] = mapped_column(String(5))
    """`text` or `sound`."""
    newcomers: Mapped[bool] = mapped_column(default=True)
    """Good for a first visit."""
    ages: Mapped[str] = mapped_column(String(6))
    """`adults`, `minors` or `all`. Minors' circles need two facilitators."""
    seats: Mapped[int] = mapped_column(Integer)
    starts: Mapped[str] = mapped_column(String(16))
    """The first meeting, in the circle's own zone: 2026-11-25T19:30."""
    timezone: Mapped[str] = mapped_column(String(40))
    """A name of the IANA time zone database."""
    rule: Mapped[str] = mapped_column(String(300))
    """When it recurs, as an RRULE of RFC 5545; empty: it meets once."""
    minutes: Mapped[int] = mapped_column(Integer)
    next_start: Mapped[int | None] = mapped_column(BigInteger, index=True)
    """Of the meeting that is on or comes next, in seconds since 1970; for ordering alone."""
    days: Mapped[int] = mapped_column(Integer, default=0)
    """Days of the week that its rule has, as bits by UTC: 1 is Monday, 64 Sunday; for searching."""
    day_minute: Mapped[int] = mapped_column(Integer, default=0)
    """When on those days, in minutes of the day by UTC."""
    soft_seconds: Mapped[int] = mapped_column(Integer)
    door: Mapped[str] = mapped_column(String(4))
    """`ask`: a facilitator lets each person in; `open`: they may sit down."""
    visibility: Mapped[str] = mapped_column(String(8), index=True)
    """`public`: found by anybody; `unlisted`: by its address; `private`: by invitation alone."""
    joining: Mapped[str] = mapped_column(String(10))
    """`open`, `approval` (a facilitator says yes) or `invitation`."""
    friends: Mapped[str] = mapped_column(String(4))
    """A member's invitation for a friend: `no`, `ask` (a facilitator says yes) or `yes`."""
    observers_first: Mapped[bool] = mapped_column(default=False)
    """A first visit is one of listening."""
    agreements_version: Mapped[int] = mapped_column(Integer, default=0)
    """0: the four lines that every circle has; else the newest of `agreement`."""
    since: Mapped[dt.date] = mapped_column(Date)
    guide: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What `guide.Guide` allows; None where the standard guide serves."""


class Agreement(Base):
    """A circle's agreements in its own words, each version of them."""

    __tablename__ = "agreement"

    circle_id: Mapped[str] = of_circle(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    lines: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By language: {"id": [...], "en": [...]}."""
    since: Mapped[dt.date] = mapped_column(Date)


class Change(Base):
    """One meeting of a circle that does not happen as the rule says."""

    __tablename__ = "change"

    circle_id: Mapped[str] = of_circle(primary_key=True)
    original: Mapped[str] = mapped_column(String(16), primary_key=True)
    """When the rule has it, in the circle's zone."""
    moved_to: Mapped[str | None] = mapped_column(String(16))
    """When it is instead; None: it is cancelled."""


class Membership(Base):
    """Somebody in a circle, under the name they chose for it."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("circle_id", "name_key"),)

    circle_id: Mapped[str] = of_circle(primary_key=True)
    person_id: Mapped[str] = of_person(primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(12))
    """`member` or `facilitator`."""
    state: Mapped[str] = mapped_column(String(8), default="member")
    """`member`, `asked` (waits for a facilitator's yes) or `declined`."""
    offered_role: Mapped[str | None] = mapped_column(String(12))
    """`facilitator` where they were asked to hold the circle and have not answered."""
    pledged: Mapped[bool] = mapped_column(default=False)
    pledged_version: Mapped[int] = mapped_column(Integer, default=0)
    """The version of the agreements that they said yes to."""
    banned: Mapped[bool] = mapped_column(default=False)
    visits: Mapped[int] = mapped_column(Integer, default=0)
    """How many meetings, without a date."""
    felt_asked: Mapped[bool] = mapped_column(default=False)
    """Whether they were asked if they felt heard; what they said is not with them."""
    invitation_id: Mapped[str | None] = mapped_column(
        String(24), ForeignKey("invitation.id", ondelete="SET NULL")
    )
    calendar_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, index=True)
    """Of the secret address of their calendar; None: they have none."""
    calendar_topic: Mapped[bool] = mapped_column(default=False)
    """Their calendar names the circle; else its titles are neutral."""
    reminded: Mapped[bool] = mapped_column(default=False)
    """They want a notification before each meeting."""


class Ban(Base):
    """Somebody who may not return, once nothing else of them is kept. Says nothing of whom."""

    __tablename__ = "ban"

    circle_id: Mapped[str] = of_circle(primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """Made from who they were by the key of the instance; another in each circle."""
    called: Mapped[bytes] = mapped_column(LargeBinary(32))
    """The same of the name that they had in the circle, which nobody takes again."""


class Absence(Base):
    """Somebody told that they miss a meeting; gone once it is over."""

    __tablename__ = "absence"

    circle_id: Mapped[str] = of_circle(primary_key=True)
    person_id: Mapped[str] = of_person(primary_key=True, index=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Seconds since 1970."""


class Pairing(Base):
    """A newcomer and their companion; known to the two and the facilitators."""

    __tablename__ = "pairing"

    circle_id: Mapped[str] = of_circle(primary_key=True)
    newcomer_id: Mapped[str] = of_person(primary_key=True, index=True)
    companion_id: Mapped[str] = of_person(index=True)


class Invitation(Base):
    """A link that lets people in. Only a hash of its secret."""

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    circle_id: Mapped[str] = of_circle(index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_by: Mapped[str] = of_person(index=True)
    role: Mapped[str] = mapped_column(String(12))
    with_topic: Mapped[bool] = mapped_column(default=False)
    friend: Mapped[bool] = mapped_column(default=False)
    """A member made it for a friend."""
    approved: Mapped[bool] = mapped_column(default=True)
    """False: it waits for a facilitator's yes, and lets nobody in."""
    expires: Mapped[int] = mapped_column(Integer)
    """Seconds since 1970."""
    most: Mapped[int] = mapped_column(Integer)
    """How many people may come by it."""
    uses: Mapped[int] = mapped_column(Integer, default=0)
    revoked: Mapped[bool] = mapped_column(default=False)


class ShelfItem(Base):
    """A practical tip that facilitators keep. Holds nothing said in the room."""

    __tablename__ = "shelf_item"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    circle_id: Mapped[str] = of_circle(index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """`money`, `recipe`, `place` or `other`."""
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(String(1200))
    url: Mapped[str | None] = mapped_column(String(500))
    checked: Mapped[dt.date | None] = mapped_column(Date)
    works: Mapped[bool | None] = mapped_column()
    """What the last check of the link found; None: not checked yet."""


class FollowUp(Base):
    """What facilitators mean to do after a meeting: a kind, a count and a tick, no story."""

    __tablename__ = "follow_up"

    circle_id: Mapped[str] = of_circle(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int] = mapped_column(Integer, default=1)
    done: Mapped[bool] = mapped_column(default=False)


class Feeling(Base):
    """How many felt heard; sums alone, shown to facilitators above five answers."""

    __tablename__ = "feeling"

    circle_id: Mapped[str] = of_circle(primary_key=True)
    heard: Mapped[int] = mapped_column(Integer, default=0)
    partly: Mapped[int] = mapped_column(Integer, default=0)
    not_heard: Mapped[int] = mapped_column(Integer, default=0)
