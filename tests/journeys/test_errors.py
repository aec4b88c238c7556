"""Pages about what went wrong, each really provoked: the look, both languages, a way on, help."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from server.circles.seed import seed_circle
from server.settings import Settings
from tests.journeys.browsing import Person, Served, arrive
from tests.journeys.examining import Examiner

pytestmark = pytest.mark.long

PASSING = {500, 503}
"""What a link can ask for again. A form that was sent too often is not sent by one."""
UNTRUE_FORM = """
() => {
  const form = Object.assign(document.createElement('form'), {method: 'post', action: '/tema'});
  document.body.append(form);
  form.submit();
}
"""

HURRY = """
() => Promise.all(Array.from({length: 30}, () => fetch('/tema', {method: 'post'}))).then(() => 0)
"""


def harm(data: Path, statement: str) -> None:
    """Change the database behind the server's back."""
    with closing(sqlite3.connect(data / "lingkar.db")) as database, database:
        database.execute(statement)


async def told(person: Person, status: int, examiner: Examiner) -> None:
    """What the page has to have, whatever went wrong."""
    page, key = person.page, f"error.{status}"
    await person.sees(person.words(f"{key}.h1"))
    await person.sees(person.words(f"{key}.b"))
    await expect(page.locator("main a[href='/']")).to_be_visible()
    await expect(page.locator("main a[href='tel:112']")).to_be_visible()
    await expect(page.locator(".exit").first).to_be_visible()
    again = page.get_by_role("link", name=person.words("offline.again"))
    await expect(again).to_have_count(int(status in PASSING))
    await examiner.look(person, f"error-{status}")


async def sent_too_often(person: Person, base: str) -> None:
    """Until it is enough: then the next form of a page is told so."""
    for _ in range(200):
        answer = await person.context.request.post(f"{base}/tema")
        if answer.status == 429:
            assert int(answer.headers["retry-after"]) > 0
            return
    raise AssertionError("nobody is ever told to go slowly")


async def hurried(person: Person) -> None:
    """The next may be sent after half a second: these are sooner, on a busy machine again."""
    for _ in range(5):
        await person.page.evaluate(HURRY)
        async with person.page.expect_response(
            lambda answer: answer.request.is_navigation_request()
        ) as answering:
            await person.page.evaluate(UNTRUE_FORM)
        answer = await answering.value
        if answer.status == 429:
            return
        await person.page.wait_for_load_state()


async def unknown_invitation(person: Person, base: str, examiner: Examiner) -> None:
    await person.page.goto(f"{base}/u#{'x' * 43}")
    await person.sees(person.words("invite.bad"))
    await expect(person.page.locator("main a[href='tel:112']")).to_be_visible()
    await examiner.look(person, "error-410")


async def test_whatever_goes_wrong_is_told_kindly_with_a_way_on_and_help(
    served: Served, tmp_path: Path, browser: Browser
) -> None:
    data, examiner = tmp_path / "data", Examiner()
    circle = await seed_circle(Settings(data_dir=data), listed=True)
    people = [await arrive(browser, "id", "phone"), await arrive(browser, "en", "phone")]

    for person in people:
        # Chosen, since a circle's own language comes before what a browser prefers.
        await person.context.add_cookies(
            [{"name": "lang", "value": person.language, "url": served.base}]
        )

    async def all_are_told(status: int, path: str) -> None:
        for person in people:
            answer = await person.page.goto(served.base + path)
            assert answer is not None and answer.status == status
            await told(person, status, examiner)

    await all_are_told(404, "/tidak-ada")
    for person in people:
        await person.page.goto(f"{served.base}/bantuan")
        await person.page.evaluate(UNTRUE_FORM)
        await told(person, 403, examiner)
        await unknown_invitation(person, served.base, examiner)
    harm(data, f"UPDATE circle SET rule = 'broken' WHERE id = '{circle.circle_id}'")
    await all_are_told(500, f"/c/{circle.slug}")
    harm(data, "ALTER TABLE circle RENAME TO elsewhere")
    await all_are_told(503, f"/c/{circle.slug}")
    for person in people:
        await person.page.goto(f"{served.base}/bantuan")
        await sent_too_often(person, served.base)
        await hurried(person)
        await told(person, 429, examiner)
        await person.context.close()
    assert [person.faults for person in people] == [[], []]
    examiner.content()
