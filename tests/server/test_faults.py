"""Whatever goes wrong in a page or a job with somebody's words in hand: nothing prints them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from server import upkeep
from server.care.installing import SHARED
from server.database import Database
from server.jobs import Jobs
from server.security import Keys
from server.web import takes_json
from tests.bursting import CANARY, burst, burst_later, printed
from tests.server.visiting import Answer, Site, Visitor

NOW = dt.datetime(2026, 11, 5, 12, tzinfo=dt.UTC)
OURS = {"Sec_Fetch_Site": "same-origin"}


@pytest.fixture(autouse=True)
def as_served(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults are answered, not raised, and nobody is too fast."""
    monkeypatch.setitem(site.app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("server.request_hooks.spend", lambda *_, **__: None)


def asked(site: Site) -> Iterator[tuple[str, str, str]]:
    """(method, path, endpoint) of every route there is, with something for each of its blanks."""
    adapter = site.app.url_map.bind("localhost")
    for rule in site.app.url_map.iter_rules():
        assert isinstance(rule, Rule)
        blanks = dict.fromkeys(rule.arguments, 1 if "int:" in rule.rule else "x")
        path = adapter.build(rule.endpoint, blanks)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield method, path, rule.endpoint


async def ask(visitor: Visitor, method: str, path: str) -> Answer:
    if method == "GET":
        return await visitor.get(path)
    return await visitor.post_json(path, {"kata": CANARY}, **OURS)


async def test_a_fault_in_any_route_is_a_kind_page_and_a_line_without_content(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = list(asked(site))
    assert len(routes) > 100

    # So that each is reached without the token of a form.
    @takes_json
    async def broken(**_: object) -> None:
        await burst_later()

    for _, _, endpoint in routes:
        monkeypatch.setitem(site.app.view_functions, endpoint, broken)
    visitor = site.member()
    for method, path, endpoint in routes:
        with printed() as said:
            answer = await ask(visitor, method, path)
        assert answer.status == 500, (method, endpoint)
        assert CANARY not in answer.text + str(answer.headers), (method, endpoint)
        assert said().startswith("page.fault kind=ValueError at="), (method, endpoint)
        assert CANARY not in said(), (method, endpoint)


async def test_a_fault_while_any_form_is_read_is_told_by_its_kind_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = site.member()
    await visitor.get("/bantuan")
    # What is shared with the app on a phone is read by no server.
    paths = [path for method, path, _ in asked(site) if method == "POST" and path != SHARED]
    monkeypatch.setattr("quart.wrappers.Request._load_form_data", burst_later)
    for path in paths:
        with printed() as said:
            answer = await visitor.post(path, {"kata": CANARY}, **OURS)
        assert answer.status == 500, path
        assert CANARY not in answer.text + said(), path
        assert "kind=ValueError" in said()


@pytest.mark.parametrize(
    "of",
    [
        "server.request_hooks.place",
        "server.request_hooks.guessing.hold_up",
        "server.request_hooks.guessing.count",
        "server.request_hooks.headers_for",
        "server.care.routes.page",
        "server.web.render_template",
        "server.errors.page",
    ],
)
async def test_a_fault_around_a_page_is_told_by_its_kind_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    later = of.endswith((".place", ".page", ".render_template"))
    monkeypatch.setattr(of, burst_later if later else burst)
    visitor = site.stranger()
    path = "/bantuan" if of != "server.errors.page" else "/nowhere"
    with printed() as said:
        answer = await visitor.get(path)
    assert answer.status == (404 if path == "/nowhere" else 500)
    assert CANARY not in answer.text + said()
    assert "kind=ValueError" in said()


async def test_a_fault_in_any_job_is_told_by_its_kind_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [*upkeep.HOURLY, "ended", "reminders"]
    for name in upkeep.HOURLY:
        monkeypatch.setitem(upkeep.HOURLY, name, burst_later)
    monkeypatch.setattr("server.jobs.ended", burst_later)
    monkeypatch.setattr(Jobs, "remind", burst_later)
    database = Database(site.settings.database_url)
    work = Jobs(site.settings, Keys.kept_in(site.settings.data_dir), database)
    with printed() as said:
        await work.tick(NOW)
    await database.close()
    lines = said().splitlines()
    for name in names:
        assert any(line.startswith(f"jobs.failed job={name} kind=ValueError") for line in lines)
    assert len(lines) == len(names)
    assert CANARY not in said()
