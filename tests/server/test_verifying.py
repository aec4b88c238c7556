"""`lingkar verify` finds every difference between what a server sends and a release, as a browser
that minds integrity would."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.assets import BUILT, HASHES, Assets
from server.commands.verifying import PAGES, compared, integrity
from tests.server.visiting import Site

pytestmark = pytest.mark.skipif(not (BUILT / HASHES).is_file(), reason="the page is not built")
ROOT = Path(__file__).parents[2]
TAG = re.compile(r"<script\b[^>]*>|<link rel=\"(?:stylesheet|modulepreload)\"[^>]*>")
Change = Callable[[str, bytes], bytes]


def wanted() -> dict[str, str]:
    return dict(json.loads((BUILT / HASHES).read_text()))


async def answers_of(site: Site) -> dict[str, bytes]:
    """What this site answers to each address that is asked."""
    client = site.app.test_client()
    return {
        path: await (await client.get(path)).get_data(as_text=False)
        for path in (*wanted(), "/worker.js", *PAGES)
    }


def seen(answers: dict[str, bytes], change: Change = lambda _, content: content) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        content = answers.get(request.url.path)
        if content is None:
            return httpx.Response(404)
        return httpx.Response(200, content=change(request.url.path, content))

    transport = httpx.MockTransport(answer)
    with httpx.Client(transport=transport, base_url="http://place") as client:
        return compared(client, wanted())


async def test_what_was_built_is_what_is_served(site: Site) -> None:
    found = seen(await answers_of(site))
    assert found.wrong == []
    assert len(found.same) == len(wanted()) + 1 + len(PAGES)


async def test_one_changed_byte_is_found_wherever_it_is(site: Site) -> None:
    answers = await answers_of(site)
    for victim in (*list(wanted())[:2], *list(wanted())[-2:], "/worker.js"):

        def change(path: str, content: bytes, victim: str = victim) -> bytes:
            return content + b" " if path == victim else content

        assert victim in [address for _, address in seen(answers, change).wrong]


@pytest.mark.parametrize(
    "more",
    [
        "<script>steal()</script>",
        '<script src="https://elsewhere.example/x.js"></script>',
        '<link rel="stylesheet" href="/static/built/a/other.css">',
    ],
)
async def test_a_page_that_loads_anything_else_is_found(site: Site, more: str) -> None:
    def change(path: str, content: bytes) -> bytes:
        return content.replace(b"</head>", more.encode() + b"</head>")

    found = seen(await answers_of(site), change)
    assert len([key for key, _ in found.wrong if key == "cli.verify.loads"]) == len(PAGES)


async def test_a_file_that_is_gone_is_found(site: Site) -> None:
    answers = await answers_of(site)
    gone = next(iter(wanted()))
    del answers[gone]
    assert ("cli.verify.missing", gone) in seen(answers).wrong


async def test_every_script_and_stylesheet_of_every_page_carries_its_integrity(site: Site) -> None:
    visitor = site.member()
    paths = [f"{site.circle}{end}" for end in ("", "/ruang", "/kalender")]
    for path in (*PAGES, "/u", "/lupa", *paths):
        answer = await visitor.get(path)
        tags = TAG.findall(answer.text)
        assert tags, path
        for tag in tags:
            address = re.search(r'(?:src|href)="([^"]+)"', tag)
            assert address
            assert f'integrity="{wanted()[address[1]]}"' in tag, (path, tag)


def test_no_template_loads_a_file_without_its_integrity() -> None:
    for template in sorted((ROOT / "server/templates").glob("*.html")):
        for tag in TAG.findall(template.read_text("utf-8")):
            assert "sri(" in tag, f"{template.name}: {tag}"


async def test_the_list_lies_at_an_address_that_stays_and_is_asked_for_afresh(site: Site) -> None:
    answer = await site.stranger().get(f"/static/built/{HASHES}")
    assert json.loads(answer.text) == wanted()
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_list_has_every_built_file_with_what_it_is() -> None:
    files = {
        f"/static/built/{path.relative_to(BUILT).as_posix()}": integrity(path.read_bytes())
        for path in BUILT.rglob("*")
        if path.is_file() and path.suffix != ".gz" and ".vite" not in path.parts
    }
    del files[f"/static/built/{HASHES}"]
    assert files == wanted()


def test_what_is_not_built_has_no_integrity_to_show(tmp_path: Path) -> None:
    assert Assets(tmp_path).integrity("/static/built/a/x.js") == ""
