"""Who may ask the embedded Valkey what: one user with the commands that we use, and nobody else.

No rights over settings, snapshots, logs or other clients, so that a fault of ours (or somebody
inside the process) can neither look for what passes nor have it kept. Declines to name a server
that is not ours: its operator does.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from realtime.credentials import WORD

USER = "lingkar"
USERS = "users"
"""The file of users, in the folder of the socket."""
COMMANDS = (
    # A meeting's state, its order and who is here; `realtime/store` and `realtime/audio`.
    *("get", "set", "del", "expire", "hget", "hmget", "hset"),
    *("sadd", "srem", "smembers", "zadd", "zrem", "zrange", "zrangebyscore", "zremrangebyscore"),
    *("eval", "evalsha", "time"),
    # What is passed on.
    *("spublish", "ssubscribe", "sunsubscribe", "ping"),
    # What the gate asks, and what a client says of itself.
    *("info", "config|get", "client|setinfo"),
)
KEYS = ("{*}*", "lingkar:*")
"""A channel is named to a script as a key is, so that both lie in one slot of a cluster."""
CHANNELS = ("{*}",)


def rules() -> str:
    """What that user may, in the words of an ACL file."""
    return " ".join(
        [
            "resetkeys resetchannels",
            *(f"~{pattern}" for pattern in KEYS),
            *(f"&{pattern}" for pattern in CHANNELS),
            "-@all",
            *(f"+{command}" for command in COMMANDS),
        ]
    )


def admit(directory: Path, *more: str) -> None:
    """Write who may come in, and the word for us; both for this account alone.

    `more` are further lines, for tests that have to look where we may not.
    """
    word = secrets.token_urlsafe(32)
    known = hashlib.sha256(word.encode()).hexdigest()
    lines = ["user default off", f"user {USER} on #{known} {rules()}", *more]
    write(directory / USERS, "".join(f"{line}\n" for line in lines))
    write(directory / WORD, word)


def write(path: Path, text: str) -> None:
    """A new file that nobody else may read, from its first moment on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
