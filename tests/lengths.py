"""How long a run may take: one word for all that asks. Declines to say what is long."""

from __future__ import annotations

import os

LONG = os.environ.get("LONG", "0") != "0"
"""Whether it may take its time."""
