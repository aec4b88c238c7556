"""Every table in one place, so that migrations and tests see the whole schema."""

from __future__ import annotations

from server.accounts.tables import Person, SetUp, SignIn
from server.circles.tables import Circle, Invitation, Membership
from server.database import Base

__all__ = ["Base", "Circle", "Invitation", "Membership", "Person", "SetUp", "SignIn"]
