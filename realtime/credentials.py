"""How a Redis URL signs in where the password is in no URL: it lies beside the socket.

A URL travels through command lines, environments and first lines on a screen; a file with mode
600 in a folder of one account does not. Declines to know any other place.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

WORD = "word"
"""The file's name."""


def password_of(url: str) -> str | None:
    """What redis-py is to be given beside this URL; None where the URL says all there is."""
    parts = urlsplit(url)
    if parts.scheme != "unix" or not parts.username:
        return None
    try:
        return Path(unquote(parts.path)).with_name(WORD).read_text("ascii")
    except OSError:
        # No such server, or one of somebody else: it will say so itself.
        return None
