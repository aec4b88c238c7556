"""What `make release` refuses. That it builds the same bytes twice it says itself, each time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import release


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository that could be released."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## 0.2.0 - 2026-12-01\n")
    release.git("init", "-q", root=tmp_path)
    commit(tmp_path)
    return tmp_path


def commit(tree: Path) -> None:
    release.git("add", "-A", root=tree)
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", *who, "commit", "-qm", "x"], cwd=tree, check=True)


def test_a_tree_that_is_whole_has_a_version(tree: Path) -> None:
    assert release.version_of(tree) == "0.2.0"


def test_changes_that_are_in_no_commit_are_no_release(tree: Path) -> None:
    (tree / "new.py").write_text("")
    with pytest.raises(release.NotYet, match=r"new\.py"):
        release.version_of(tree)


def test_a_version_is_released_once(tree: Path) -> None:
    release.git("tag", "0.2.0", root=tree)
    with pytest.raises(release.NotYet, match="raise the version"):
        release.version_of(tree)


def test_a_version_that_the_changelog_does_not_know_is_no_release(tree: Path) -> None:
    (tree / "pyproject.toml").write_text('[project]\nversion = "0.3.0"\n')
    commit(tree)
    with pytest.raises(release.NotYet, match="CHANGELOG"):
        release.version_of(tree)


def test_the_manifest_is_one_that_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"a")
    (tmp_path / release.MANIFEST).write_text(release.sums(tmp_path))
    command = ["sha256sum", "--check", "--strict", release.MANIFEST]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert release.MANIFEST not in release.sums(tmp_path)
