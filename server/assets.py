"""The built files of the browser: which belong to an entry, and their bytes. Builds nothing."""

from __future__ import annotations

import hashlib
import json
import mimetypes
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
BUILT = STATIC / "built"
HASHES = "hashes.json"
ROOM = "src/room/main.tsx"
ICONS = Path(__file__).resolve().parent.parent / "web" / "src" / "icons.json"


@dataclass(frozen=True)
class Entry:
    """What a page has to load for one script."""

    script: str
    styles: tuple[str, ...]
    early: tuple[str, ...]
    """Scripts that it imports, so that they load beside it and not after it."""


@dataclass(frozen=True)
class File:
    content: bytes
    gzipped: bytes | None
    kind: str


@dataclass
class Assets:
    """Reads the manifest once; keeps the bytes of files that were asked for."""

    root: Path = BUILT
    _entries: dict[str, Entry] = field(default_factory=dict)
    _files: dict[str, File | None] = field(default_factory=dict)
    _hashes: dict[str, str] | None = None

    def entry(self, source: str) -> Entry:
        """The entry built from `web/<source>`."""
        if source not in self._entries:
            self._entries[source] = entry_of(source, self.manifest())
        return self._entries[source]

    def manifest(self) -> dict[str, Any]:
        """What Vite wrote; empty when nothing is built, as in tests of pages alone."""
        path = self.root / ".vite" / "manifest.json"
        return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}

    def release(self) -> str:
        """Which room this is, as browsers have it: another one once anything in it changed."""
        entry = self.entry(ROOM)
        return hashlib.sha256(repr(entry).encode()).hexdigest()[:12] if entry.script else ""

    def hashes(self) -> dict[str, str]:
        """What the build wrote each file to be, by its address; empty when nothing is built."""
        if self._hashes is None:
            path = self.root / HASHES
            self._hashes = dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}
        return self._hashes

    def integrity(self, address: str) -> Markup:
        """The attribute by which a browser refuses any other content than was built."""
        known = self.hashes().get(address)
        return Markup(' integrity="{}"').format(known) if known else Markup("")

    def file(self, name: str) -> File | None:
        """One built file, or None for what is not one."""
        if name not in self._files:
            if len(self._files) > 500:
                self._files.clear()
            self._files[name] = read(self.root, name)
        return self._files[name]


def read(root: Path, name: str) -> File | None:
    """A file below `root` and its compressed sibling; nothing hidden and nothing outside."""
    path = below(root, name)
    if path is None:
        return None
    sibling = path.with_name(f"{path.name}.gz")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = {"application/javascript": "text/javascript"}.get(kind, kind)
    return File(
        content=path.read_bytes(),
        gzipped=sibling.read_bytes() if sibling.is_file() else None,
        kind=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
    )


def below(root: Path, name: str) -> Path | None:
    """Where that file is; None as well for a name that no file can have."""
    if any(part.startswith(".") for part in Path(name).parts):
        return None
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root.resolve()) and path.is_file() else None
    except (OSError, ValueError):
        # Longer than any, or with a zero in it.
        return None


def entry_of(source: str, manifest: dict[str, Any]) -> Entry:
    """Walk an entry's static imports; each file once, in the order in which it is needed."""
    styles: dict[str, None] = {}
    early: dict[str, None] = {}
    if source not in manifest:
        return Entry("", (), ())

    def walk(name: str) -> None:
        part = manifest[name]
        for needed in part.get("imports", []):
            if f"/static/built/{manifest[needed]['file']}" not in early:
                early[f"/static/built/{manifest[needed]['file']}"] = None
                walk(needed)
        styles.update(dict.fromkeys(f"/static/built/{sheet}" for sheet in part.get("css", [])))

    walk(source)
    # What entries share has to come first, or it would undo what one of them says.
    shared = {f"/static/built/{part['file']}" for name, part in manifest.items() if name[0] == "_"}
    ordered = sorted(styles, key=lambda sheet: sheet not in shared)
    return Entry(f"/static/built/{manifest[source]['file']}", tuple(ordered), tuple(early))


@cache
def icons() -> dict[str, str]:
    """The drawings that pages and room share."""
    return dict(json.loads(ICONS.read_text("utf-8")))


def drawing(name: str) -> Markup:
    """The lines of an icon, for inside a drawing of another size."""
    return Markup(icons()[name])  # noqa: S704 -- our own file, nothing from outside


def icon(name: str) -> Markup:
    """An icon that says nothing by itself: the words beside it do."""
    return Markup('<svg class="i" aria-hidden="true" viewBox="0 0 24 24">{}</svg>').format(
        drawing(name)
    )
