"""`make rehearsal`: everything that docker-compose.yml describes, built and started by hand, with a
meeting in it.

No container engine: the Dockerfile's steps run in a bare Debian, each service runs as its own
account in namespaces of its own, with the file's own commands, settings and configuration. What
is not proven by that is said at the end. Declines to run where it may not make namespaces.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.rehearsal import composed, evening, image, looks
from tests.rehearsal.house import House, house
from tests.rehearsal.wires import PUBLIC, wires

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".rehearsal"
DOMAIN = "lingkar.test"
# The `.env` of this rehearsal: a name, and that nobody but ourselves can vouch for it.
ENVIRONMENT = {"LINGKAR_DOMAIN": DOMAIN, "LINGKAR_TLS": "tls internal"}
PROGRAMS = {
    "caddy": "caddy", "turnserver": "coturn", "turnutils_stunclient": "coturn",
    "redis-cli": "redis-tools", "certutil": "libnss3-tools", "debootstrap": "debootstrap",
    "chromium": "chromium", "wget": "wget", "sysctl": "procps", "ip": "iproute2",
    "setpriv": "util-linux", "nsenter": "util-linux",
}  # fmt: skip
AGAIN = "--again"
UNPROVEN = (
    "the images by their names, and that their programs are the versions that they are",
    "the engine's own address translation, name server and restart policies",
    "a certificate by a public authority",
)


class Table:
    """What was done, how long it took, and what was found."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, str]] = []

    def step(self, what: str, do: Callable[[], Any]) -> Any:
        began = time.monotonic()
        print(f"… {what}", flush=True)
        found = do()
        self.add(what, time.monotonic() - began, found if isinstance(found, str) else "")
        return found

    def add(self, what: str, seconds: float, found: str = "") -> None:
        self.rows.append((what, seconds, found))

    def found(self, what: str) -> None:
        """Say more of the last one."""
        self.rows[-1] = (*self.rows[-1][:2], what)

    def __str__(self) -> str:
        wide = max(len(what) for what, *_ in self.rows)
        lines = [f"{what:{wide}}  {took:6.1f} s  {found}" for what, took, found in self.rows]
        total = sum(took for _, took, _ in self.rows)
        return "\n".join([*lines, f"{'together':{wide}}  {total:6.1f} s"])


def install() -> str:
    """What Debian has of it, where it is missing."""
    missing = sorted(
        {package for program, package in PROGRAMS.items() if not shutil.which(program)}
    )
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        missing.append("postgresql")
    if missing:
        for words in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            subprocess.run(
                ["apt-get", "-qq", *words],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=True,
            )
    return f"installed {', '.join(missing)}" if missing else "all there"


def built(folder: Path, table: Table) -> Path:
    """The root of our own image."""
    if AGAIN in sys.argv:
        root: Path = table.step("the image of last time", lambda: image.again(KEPT, folder))
        table.found("NOT BUILT AGAIN")
        return root
    bare = table.step("a bare Debian", lambda: image.base(KEPT, folder))
    stage, steps = table.step(
        "the Dockerfile's steps", lambda: image.build(ROOT / "Dockerfile", bare, folder)
    )
    table.found(f"{len(steps)} steps")
    image.keep(stage, KEPT)
    return Path(stage.root)


def rehearse(folder: Path, table: Table) -> None:
    """Every step; raises where one does not do."""
    table.step("packages", install)
    read = composed.read(ROOT / "docker-compose.yml", ENVIRONMENT)
    root = built(folder, table)
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{PUBLIC} {DOMAIN}\n")
    subprocess.run(["mount", "--bind", str(folder / "hosts"), "/etc/hosts"], check=True)
    with wires(read, DOMAIN) as laid:
        rooms = folder / "house"
        rooms.mkdir()
        with house(read, laid, rooms, root, ROOT) as running:
            for name, took in running.took:
                table.add(f"service {name}", took)
            try:
                look(running, folder, table)
            except BaseException:
                print(looks.quiet(running.all()), file=sys.stderr)
                raise


def look(running: House, folder: Path, table: Table) -> None:
    """With everything up: from the street, from inside, and a meeting."""
    authority = looks.root_certificate(running)
    table.step("TLS", lambda: looks.check_tls(DOMAIN, authority))
    table.step("HTTP/3", looks.check_quic)
    table.step("headers and pages", lambda: looks.check_pages(DOMAIN, authority))
    table.step("open ports", lambda: looks.check_ports(running.composed))
    table.step("walls between networks", lambda: looks.check_walls(running))
    table.step("accounts and rights", lambda: looks.check_rights(running))
    table.step("lingkar doctor, inside", lambda: looks.check_doctor(running))
    home = folder / "browser"
    home.mkdir()
    found = table.step(
        "a meeting of three, by browser",
        lambda: asyncio.run(evening.hold(running, DOMAIN, home, authority)),
    )
    table.found("; ".join(f"{what}: {how}" for what, how in found.items()))
    table.step("a backup, as documented", lambda: looks.check_backup(running))
    table.step("Valkey kept nothing", lambda: looks.check_valkey_keeps_nothing(running))
    table.step("logs and volumes", lambda: looks.check_logs(running, evening.WORDS, evening.NAMES))


def main() -> int:
    if os.geteuid() != 0 or not sys.platform.startswith("linux"):
        print(
            "NOT RUN: the rehearsal makes namespaces, which takes root on Linux.", file=sys.stderr
        )
        return 1
    table = Table()
    # In memory: an overlay cannot lie over itself, and nothing is to be left.
    with tempfile.TemporaryDirectory(prefix="lingkar-rehearsal-") as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", name], check=True)
        try:
            rehearse(Path(name), table)
        finally:
            subprocess.run(["umount", "--recursive", "--lazy", name], check=True)
            print(f"\n{table}" if table.rows else "", flush=True)
    print("\nNot proven here: " + ";\n  ".join(UNPROVEN) + ".")
    return 0


if __name__ == "__main__":
    if "--apart" not in sys.argv:
        # In a mount namespace of its own: whatever happens, no mount is left behind.
        apart = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m"]
        os.execvp("unshare", [*apart, "tests.rehearsal", "--apart", *sys.argv[1:]])
    sys.exit(main())
