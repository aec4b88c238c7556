"""Every service of docker-compose.yml, started by hand in the order that the file gives.

Where the file names an image that is not ours, Debian's package of the same program stands in for
it, with the file's own configuration. Declines to start what the file does not name.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server.embedded import binary
from tests.postgres import programs
from tests.rehearsal.box import PROGRAMS, Box, DidNot
from tests.rehearsal.composed import Composed, Service
from tests.rehearsal.wires import Wires

OWNED_BY = {"tables": 999}
"""A volume belongs to whom the folder in its image belongs to; ours to the app."""
APP = 10001
THEIRS = f"{PROGRAMS}:{programs()}:/usr/sbin:{os.defpath}"
# What the image of PostgreSQL does before its command, the first time.
FIRST_TIME = """
data=/var/lib/postgresql/data
if [ ! -s $data/PG_VERSION ]; then
  initdb -D $data -U "$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" \\
    $POSTGRES_INITDB_ARGS >/dev/null
  echo 'host all all all scram-sha-256' >> $data/pg_hba.conf
  pg_ctl -D $data -w -o "-c listen_addresses='' -c unix_socket_directories=/tmp" start >/dev/null
  createdb -h /tmp -U "$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl -D $data -w -m fast stop >/dev/null
fi
export PGDATA=$data
"""


@dataclass
class House:
    """All boxes, by service, while the `with` lasts."""

    composed: Composed
    wires: Wires
    folder: Path
    image: Path
    """The root of our own image, as the Dockerfile made it."""
    repository: Path
    boxes: dict[str, list[Box]] = field(default_factory=dict)
    took: list[tuple[str, float]] = field(default_factory=list)

    def start(self) -> None:
        """Every service after those that it waits for, each well before the next one."""
        for service in self.composed.in_order():
            began = time.monotonic()
            print(f"… service {service.name}", flush=True)
            self.boxes[service.name] = [
                self._box(service, number) for number in range(1, service.replicas + 1)
            ]
            for box in self.boxes[service.name]:
                box.start()
            for box in self.boxes[service.name]:
                box.done() if service.once else box.well()
            self.wires.publish(service.name)
            self.took.append((service.name, time.monotonic() - began))

    def _box(self, service: Service, number: int) -> Box:
        folder = self.folder / f"{service.name}-{number}"
        folder.mkdir()
        return Box(
            service,
            number,
            self.image if service.built else Path("/"),
            folder,
            {volume.source: self._volume(volume.source) for volume in service.volumes},
            self.wires.place(service.name, number),
            self.repository,
            prelude=FIRST_TIME if service.name == "database" else "",
            path=f"/app/bin:{os.defpath}" if service.built else THEIRS,
            programs=None if service.built else self._programs(),
        )

    def _volume(self, name: str) -> Path:
        """The folder of a named volume, belonging to whom it would."""
        place = self.folder / "volumes" / name
        if not name.startswith(".") and not place.is_dir():
            place.mkdir(parents=True)
            owner = OWNED_BY.get(name, APP)
            os.chown(place, owner, owner)
            place.chmod(0o2750 if owner == APP else 0o700)
        return place

    def _programs(self) -> Path:
        """Where the programs of the other images are, under the names that they have there."""
        named = self.folder / "programs"
        if not named.is_dir():
            named.mkdir()
            shutil.copy2(binary(), named / "valkey-server")
            (named / "valkey-cli").symlink_to(shutil.which("redis-cli") or "redis-cli")
        return named

    def all(self) -> list[Box]:
        return [box for boxes in self.boxes.values() for box in boxes]

    def roll(self, name: str) -> None:
        """One instance after another is stopped and started again, as an upgrade does it."""
        for box in self.boxes[name]:
            box.stop()
            box.start()
            box.well()

    def setup_link(self) -> str:
        """As `docker compose logs prepare` shows it."""
        for word in self.boxes["prepare"][0].log.read_text().split():
            if "/siapkan#" in word:
                return word
        raise DidNot("prepare printed no link for the organiser")

    def stop(self) -> None:
        """In the other order."""
        for boxes in reversed(list(self.boxes.values())):
            for box in boxes:
                box.stop()


@contextmanager
def house(
    composed: Composed, wires: Wires, folder: Path, image: Path, repository: Path
) -> Iterator[House]:
    running = House(composed, wires, folder, image, repository)
    try:
        running.start()
        yield running
    finally:
        running.stop()
