"""What we build on: no script of a package runs at its installation, and no flaw goes untold."""

from __future__ import annotations

import datetime as dt
import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 11, 25)


@pytest.fixture
def audit() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts/audit.py"))


def test_no_package_runs_a_script_of_its_own_when_it_is_installed() -> None:
    assert "ignore-scripts=true" in (ROOT / "web/.npmrc").read_text().splitlines()
    makefile = (ROOT / "Makefile").read_text()
    installs = [line for line in makefile.splitlines() if "$(INSTALL) " in line]
    # A source package would run its own setup; our own project is the one that is built.
    ours = [line for line in installs if "-e ." in line]
    others = [line for line in installs if line not in ours]
    assert len(ours) == 1
    assert len(others) == 2
    for line in others:
        assert "--only-binary :all:" in line
        assert "--require-hashes" in line


def test_every_excused_flaw_says_why_and_until_when() -> None:
    for known in json.loads((ROOT / "scripts/audit_exceptions.json").read_text()):
        assert set(known) == {"id", "why", "until"}
        assert len(known["why"]) > 20
        dt.date.fromisoformat(known["until"])


def test_an_excuse_whose_time_is_over_counts_no_more(audit: dict[str, Any], tmp_path: Path) -> None:
    flaw = audit["Flaw"]("GHSA-aaaa", "quart", ("CVE-1",))
    written = tmp_path / "exceptions.json"
    audit["excused"].__globals__["EXCEPTIONS"] = written
    for until, excused in (("2026-11-25", True), ("2026-11-24", False)):
        written.write_text(json.dumps([{"id": "CVE-1", "why": "not used", "until": until}]))
        assert audit["excused"](flaw, TODAY) is excused
    assert not audit["excused"](audit["Flaw"]("GHSA-bbbb", "quart"), TODAY)


def test_flaws_are_read_from_what_the_two_tools_print(audit: dict[str, Any]) -> None:
    python = {
        "dependencies": [{"name": "quart", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"]}]}]
    }
    assert [flaw.id for flaw in audit["python_flaws"](python)] == ["PYSEC-1"]
    web = {
        "vulnerabilities": {
            "vite": {"via": [{"url": "https://place/advisories/GHSA-1"}, "esbuild"]}
        }
    }
    assert [flaw.id for flaw in audit["web_flaws"](web)] == ["GHSA-1"]


@pytest.mark.parametrize("said", ["", "not json", "[]", '{"error": {"code": "ENOTFOUND"}}'])
def test_a_service_that_cannot_be_reached_is_unknown_and_never_clean(
    audit: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-c", f"print({said!r})"]
    with pytest.raises(audit["Unreachable"]):
        audit["answer"](command, "vulnerabilities")
    places = audit["main"].__globals__
    places["PYTHON"], places["WEB"] = command, command
    assert audit["main"]() == 3
    told = capsys.readouterr().out
    assert told.count("unreachable, so nothing is known") == 2
    assert "passed" not in told


@pytest.mark.long
def test_what_it_is_made_of_can_be_told_from_the_lock_files(tmp_path: Path) -> None:
    made = tmp_path / "python.json"
    subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements"),
            *("--output-file", str(made), str(ROOT / "requirements.txt")),
        ],
        check=True,
        capture_output=True,
    )
    told = json.loads(made.read_text())
    assert told["bomFormat"] == "CycloneDX"
    names = {part["name"] for part in told["components"]}
    locked = (ROOT / "requirements.txt").read_text().splitlines()
    assert names == {line.partition("==")[0].partition("[")[0] for line in locked if "==" in line}
