"""Tables of circles, who belongs to them, and invitations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base


class Circle(Base):
    """A group that meets every week."""

    __tablename__ = "circle"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(400))
    language: Mapped[str] = mapped_column(String(2))
    seats: Mapped[int] = mapped_column(Integer)
    weekday: Mapped[int] = mapped_column(Integer)
    """0 is Monday."""
    time: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(4))
    minutes: Mapped[int] = mapped_column(Integer)
    soft_seconds: Mapped[int] = mapped_column(Integer)
    door: Mapped[str] = mapped_column(String(4))
    """`ask`: a facilitator lets each person in; `open`: they may sit down."""
    listed: Mapped[bool] = mapped_column(default=False)
    """Shown on the first page and open without an invitation."""
    since: Mapped[dt.date] = mapped_column(Date)
    guide: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What `guide.Guide` allows; None where the standard guide serves."""


class Membership(Base):
    """Somebody in a circle, under the name they chose for it."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("circle_id", "name_key"),)

    circle_id: Mapped[str] = mapped_column(
        ForeignKey("circle.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(12))
    """`member` or `facilitator`."""
    pledged: Mapped[bool] = mapped_column(default=False)
    banned: Mapped[bool] = mapped_column(default=False)
    visits: Mapped[int] = mapped_column(Integer, default=0)
    """How many meetings, without a date."""
    invitation_id: Mapped[str | None] = mapped_column(
        ForeignKey("invitation.id", ondelete="SET NULL")
    )


class Invitation(Base):
    """A link that lets people in. Only a hash of its secret."""

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    circle_id: Mapped[str] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_by: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(12))
    with_topic: Mapped[bool] = mapped_column(default=False)
    expires: Mapped[int] = mapped_column(Integer)
    """Seconds since 1970."""
    most: Mapped[int] = mapped_column(Integer)
    """How many people may come by it."""
    uses: Mapped[int] = mapped_column(Integer, default=0)
    revoked: Mapped[bool] = mapped_column(default=False)
