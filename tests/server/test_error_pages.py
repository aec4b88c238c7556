"""Every page about what went wrong: kind words, the way back, help lines, nothing asked twice."""

from __future__ import annotations

import pytest
from quart import g, request

from server import words
from server.errors import SPOKEN, error_page
from tests.server.visiting import Answer, Site


async def told(site: Site, status: int, method: str = "GET", elsewhere: str = "") -> Answer:
    async with site.app.test_request_context("/x?a=1", method=method):
        request.path = elsewhere or request.path
        g.lang, g.theme = "id", "auto"
        answer = await error_page(status)
        text = (await answer.get_data(as_text=True)) or ""
        return Answer(answer.status_code, text, answer.headers)


@pytest.mark.parametrize("status", sorted(SPOKEN))
async def test_each_says_what_it_is_and_leads_home_and_to_help(site: Site, status: int) -> None:
    answer = await told(site, status)
    assert answer.status == status
    for part in ("h1", "b"):
        assert words.text("id", f"error.{status}.{part}") in answer.words
    for way in ('href="/"', 'href="/bantuan"', 'href="tel:112"', "data-exit"):
        assert way in answer.text


@pytest.mark.parametrize("status", sorted(SPOKEN))
async def test_what_passes_by_itself_may_be_asked_for_again(site: Site, status: int) -> None:
    passing = status in (429, 500, 503)
    assert ('href="/x?a=1"' in (await told(site, status)).text) is passing
    # What was sent is not sent twice by a link, and no path leads to another place.
    again = f">{words.text('id', 'offline.again')}</a>"
    assert again not in (await told(site, status, "POST")).text
    assert again not in (await told(site, status, elsewhere="//elsewhere.example/")).text
