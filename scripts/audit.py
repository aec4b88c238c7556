"""`make audit`: known flaws in every package of the two lock files, by pip-audit and npm audit.

A flaw that somebody looked at stands in `audit_exceptions.json` with its id, why, and until when;
one whose time is over counts again. Where a service cannot be reached the run says so: unknown is
not clean. Ends with 0 (nothing), 1 (something), 3 (nobody knows).
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = Path(__file__).with_name("audit_exceptions.json")
CLEAN, FLAWS, UNKNOWN = 0, 1, 3
# Beside the interpreter: pip-audit; the script's neighbour: npm.
PYTHON = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--format=json"]
WEB = [sys.executable, str(ROOT / "scripts/web.py"), "audit", "--json"]


@dataclass(frozen=True)
class Flaw:
    """One advisory about one package that we use."""

    id: str
    package: str
    others: tuple[str, ...] = ()
    """Further names of the same advisory."""


class Unreachable(Exception):
    """The service gave no answer that could be read."""


def in_python() -> list[Flaw]:
    found = []
    for lock in ("requirements.txt", "requirements-dev.txt"):
        said = answer([*PYTHON, "--requirement", str(ROOT / lock)], "dependencies")
        found += list(python_flaws(said))
    return list(dict.fromkeys(found))


def python_flaws(said: dict[str, Any]) -> Iterator[Flaw]:
    for package in said["dependencies"]:
        if "skip_reason" in package:
            raise Unreachable
        for flaw in package["vulns"]:
            yield Flaw(flaw["id"], package["name"], tuple(flaw.get("aliases", ())))


def in_web() -> list[Flaw]:
    return list(dict.fromkeys(web_flaws(answer(WEB, "vulnerabilities"))))


def web_flaws(said: dict[str, Any]) -> Iterator[Flaw]:
    for name, package in said["vulnerabilities"].items():
        for via in package["via"]:
            # A string is another package of this list, which is counted by itself.
            if isinstance(via, dict):
                yield Flaw(str(via["url"]).rpartition("/")[2], name)


def answer(command: list[str], must: str) -> dict[str, Any]:
    """What it printed. Raises `Unreachable` for whatever is no list of flaws."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        raise Unreachable from None
    if not isinstance(said, dict) or must not in said:
        raise Unreachable
    return said


def excused(flaw: Flaw, today: dt.date) -> bool:
    """Whether somebody looked at it, and lately enough."""
    for known in json.loads(EXCEPTIONS.read_text("utf-8")):
        if known["id"] in (flaw.id, *flaw.others):
            return dt.date.fromisoformat(known["until"]) >= today
    return False


def main() -> int:
    today, worst = dt.datetime.now(dt.UTC).date(), CLEAN
    for name, look in (("Python (pip-audit)", in_python), ("web (npm audit)", in_web)):
        try:
            found = look()
        except Unreachable:
            print(f"{name}: unreachable, so nothing is known")
            worst = worst or UNKNOWN
            continue
        left = [flaw for flaw in found if not excused(flaw, today)]
        for flaw in left:
            print(f"  {flaw.package}: {flaw.id}")
        print(f"{name}: {len(left)} open, {len(found) - len(left)} excused")
        worst = FLAWS if left else worst
    return worst


if __name__ == "__main__":
    sys.exit(main())
