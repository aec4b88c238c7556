"""What people install: the wheel alone, in an environment that has never seen this repository.

What it stands on is lent from here, so that it takes seconds; `make rehearsal` installs all of it
from the lock file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.journeys.browsing import free_port

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / ".tools/bin/uv"
SOON = 60


def uv(*words: str, **environment: str) -> None:
    """Of the locked tools, and of no other settings than ours."""
    done = subprocess.run(
        [str(UV), *words, "--quiet", "--no-config", "--offline"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make wheel` builds it, from the page that is built already."""
    out = tmp_path_factory.mktemp("dist")
    python = ("--python", sys.executable, "--no-build-isolation")
    uv("build", "--wheel", *python, "--out-dir", str(out), LINGKAR_SKIP_WEB="1")
    return next(out.glob("*.whl"))


@contextmanager
def served(lingkar: Path, folder: Path) -> Iterator[str]:
    """`lingkar serve` from an empty folder, with nothing of ours around it."""
    port = free_port()
    process = subprocess.Popen(
        [str(lingkar), "serve"],
        cwd=folder,
        env={"PATH": os.defpath, "PORT": str(port), "LINGKAR_SOUND_PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Ctrl-C stops everything" in line:
                break
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        assert process.wait(SOON) == 0


@pytest.mark.long
def test_the_wheel_holds_the_page_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "server/static/built/.vite/manifest.json" in names
    assert any(name.endswith("0001_the_beginning.py") for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"server", "realtime", "web"}
    assert not [name for name in names if name.endswith((".ts", ".tsx", ".pyc"))]


@pytest.mark.long
def test_installed_alone_it_serves_pages_with_all_that_they_load(
    wheel: Path, tmp_path: Path
) -> None:
    python = tmp_path / "bare/bin/python"
    uv("venv", "--python", sys.executable, str(tmp_path / "bare"))
    uv("pip", "install", "--python", str(python), "--no-deps", str(wheel))
    # A path in there is only looked into: our own installation, which leads here, does not count.
    lent = next((tmp_path / "bare/lib").glob("python*/site-packages")) / "lent.pth"
    lent.write_text(f"{sysconfig.get_path('purelib')}\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    with served(python.parent / "lingkar", empty) as base, httpx.Client(base_url=base) as client:
        page = client.get("/")
        assert page.status_code == 200
        loads = re.findall(r'(?:src|href)="(/static/built/[^"]+)"', page.text)
        assert loads
        for address in loads:
            assert client.get(address).status_code == 200, address
        assert client.get("/readyz").json()["ready"]
    assert (empty / "data/lingkar.db").is_file()
