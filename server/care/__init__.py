"""Help lines, what is kept, and a guide for the first time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

CHECKED = dt.date(2026, 11, 1)
"""When somebody last looked whether these lines are still what they say."""
OLD_AFTER = dt.timedelta(days=92)


@dataclass(frozen=True)
class Line:
    """One way to trained people. `name` and `about` are keys of the catalogue."""

    key: str
    shown: str
    href: str
    emergency: bool = False


# From public pages of the Ministry of Health and of the ministry for women and children.
LINES = (
    Line("emergency", "112", "tel:112", emergency=True),
    Line("sejiwa", "119 ext 8", "tel:119,8"),
    Line("healing", "healing119.id", "https://healing119.id"),
    Line("sapa", "129", "tel:129"),
    Line("sapa.wa", "08111-129-129", "https://wa.me/628111129129"),
)


def is_old(today: dt.date) -> bool:
    """Whether the check is too long ago to rely on; emergency numbers are shown all the same."""
    return today - CHECKED > OLD_AFTER
