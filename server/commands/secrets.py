"""`lingkar secrets`: what the servers beside this program have to know, each in its own folder.

Run before them, every time: a word that is there already stays, what follows from it is written
again. Declines to start or to ask any of them, and to print a word.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import secrets
from pathlib import Path

from server import sounding, valkey_users
from server.listening import CannotServe
from server.settings import Settings

OWNER_AND_GROUP = 0o640
"""Each server has an account of its own; it is in our group, and sees its own folder alone."""
ASKS_WHETHER_IT_LIVES = "user health on nopass resetkeys resetchannels -@all +ping"


def make(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write them all; 0, or one line about what is in the way."""
    folder = Path(arguments.folder)
    try:
        words = {name: word(folder / "app/words" / name) for name in ("valkey", "database", "turn")}
        user, _, place = arguments.database.partition("@")
        redis = f"redis://{valkey_users.USER}:{words['valkey']}@{arguments.valkey}/0"
        found = {
            "app/redis-url": redis,
            "sound/redis-url": redis,
            "app/database-url": f"postgresql://{user}:{words['database']}@{place}",
            "app/turn-secret": words["turn"],
            "database/password": words["database"],
            "valkey/users.acl": users(words["valkey"]),
        }
        if arguments.turn:
            rest = Path(arguments.turn).read_text("utf-8")
            found["turn/turnserver.conf"] = rest + turn_lines(settings, words["turn"])
        for name, text in found.items():
            write(folder / name, text)
    except OSError as error:
        raise CannotServe(f"{error.filename}: {error.strerror}") from None
    except sounding.NoSuchPlace as error:
        raise CannotServe(str(error)) from None
    print(f"The secrets are in {folder}.", flush=True)
    return 0


def word(path: Path) -> str:
    """The word that is kept there, made the first time."""
    if not path.is_file():
        write(path, secrets.token_urlsafe(32))
    return path.read_text("ascii").strip()


def users(password: str) -> str:
    """Valkey's file: our user with the rights that we use, and one who may ask whether it lives."""
    known = hashlib.sha256(password.encode()).hexdigest()
    ours = f"user {valkey_users.USER} on #{known} {valkey_users.rules()}"
    return "\n".join(["user default off", ours, ASKS_WHETHER_IT_LIVES, ""])


def turn_lines(settings: Settings, secret: str) -> str:
    """What coturn is told beside its settings: the secret, and whom alone it may talk to.

    Everywhere else is denied there, so that nobody uses it to look into the network around it.
    """
    sound = [address for address, _ in sounding.announced(settings, settings.host)]
    allowed = [f"allowed-peer-ip={address}" for address in sound if settings.sound_addresses]
    return "\n".join(["", f"static-auth-secret={secret}", *allowed, ""])


def write(path: Path, text: str) -> None:
    """In the place of what was there, at once and for our account and group alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    new = path.with_name(f".{path.name}.new")
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_AND_GROUP), "w"
    ) as file:
        # Whatever the umask of this account takes away.
        os.fchmod(file.fileno(), OWNER_AND_GROUP)
        file.write(text)
    new.replace(path)
