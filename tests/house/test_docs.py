"""What documents tell people to type is typed here; what cannot be says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.docs import ROOT, Broken, Fence, fences, sandbox, unknown_in, wrong_with

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "realtime/*.md", "deploy/**/*.md")
    for path in ROOT.glob(pattern)
)
RUN = {
    path: [fence for fence in fences(path) if fence.how.startswith(("run", "serve"))]
    for path in DOCUMENTS
}


def in_english(path: Path) -> Path | None:
    """The same document, where this is its translation."""
    names = (path.name.replace(".id.md", end) for end in (".md", ".en.md"))
    found = [path.with_name(name) for name in names if path.with_name(name) in DOCUMENTS]
    return found[0] if path.name.endswith(".id.md") and found else None


TRANSLATIONS = [path for path in DOCUMENTS if in_english(path)]
RUN = {path: found for path, found in RUN.items() if found and path not in TRANSLATIONS}
NEW = "new.md"


def fence(how: str, text: str = "true\n", kind: str = "sh") -> Fence:
    return Fence(Path(NEW), 1, kind, how, text)


def test_every_command_of_a_document_is_run_or_says_why_not() -> None:
    found = {f"{one.place}": wrong_with(one) for path in DOCUMENTS for one in fences(path)}
    assert {place: why for place, why in found.items() if why} == {}
    assert len(found) > 3


def test_what_documents_ask_make_for_is_there() -> None:
    shown = [one for path in DOCUMENTS for one in fences(path) if one.kind == "sh"]
    assert [(one.place, name) for one in shown for name in unknown_in(one)] == []
    assert unknown_in(fence("run", "make lint types  # seconds\nmake tset ARGS=1\n")) == ["tset"]


@pytest.mark.long
@pytest.mark.parametrize("path", RUN, ids=lambda path: path.name)
def test_the_commands_of_a_document_do_what_they_are_for(path: Path) -> None:
    with sandbox() as box:
        for one in RUN[path]:
            box.run(one)


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.name)
def test_a_translation_shows_the_same_commands(path: Path) -> None:
    english = in_english(path)
    assert english is not None
    shown = [
        [(one.kind, one.how, one.text.replace("--lang id", "--lang en")) for one in fences(each)]
        for each in (path, english)
    ]
    assert shown[0] == shown[1]


def test_a_command_that_fails_is_found() -> None:
    with sandbox() as box:
        box.run(fence("run", "touch here\n"))
        box.run(fence("run", "test -f here; lingkar --help | grep -q serve\n"))
        with pytest.raises(Broken, match="never-a-command"):
            box.run(fence("run", "never-a-command | cat\ntrue\n"))
        with pytest.raises(Broken, match="nothing of it"):
            box.run(fence('serve "ready"', "echo nothing of it\n"))
        with pytest.raises(Broken, match="ZeroDivisionError"):
            box.run(fence("run", "1 / 0\n", kind="python"))


def test_what_a_document_starts_answers_until_it_ends() -> None:
    with sandbox() as box:
        box.run(fence('serve "Serving"', "exec python -u -m http.server 8765 -b 127.0.0.1\n"))
        box.run(
            fence(
                "run",
                "python -c 'import socket as s; s.create_connection((\"127.0.0.1\", 8765))'\n",
            )
        )
        assert not (ROOT / "said-0").exists()


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("", ""),
        ("sh", ""),
        ("bash", "run"),
        ("sh", "not run: "),
        ("sh", "not run: no"),
        ("sh", "serve"),
    ],
)
def test_a_fence_that_says_nothing_of_running_is_found(kind: str, how: str) -> None:
    assert wrong_with(fence(how, kind=kind))


@pytest.mark.parametrize(("kind", "how"), [("text", ""), ("sh", "run"), ("ini", "")])
def test_a_fence_that_says_it_is_not(kind: str, how: str) -> None:
    assert wrong_with(fence(how, kind=kind)) is None
