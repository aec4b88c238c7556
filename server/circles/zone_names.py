"""Names that people in Indonesia know their time zones by. Declines to work out any time."""

from __future__ import annotations

SHORT = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
"""Names that people in Indonesia know their zones by."""
LONG = {short: zone for zone, short in SHORT.items()}
# The other names by which the database knows the west and the middle.
SAME = {"Asia/Pontianak": "WIB", "Asia/Ujung_Pandang": "WITA"}


def zone_name(timezone: str) -> str:
    """The zone as people call it."""
    return SHORT.get(timezone) or SAME.get(timezone) or timezone.replace("_", " ")
