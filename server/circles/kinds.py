"""What circles are about, as the few words that people look for them by.

Names the kinds and nothing else: their words are in the catalogues, as `kind.<name>`.
"""

from __future__ import annotations

KINDS = (
    "parents",
    "recovery",
    "carers",
    "grief",
    "illness",
    "young",
    "elders",
    "women",
    "neighbours",
    "other",
)
