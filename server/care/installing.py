"""What makes the pages an app on a phone: its name and icons, and what may be shared with it.

Names no circle and nobody: a phone shows the name to whoever holds it. Declines to read what
was shared; the device's own worker takes an invitation out of it, and where there is none yet
the page to paste one opens.
"""

from __future__ import annotations

import json

from quart import Blueprint, Response, redirect, request

from server.assets import STATIC, read
from server.web import lang
from server.words import as_lang, text

installing = Blueprint("installing", __name__)

CLOTH, MORI = "#3d1a43", "#f7f0f1"
SHARED = "/u/bagikan"
ICONS = {"ikon-180.png", "ikon-192.png", "ikon-512.png", "ikon-penuh-512.png", "lambang.svg"}


def manifest(spoken: str) -> dict[str, object]:
    """The app as the W3C's manifest describes one."""
    one = as_lang(spoken) or "id"
    png = {"type": "image/png"}
    return {
        "id": "/",
        "name": "Lingkar",
        "short_name": "Lingkar",
        "description": text(one, "app.about"),
        "lang": one,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": MORI,
        "theme_color": CLOTH,
        "icons": [
            {"src": "/static/lambang.svg", "type": "image/svg+xml", "sizes": "any"},
            {"src": "/static/ikon-192.png", "sizes": "192x192", **png},
            {"src": "/static/ikon-512.png", "sizes": "512x512", **png},
            {"src": "/static/ikon-penuh-512.png", "sizes": "512x512", "purpose": "maskable", **png},
        ],
        "shortcuts": [
            {"name": text(one, "after.help"), "url": "/bantuan"},
            {"name": text(one, "notebook.h1"), "url": "/catatan"},
        ],
        # By POST: an invitation has no place in a query string.
        "share_target": {
            "action": SHARED,
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }


@installing.get("/app.webmanifest")
async def app_manifest() -> Response:
    """Browsers ask without cookies, so the page's link says the language."""
    said = json.dumps(manifest(request.args.get("bahasa") or lang()), ensure_ascii=False)
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(said, headers=headers, content_type="application/manifest+json")


@installing.get("/static/<name>")
async def emblem(name: str) -> Response:
    """The signs of the house, for the browser's tab and the phone's screen."""
    file = read(STATIC, name) if name in ICONS else None
    if file is None:
        return Response("", 404, content_type="text/plain")
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(file.content, headers=headers, content_type=file.kind)


@installing.post(SHARED)
async def shared() -> Response:
    """Something was shared before the worker was there: nothing is taken from it."""
    return redirect("/u", 303)  # type: ignore[return-value]
