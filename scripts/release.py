"""`make release`: everything of one version into dist/, the same bytes whoever builds it.

Refuses a tree with changes, a version that has a tag already, one without a section in
CHANGELOG.md, and whatever lint, types, contracts or the wire have to say. Declines to tag and to
publish: a person does, after a look.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SBOMS = ("python.cdx.json", "web.cdx.json")
MANIFEST = "SHA256SUMS"
HASHES = Path("server/static/built/hashes.json")


class NotYet(Exception):
    """Why there is no release; the message says what to do."""


def git(*words: str, root: Path = ROOT) -> str:
    return subprocess.run(
        ["git", *words], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


def version_of(root: Path = ROOT) -> str:
    """The version that this tree says it is. Raises `NotYet` where it is no release."""
    version = str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    if changed := git("status", "--porcelain", root=root):
        raise NotYet(f"The tree has changes that are in no commit:\n{changed}")
    if version in git("tag", "--list", root=root).split():
        raise NotYet(f"{version} is released already: raise the version in pyproject.toml.")
    changes = (root / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## {re.escape(version)} - \d{{4}}-\d{{2}}-\d{{2}}$", changes, re.M):
        raise NotYet(f"CHANGELOG.md has no section '## {version} - year-month-day'.")
    return version


def build(into: Path) -> None:
    """The page, the sdist and out of it the wheel, from what is committed and nothing else."""
    with tempfile.TemporaryDirectory(prefix="lingkar-release-") as folder:
        tree = Path(folder) / "lingkar"
        committed = subprocess.run(
            ["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True
        ).stdout
        with tarfile.open(fileobj=io.BytesIO(committed)) as packed:
            packed.extractall(tree, filter="data")
        (tree / "web/node_modules").symlink_to(ROOT / "web/node_modules")
        # The moment of the commit stands for that of the build.
        environment = {**os.environ, "SOURCE_DATE_EPOCH": git("show", "-s", "--format=%ct")}
        page = [sys.executable, "scripts/web.py", "run", "--silent", "build", "--", "--logLevel"]
        subprocess.run([*page, "warn"], cwd=tree, env=environment, check=True)
        uv = [str(ROOT / ".tools/bin/uv"), "build", "-q", "--no-config", "--no-build-isolation"]
        subprocess.run(
            [*uv, "--python", sys.executable, "--out-dir", str(into)],
            cwd=tree,
            env={**environment, "LINGKAR_SKIP_WEB": "1"},
            check=True,
        )
        shutil.copy2(tree / HASHES, into / HASHES.name)
        (into / ".gitignore").unlink(missing_ok=True)


def sums(folder: Path) -> str:
    """As `sha256sum --check` reads it."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files
    )


def release() -> str:
    """Fill dist/ and return what is in it. Raises `NotYet`."""
    version = version_of()
    if subprocess.run(["make", "lint", "types", "contracts", "wire"], cwd=ROOT).returncode:
        raise NotYet("Something above is not well.")
    with tempfile.TemporaryDirectory(prefix="lingkar-twice-") as twice:
        one, other = Path(twice) / "one", Path(twice) / "other"
        for into in (one, other):
            into.mkdir()
            build(into)
        if sums(one) != sums(other):
            raise NotYet(f"Two builds differ:\n{sums(one)}\n{sums(other)}")
        subprocess.run(["make", "--silent", "sbom"], cwd=ROOT, check=True)
        dist = ROOT / "dist"
        shutil.rmtree(dist, ignore_errors=True)
        shutil.copytree(one, dist)
    for name in SBOMS:
        shutil.copy2(ROOT / "sbom" / name, dist / f"lingkar-{version}-{name}")
    (dist / MANIFEST).write_text(sums(dist))
    return (
        f"{sums(dist)}\nBuilt twice, the same bytes. In dist/, and to check: sha256sum --check"
        f" {MANIFEST}\nNext, once it was looked at: git tag {version}"
    )


if __name__ == "__main__":
    try:
        print(release())
    except NotYet as why:
        sys.exit(f"No release. {why}")
