"""Every table in one place, so that migrations and tests see the whole schema."""

from __future__ import annotations

from server.accounts.tables import Passkey, Person, SetUp, SignIn, SpentChallenge
from server.circles.tables import Circle, Invitation, Membership
from server.database import Base

__all__ = [
    "Base",
    "Circle",
    "Invitation",
    "Membership",
    "Passkey",
    "Person",
    "SetUp",
    "SignIn",
    "SpentChallenge",
]
