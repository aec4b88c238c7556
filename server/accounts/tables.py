"""Tables of people and their sign-ins. No e-mail, no address, no date of a visit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Date, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base


class Person(Base):
    """Somebody. Members have nothing here but an id; organisers a name and a passphrase."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(200))
    name_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    passphrase: Mapped[str | None] = mapped_column(String(200))
    """argon2id, with its own salt and cost inside."""
    organiser: Mapped[bool] = mapped_column(default=False)
    totp: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The shared secret of their authenticator, sealed; None: they use none."""
    since: Mapped[dt.date] = mapped_column(Date)


class SignIn(Base):
    """A browser that is somebody. Only a hash of what the browser holds."""

    __tablename__ = "sign_in"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    expires: Mapped[int] = mapped_column(Integer)
    """Seconds since 1970."""
    id: Mapped[str | None] = mapped_column(String(24), unique=True, index=True)
    """To end it from another browser; opens nothing by itself."""
    device: Mapped[str] = mapped_column(String(60), default="")
    """As coarse as 'Chrome, Android'."""
    since: Mapped[dt.date | None] = mapped_column(Date)
    lasting: Mapped[bool] = mapped_column(default=True)
    """False: it ends with the browser, for shared phones."""


class RecoveryCode(Base):
    """A code that signs somebody in once, for when every key is lost."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)


class Passkey(Base):
    """A key in somebody's phone, laptop or stick; only its public half is here."""

    __tablename__ = "passkey"

    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """What the key last counted; 0 for ever with keys that do not count."""
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    since: Mapped[dt.date] = mapped_column(Date)


class SpentChallenge(Base):
    """A challenge that was answered, so that no answer counts twice. Says nothing of whom."""

    __tablename__ = "spent_challenge"

    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires: Mapped[int] = mapped_column(Integer)
    """Seconds since 1970; after that the challenge itself has ended."""


class SetUp(Base):
    """The one-time link that makes the first organiser. One row at most."""

    __tablename__ = "set_up"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
