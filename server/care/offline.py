"""What a device may keep for when there is no network: the worker, and the page it then shows.

Nothing in either is for one person; who asks is not looked at.
"""

from __future__ import annotations

import hashlib
import json

from quart import Blueprint, Response, g
from werkzeug.exceptions import NotFound

from server.assets import Assets
from server.care.showing import everybodys
from server.web import db, lang, page, services
from server.words import LANGS, text

offline = Blueprint("offline", __name__)

WORKER = "src/worker.ts"
SHELL = ("src/pages/pages.ts", "src/pages/offline.ts")
NOTEBOOK = "src/notebook/main.tsx"


@offline.get("/worker.js")
async def worker() -> Response:
    """The service worker, with what there is to keep in front of it."""
    assets = services().assets
    built = assets.manifest().get(WORKER)
    file = assets.file(built["file"]) if built else None
    if file is None:
        raise NotFound
    given = what_to_keep(assets)
    said = json.dumps(given, sort_keys=True)
    # Another version for other words as well, so that what is kept is fetched again.
    given["version"] = hashlib.sha256(said.encode() + file.content).hexdigest()[:12]
    script = f"const LINGKAR={json.dumps(given, sort_keys=True)};\n{file.content.decode()}"
    headers = {"Cache-Control": "no-cache"}
    return Response(script, headers=headers, content_type="text/javascript; charset=utf-8")


def what_to_keep(assets: Assets) -> dict[str, object]:
    """Files of the shell and of the notebook, and what a reminder says."""
    shell = [file for source in SHELL for file in files_of(assets, source)]
    notebook = [*files_of(assets, NOTEBOOK), *words_of(assets)]
    return {
        "shell": [*dict.fromkeys([*shell, "/static/lambang.svg"])],
        "notebook": [*dict.fromkeys(notebook)],
        "lang": g.place.language,
        "push": {
            one: {"title": text(one, "push.title"), "body": text(one, "push.body")} for one in LANGS
        },
    }


def files_of(assets: Assets, source: str) -> list[str]:
    """All that opening an entry loads."""
    entry = assets.entry(source)
    return [file for file in (entry.script, *entry.styles, *entry.early) if file]


def words_of(assets: Assets) -> list[str]:
    """The catalogues, which the notebook loads by itself."""
    manifest = assets.manifest()
    return [
        f"/static/built/{manifest[name]['file']}"
        for name in (f"locales/{one}.json" for one in LANGS)
        if name in manifest
    ]


@offline.get("/luring")
async def no_network() -> Response:
    """What the worker shows for a page that cannot be had: that, and the help lines."""
    return await page("help.html", help=await everybodys(db(), lang(), None), offline=True)
