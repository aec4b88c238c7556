"""`lingkar verify`: does a running Lingkar send browsers the very files of a release?

Asks as a browser does, by addresses alone, and needs nothing of that server. Declines to vouch
for more than it saw: a server can answer others differently than us.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from server.words import Lang, text

PAGES = ("/", "/bantuan", "/masuk", "/privasi", "/catatan")
WORKER = "/worker.js"
TAG = re.compile(r"<(script|link)\b([^>]*)>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*[\"']([^\"']*)[\"']")
LOADS = {"stylesheet", "modulepreload"}


@dataclass
class Compared:
    """What was found, by address."""

    same: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    """(a key of the catalogue, the address)."""


def report(url: str, manifest: Path, lang: Lang) -> int:
    """Print it all; 1 where anything differs, 2 where it could not be seen."""
    try:
        wanted = {str(k): str(v) for k, v in json.loads(manifest.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        print(text(lang, "cli.verify.manifest", file=str(manifest)), file=sys.stderr)
        return 2
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
            found = compared(client, wanted)
    except (httpx.HTTPError, httpx.InvalidURL):
        print(text(lang, "cli.verify.away", url=url), file=sys.stderr)
        return 2
    for key, address in found.wrong:
        print(f"NO  {text(lang, key, address=address)}")
    n, of = len(found.same), len(found.same) + len(found.wrong)
    print(text(lang, "cli.verify.off" if found.wrong else "cli.verify.same", n=n, of=of, url=url))
    return 1 if found.wrong else 0


def compared(client: httpx.Client, wanted: dict[str, str]) -> Compared:
    """Every file of the release, the worker, and what pages ask browsers to load."""
    found = Compared()
    for address, must in wanted.items():
        answer = client.get(address)
        if answer.is_success and integrity(answer.content) == must:
            found.same.append(address)
        else:
            key = "cli.verify.differs" if answer.is_success else "cli.verify.missing"
            found.wrong.append((key, address))
    worker = client.get(WORKER).content.partition(b"\n")[2]
    # Its first line is what this place has to keep; the rest is a file of the release.
    if integrity(worker) in wanted.values():
        found.same.append(WORKER)
    else:
        found.wrong.append(("cli.verify.differs", WORKER))
    for page in PAGES:
        look_at(page, client.get(page).text, wanted, found)
    return found


def look_at(page: str, html: str, wanted: dict[str, str], found: Compared) -> None:
    """A page loads nothing but files of the release, each with what it has to be."""
    good = True
    for kind, inside in TAG.findall(html):
        said = {name.lower(): value for name, value in ATTRIBUTE.findall(inside)}
        if kind.lower() == "link" and said.get("rel") not in LOADS:
            continue
        source = said.get("src" if kind.lower() == "script" else "href", "")
        local = source if not urlsplit(source).netloc else ""
        if wanted.get(local, "") != said.get("integrity"):
            good = False
            found.wrong.append(("cli.verify.loads", f"{page}: {source or kind}"))
    if good:
        found.same.append(page)


def integrity(content: bytes) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
