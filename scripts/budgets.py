"""Print and hold the sizes that a phone on a slow network has to fetch.

Measures what is really sent: the built files after gzip and the pages as the server renders
them. Declines to guess: a page that does not answer 200 fails.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "server/static/built"
KB = 1000
ROOM_JS = 90 * KB
SOUND_JS = 20 * KB
FIRST_VIEW = 20 * KB
FONTS = 65 * KB
LANDING_JS = 5 * KB
LOBBY_JS = 45 * KB
GUIDES = ("/panduan", "/panduan/fasilitator")
FIRST_VIEWS = ("/", "/u", "/siapkan", "/masuk", "/bantuan", "/privasi", *GUIDES)
# The room's page needs a seat; its markup is one element and a few links.
ROOM_PAGE_HTML = 2 * KB
ROOM = "src/room/main.tsx"
LANDING = ("src/pages/pages.ts", "src/pages/offline.ts")
LOBBY = ("src/pages/pages.ts", "src/pages/lobby.ts")
# Loaded by nobody but who turns sound on.
SOUND = "src/audio/main.ts"


def gz(content: bytes) -> int:
    """Bytes after gzip."""
    return len(gzip.compress(content, 9, mtime=0))


def parts_of(entry: str, manifest: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The scripts and styles that opening an entry loads; what is loaded later is left out."""
    scripts: set[str] = set()
    styles: set[str] = set()
    todo = [entry]
    while todo:
        part = manifest[todo.pop()]
        if part["file"] in scripts:
            continue
        scripts.add(part["file"])
        styles.update(part.get("css", []))
        todo += part.get("imports", [])
    return scripts, styles


def later_scripts(entry: str, manifest: dict[str, Any], besides: str = "") -> set[str]:
    """Scripts that the entry loads once it runs (a catalogue, the console), but one part."""
    found: set[str] = set()
    todo = [entry]
    while todo:
        part = manifest[todo.pop()]
        for name in part.get("dynamicImports", []) + part.get("imports", []):
            if name != besides and manifest[name]["file"] not in found:
                found.add(manifest[name]["file"])
                todo.append(name)
    return found


def weigh(files: set[str]) -> int:
    """Bytes of all files, each compressed by itself, as they travel."""
    return sum(gz((BUILT / file).read_bytes()) for file in files)


def in_one_language(files: set[str], manifest: dict[str, Any]) -> int:
    """Bytes of the files with the heaviest catalogue alone: nobody reads two at a time."""
    catalogues: dict[str, set[str]] = {}
    for name, part in manifest.items():
        if name.startswith("locales/") and part["file"] in files:
            # One of the whole room, and one of each part that loads later (`?walk`).
            catalogues.setdefault(name.partition("?")[2], set()).add(part["file"])
    own = set().union(*catalogues.values())
    return weigh(files - own) + sum(
        max(weigh({one}) for one in some) for some in catalogues.values()
    )


def scripts_of(entries: tuple[str, ...], manifest: dict[str, Any]) -> set[str]:
    """All that a page of these entries ever loads."""
    return set().union(
        *(parts_of(one, manifest)[0] | later_scripts(one, manifest) for one in entries)
    )


def fonts() -> dict[str, int]:
    """Bytes of each font by its file; they are compressed as they are."""
    return {path.name: path.stat().st_size for path in BUILT.rglob("*.woff2")}


def html_and_styles() -> dict[str, int]:
    """Start the server, fetch each first view and add up its page and its style sheets."""
    with tempfile.TemporaryDirectory() as data:
        server = subprocess.Popen(
            [ROOT / ".venv/bin/lingkar", "serve"],
            env={
                **os.environ,
                "PORT": "0",
                "HOST": "127.0.0.1",
                "LINGKAR_DATA": data,
                "LINGKAR_SOUND_PORT": "0",
            },
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            address = next(
                found[0] for line in server.stdout if (found := re.search(r"http://\S+:\d+", line))
            )
            return {path: view(address, path) for path in FIRST_VIEWS}
        finally:
            server.terminate()
            server.wait(10)


def view(address: str, path: str) -> int:
    """Compressed bytes of one page and of every style sheet that it names."""
    with urllib.request.urlopen(address + path, timeout=10) as answer:
        page: bytes = answer.read()
    links = re.findall(rb'<link[^>]+rel="?stylesheet"?[^>]*>', page)
    sheets = [re.search(rb'href="?([^" >]+)', link) for link in links]
    total = gz(page)
    for sheet in sheets:
        assert sheet is not None
        with urllib.request.urlopen(address + sheet[1].decode(), timeout=10) as answer:
            total += gz(answer.read())
    return total


def main() -> int:
    """Print one line for each figure; 1 when one is over."""
    manifest = json.loads((BUILT / ".vite/manifest.json").read_text())
    scripts, styles = parts_of(ROOM, manifest)
    # With every part that might load later: the whole is held, as one person can ever load it.
    room = scripts | later_scripts(ROOM, manifest, besides=SOUND)
    sound = (parts_of(SOUND, manifest)[0] | later_scripts(SOUND, manifest)) - room
    rows = [("Room JavaScript, all of it", in_one_language(room, manifest), ROOM_JS)]
    rows += [("Sound, once it is turned on", weigh(sound), SOUND_JS)]
    rows += [("Room HTML and CSS", ROOM_PAGE_HTML + weigh(styles), FIRST_VIEW)]
    rows += [(f"{path} HTML and CSS", size, FIRST_VIEW) for path, size in html_and_styles().items()]
    rows += [("Fonts, all of them", sum(fonts().values()), FONTS)]
    rows += [("/ JavaScript", weigh(scripts_of(LANDING, manifest)), LANDING_JS)]
    rows += [("Lobby JavaScript", in_one_language(scripts_of(LOBBY, manifest), manifest), LOBBY_JS)]
    over = 0
    for what, size, budget in rows:
        over += size > budget
        mark = "ok  " if size <= budget else "OVER"
        print(f"{mark} {what:28} {size / KB:6.1f} of {budget / KB:.0f} kB compressed")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
