"""How long a run may take, and what of it begins first. Declines to say what is long: marks do."""

from __future__ import annotations

import os

LONG = os.environ.get("LONG", "0") != "0"
"""Whether it may take its time."""

LONGEST = ("looking", "test_meeting", "test_me", "test_pages")
"""Files of journeys that nobody shall wait for alone at the end."""
