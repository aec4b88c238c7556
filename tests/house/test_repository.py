"""The repository itself: no host of a registry, no path of one machine, nothing to fetch unseen.

Looks at every file that is tracked or would be, so a slip fails before it is committed.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import tracked

ROOT = Path(__file__).resolve().parents[2]

# Written in pieces, so that this file may be looked at too.
REGISTRIES = [
    "pypi." + "org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "npmjs" + ".org",
    "registry." + "yarnpkg",
    "deb." + "debian.org",
    "ghcr" + ".io",
    "files" + ".python",
]
MACHINE_PATHS = [
    "/" + "work/",
    "/" + "root/",
    "/" + "opt/",
    "/home/" + r"[a-z]+/",
    "/Users/" + "[A-Za-z]+/",
]
# Standard, and yet a clock, chance, a disk or a wire.
IMPURE = {
    "asyncio",
    "io",
    "logging",
    "os",
    "pathlib",
    "secrets",
    "socket",
    "subprocess",
    "time",
    "uuid",
}
ADDRESS = re.compile(r"https?://")


def files() -> list[Path]:
    """Tracked files and new ones that are not ignored."""
    if shutil.which("git") is None:
        pytest.fail("these tests need git")
    found = [ROOT / name for name in tracked.names(ROOT)]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def text_of(path: Path) -> str:
    """A file's text; empty for pictures and fonts."""
    content = path.read_bytes()
    return "" if b"\0" in content[:8000] else content.decode("utf-8")


def test_there_is_something_to_look_at() -> None:
    seen = {path.name for path in files()}
    assert {"pyproject.toml", "Makefile", "package-lock.json", "requirements.txt"} <= seen


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    forbidden = re.compile("|".join([*map(re.escape, REGISTRIES), *MACHINE_PATHS]))
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in files()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-tools.txt"]
)
def test_python_locks_hold_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not ADDRESS.search(text)
    assert not re.search(r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links)\b", text, re.M)
    packages = re.split(r"\n(?=[a-z])", text.strip())
    assert packages
    assert [part.split()[0] for part in packages if not re.match(r"\S+==\S+", part)] == []
    assert [part.split()[0] for part in packages if "--hash=sha256:" not in part] == []


def test_the_two_python_locks_agree() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.M))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_python_locks_hold_everything_that_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    asked = [*project["project"]["dependencies"], *groups["build"], *groups["dev"]]
    names = {re.split(r"[\[<>=; ]", entry)[0].lower() for entry in asked}
    locked = set(
        re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements-dev.txt").read_text(), re.M)
    )
    assert names - locked == set()


def test_the_npm_lock_holds_hashes_and_no_address() -> None:
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    packages = {name: part for name, part in lock["packages"].items() if name}
    assert packages
    assert [name for name, part in packages.items() if "resolved" in part] == []
    assert [name for name, part in packages.items() if "integrity" not in part] == []
    # Where packages ask for gifts is the one address that npm itself insists on.
    rest = [{key: part[key] for key in part if key != "funding"} for part in packages.values()]
    assert not ADDRESS.search(json.dumps(rest))


def test_the_npm_lock_is_for_what_package_json_asks() -> None:
    asked = json.loads((ROOT / "web/package.json").read_text())
    root = json.loads((ROOT / "web/package-lock.json").read_text())["packages"][""]
    for kind in ("dependencies", "devDependencies", "engines"):
        assert root[kind] == asked[kind]


def test_the_compose_file_is_valid() -> None:
    checked = subprocess.run(
        [
            sys.executable, "-m", "check_jsonschema",
            "--builtin-schema", "vendor.compose-spec", "docker-compose.yml",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_domain_imports_the_standard_library_and_itself_alone() -> None:
    allowed = sys.stdlib_module_names - IMPURE
    strange = []
    for path in sorted((ROOT / "realtime/domain").glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "random":
                # random.Random(seed) alone: the same seed gives the same order.
                strange += [f"{path.name}: {ast.unparse(node)}"] * (node.attr != "Random")
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "."]
            strange += [
                f"{path.name}: {name}"
                for name in names
                if name.split(".")[0] not in allowed and not name.startswith("realtime.domain")
            ]
    assert strange == []


def test_every_python_file_opens_with_what_it_does() -> None:
    bare = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py"
        and "migrations/versions" not in str(path)
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert bare == []
