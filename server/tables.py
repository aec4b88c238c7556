"""Every table in one place, so that migrations and tests see the whole schema."""

from __future__ import annotations

from server.accounts.tables import Passkey, Person, RecoveryCode, SetUp, SignIn, SpentChallenge
from server.care.tables import HelpLine, Report, SealedNote
from server.circles.tables import (
    Absence,
    Agreement,
    Ban,
    Change,
    Circle,
    Feeling,
    FollowUp,
    Invitation,
    Membership,
    Pairing,
    ShelfItem,
)
from server.database import Base
from server.desk.tables import Instance, PushEndpoint

__all__ = [
    "Absence",
    "Agreement",
    "Ban",
    "Base",
    "Change",
    "Circle",
    "Feeling",
    "FollowUp",
    "HelpLine",
    "Instance",
    "Invitation",
    "Membership",
    "Pairing",
    "Passkey",
    "Person",
    "PushEndpoint",
    "RecoveryCode",
    "Report",
    "SealedNote",
    "SetUp",
    "ShelfItem",
    "SignIn",
    "SpentChallenge",
]
