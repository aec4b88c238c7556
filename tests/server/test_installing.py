"""The pages as an app on a phone: what its manifest says, its icons, and what is shared with it."""

from __future__ import annotations

import struct

import pytest

from server.care.installing import manifest
from tests.server.visiting import Site


@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_app_is_described_in_the_language_of_the_page(site: Site, language: str) -> None:
    answer = await site.app.test_client().get(f"/app.webmanifest?bahasa={language}")
    assert answer.mimetype == "application/manifest+json"
    said = await answer.get_json(force=True)
    assert said == manifest(language)
    assert said["lang"] == language
    # A phone shows this to whoever holds it: nothing in it is about anybody's circle.
    assert said["start_url"] == said["scope"] == said["id"] == "/"


async def test_every_icon_is_there_in_the_size_that_it_says(site: Site) -> None:
    icons = manifest("id")["icons"]
    assert isinstance(icons, list)
    for icon in icons:
        answer = await site.app.test_client().get(icon["src"])
        assert answer.status_code == 200
        assert answer.mimetype == icon["type"]
        content = await answer.get_data(as_text=False)
        if icon["type"] == "image/png":
            width, height = struct.unpack("!II", content[16:24])
            assert icon["sizes"] == f"{width}x{height}"
    assert {icon.get("purpose", "any") for icon in icons} == {"any", "maskable"}


async def test_nothing_else_lies_open_beside_the_icons(site: Site) -> None:
    for name in ("built", "nothing.png", "..%2Fsettings.py"):
        assert (await site.app.test_client().get(f"/static/{name}")).status_code == 404


async def test_what_is_shared_without_the_worker_leads_to_the_page_to_paste_it(
    site: Site,
) -> None:
    answer = await site.app.test_client().post(
        "/u/bagikan",
        form={"text": "http://localhost/u#abcdefghijklmnop"},
        headers={"Sec-Fetch-Site": "none"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/u")
