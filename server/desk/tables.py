"""Tables of the instance itself, and of notifications."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base


class Instance(Base):
    """What the organiser calls this place. One row at most."""

    __tablename__ = "instance"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(2))
    """For whoever chose none and whose browser says nothing."""
    donations: Mapped[str] = mapped_column(String(800))
    """How somebody may help with the costs; information alone."""


class Week(Base):
    """What a week came to, all circles together. Says nothing of which, and of whom."""

    __tablename__ = "week"

    starts: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    """A Monday, in UTC."""
    meetings: Mapped[int] = mapped_column(Integer, default=0)
    seats: Mapped[int] = mapped_column(Integer, default=0)
    """Taken, each meeting counted anew."""
    turns: Mapped[int] = mapped_column(Integer, default=0)
    """With the stick."""


class PushEndpoint(Base):
    """A browser that wants to be reminded. What is sent to it says nothing."""

    __tablename__ = "push_endpoint"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    person_id: Mapped[str] = mapped_column(
        String(24), ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    endpoint: Mapped[str] = mapped_column(String(500), unique=True)
    since: Mapped[dt.date] = mapped_column(Date)
