"""Writes docs/openapi.json, what answers over HTTP, from the routes as they are.

`python -m scripts.openapi` writes; with `--check` it exits 1 when the file is stale. The pages are
for people, so it says which addresses there are, what each takes and how each may answer, and not
what stands on a page. Declines to describe the room: realtime/PROTOCOL.md does.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from quart import Quart
from werkzeug.routing import Rule

from realtime.export_types import written
from server.health import LIVES, READY
from server.pages import laid_out
from server.web import BY_SCRIPTS

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "openapi.json"
METHODS = ("GET", "POST")
ABOUT = """\
Every address of a Lingkar over HTTP. They are pages for people: they may say anything with any \
release, and what is described here is held by a test. A form is sent with the `_token` of a page \
that the same browser was shown, and its other fields are those of that page. Whoever is asked \
about a circle that they do not belong to gets the same 404 as for one that does not exist. What \
happens in a meeting goes over a WebSocket: realtime/PROTOCOL.md."""

HTML, JSON = "text/html", "application/json"
KINDS = {
    "/static/built/<path:name>": ["*/*"],
    "/app.webmanifest": ["application/manifest+json"],
    "/worker.js": ["text/javascript"],
    "/kalender/<secret>.ics": ["text/calendar"],
    "/c/<slug>/pertemuan.ics": ["text/calendar"],
    "/aku/data.json": ["application/json"],
}
"""What they answer with, where it is no page."""
STATUSES = {
    "200": "Well.",
    "301": "The same over TLS.",
    "303": "Done; go on there.",
    "304": "As the browser has it already.",
    "400": "Not understood.",
    "403": "Not for whoever asks, or a form without its token.",
    "404": "Not there, or not for whoever asks to know.",
    "405": "Not by this method.",
    "409": "Something else happened meanwhile.",
    "410": "An invitation or link that lets nobody in any more.",
    "413": "Larger than 64 KB.",
    "422": "The form again, and what is wrong in it.",
    "429": "Too often; `Retry-After` says when.",
    "503": "The database cannot be asked now.",
}
ONLY_POSTS = {"409", "413", "422"}
EMPTY = {"301", "303", "304"}


def described() -> dict[str, Any]:
    """The whole description."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lingkar",
            "version": project["version"],
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "components": {
            "responses": {status: answer(status, [HTML]) for status in STATUSES},
            "securitySchemes": {
                "sign_in": {"type": "apiKey", "in": "cookie", "name": "__Host-lingkar"}
            },
        },
        "security": [{}, {"sign_in": []}],
        "paths": dict(sorted((pages() | probes()).items())),
    }


def pages() -> dict[str, dict[str, Any]]:
    """Every address of the pages, by its methods."""
    app = laid_out()
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        for method in METHODS:
            if method in (rule.methods or ()):
                place = paths.setdefault(in_braces(rule.rule), {})
                place[method.lower()] = operation(app, rule, method)
    return paths


def probes() -> dict[str, dict[str, Any]]:
    """What stands in front asks before it sends anybody."""
    paths = {}
    for path, says in ((LIVES, "Whether the process lives."), (READY, "Whether it is ready.")):
        kinds: dict[str, Any] = {JSON: {}, "text/plain": {}}
        answers = {"200": {"description": "Yes.", "content": kinds}}
        if path == READY:
            answers["503"] = {"description": "No, and what is missing.", "content": kinds}
        paths[path] = {"get": {"summary": says, "operationId": path[1:], "responses": answers}}
    return paths


def in_braces(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def operation(app: Quart, rule: Rule, method: str) -> dict[str, Any]:
    """One address by one method."""
    view = app.view_functions[rule.endpoint]
    both = len({*METHODS} & (rule.methods or set())) > 1
    told: dict[str, Any] = {
        "operationId": rule.endpoint + (f".{method.lower()}" if both else ""),
        "summary": " ".join((view.__doc__ or "").strip().split("\n\n")[0].split()),
        "tags": [rule.endpoint.partition(".")[0]],
        "responses": answers(rule.rule, method, by_scripts=hasattr(view, BY_SCRIPTS)),
    }
    if rule.arguments:
        told["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in sorted(rule.arguments)
        ]
    if method == "POST":
        told["requestBody"] = {
            "required": True,
            "content": body(by_scripts=hasattr(view, BY_SCRIPTS)),
        }
    return told


def body(*, by_scripts: bool) -> dict[str, Any]:
    text = {"type": "string"}
    form = {
        "type": "object",
        "properties": {"_token": text},
        "required": ["_token"],
        "additionalProperties": text,
    }
    kinds: dict[str, Any] = {"application/x-www-form-urlencoded": {"schema": form}}
    if by_scripts:
        kinds["application/json"] = {"schema": {"type": "object"}}
    return kinds


def answers(rule: str, method: str, *, by_scripts: bool) -> dict[str, Any]:
    """Every status that it may have, and as what."""
    well = KINDS.get(rule, [HTML, JSON] if by_scripts else [HTML])
    wanted = [one for one in STATUSES if method == "POST" or one not in ONLY_POSTS]
    if well == [HTML]:
        return {status: {"$ref": f"#/components/responses/{status}"} for status in wanted}
    return {status: answer(status, well) for status in wanted}


def answer(status: str, well: list[str]) -> dict[str, Any]:
    """One of them. A no may always be a page; what is not there may be a bare word."""
    if status in EMPTY:
        return {"description": STATUSES[status]}
    kinds = well if status == "200" else [*well, HTML]
    kinds = [*kinds, "text/plain"] if status == "404" else kinds
    return {"description": STATUSES[status], "content": {kind: {} for kind in dict.fromkeys(kinds)}}


def render() -> str:
    return json.dumps(described(), ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    return written(TARGET, render(), arguments, "scripts.openapi")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
