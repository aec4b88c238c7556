"""Tables of care: help lines, and what a person sends on purpose and waits for its reader."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base


class HelpLine(Base):
    """One way to trained people, with the date it was last checked."""

    __tablename__ = "help_line"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    circle_id: Mapped[str | None] = mapped_column(
        String(24), ForeignKey("circle.id", ondelete="CASCADE"), index=True
    )
    """None: for everybody on this instance."""
    country: Mapped[str] = mapped_column(String(2))
    """ISO 3166-1."""
    name: Mapped[str] = mapped_column(String(120))
    about_id: Mapped[str] = mapped_column(String(240))
    about_en: Mapped[str] = mapped_column(String(240))
    shown: Mapped[str] = mapped_column(String(60))
    """The number or name as people read it."""
    href: Mapped[str] = mapped_column(String(200))
    """tel: or https:."""
    emergency: Mapped[bool] = mapped_column(default=False)
    """Never hidden, however old its check."""
    checked: Mapped[dt.date] = mapped_column(Date)
    position: Mapped[int] = mapped_column(Integer, default=0)


class SealedNote(Base):
    """A note that waits for facilitators: encrypted, erased once read or at its time."""

    __tablename__ = "sealed_note"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    circle_id: Mapped[str] = mapped_column(
        String(24), ForeignKey("circle.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(8))
    """`after` (a meeting) or `leaving`."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Under the instance's key; who wrote it is inside, where they said so."""
    expires: Mapped[int] = mapped_column(Integer)
    """Seconds since 1970."""


class Report(Base):
    """What somebody chose to tell of what happened: sealed, for one reader, a month at most."""

    __tablename__ = "report"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    circle_id: Mapped[str] = mapped_column(
        String(24), ForeignKey("circle.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[str] = mapped_column(
        String(24), ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    """Who sent it, so that it goes with them. Whom it is about is inside, where they said so."""
    reader: Mapped[str] = mapped_column(String(12))
    """`facilitators` of the circle, or `organiser` where one of them is meant."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Under the instance's key: their words, messages they ticked, a name if they like."""
    expires: Mapped[int] = mapped_column(Integer)
    """Seconds since 1970."""
