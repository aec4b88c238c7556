"""Follow-ups after a meeting: counts and ticks, for facilitators, and no words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.circles.tables import FollowUp
from server.web import Services
from tests.server.visiting import Site


async def kept(site: Site) -> dict[str, tuple[int, bool]]:
    found: Services = site.app.extensions["lingkar"]
    async with found.database.session() as db:
        return {one.kind: (one.count, one.done) for one in await db.scalars(select(FollowUp))}


async def test_facilitators_keep_counts_and_ticks(site: Site) -> None:
    path, visitor = f"{site.circle}/usai-fasilitator", site.facilitator()
    sent = {"call_somebody.count": "2", "find_place.count": "1", "find_place.done": "true"}
    assert (await visitor.post(path, {**sent, "made_up.count": "3"})).status == 303
    assert await kept(site) == {"call_somebody": (2, False), "find_place": (1, True)}
    page = await visitor.get(path)
    assert 'name="call_somebody.count"' in page.text
    assert page.text.count(" checked") == 1
    await visitor.post(path, {"call_somebody.count": "0", "find_place.count": "4"})
    assert await kept(site) == {"find_place": (4, False)}


@pytest.mark.parametrize("bad", ["-1", "31", "x", "²", "1000000000"])
async def test_what_is_no_small_number_is_named_and_kept_as_typed(site: Site, bad: str) -> None:
    path = f"{site.circle}/usai-fasilitator"
    answer = await site.facilitator().post(
        path, {"call_somebody.count": bad, "find_place.count": "7"}
    )
    assert answer.status == 422
    assert answer.text.count('aria-invalid="true"') == 1
    assert f'value="{bad}"' in answer.text
    assert 'value="7"' in answer.text
    assert await kept(site) == {}


async def test_there_is_no_place_for_a_story(site: Site) -> None:
    page = await site.facilitator().get(f"{site.circle}/usai-fasilitator")
    assert "<textarea" not in page.text
    assert 'maxlength="3"' in page.text
