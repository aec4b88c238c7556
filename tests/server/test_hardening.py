"""The header set on every answer, cookies over TLS, and what the Mozilla Observatory would say.

Its checks are written from its public scoring (developer.mozilla.org/en-US/observatory/docs).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from server.limits import Limits
from server.pages import opened
from server.security import HEADERS, Keys
from server.settings import Settings
from tests.server.conftest import Standing
from tests.server.matrix import read
from tests.server.visiting import Site, Visitor, awake, of_its_own, pages
from tests.steps import LINES

TLS = "https://lingkar.example"
PREFERENCES = {"lang", "theme"}
"""No secret: the room's own script writes them too."""
STRICT = HEADERS | {"Strict-Transport-Security": "max-age=31536000"}
ROUTES = sorted({(method, rule) for _, method, rule in read()})


@pytest.fixture
async def over_tls(site: Site, standing: Standing) -> AsyncIterator[Site]:
    """The same place as people reach it through a proxy with TLS."""

    @asynccontextmanager
    async def around() -> AsyncIterator[None]:
        yield

    settings = replace(site.settings, public=TLS)
    keys = Keys.kept_in(settings.data_dir)
    app = opened(of_its_own(pages()), settings, keys, standing.database, around)
    async with awake(app):
        yield Site(app, settings, replace(site.seeded, cookie_name="__Host-lingkar"))


def missing(headers: Any, wanted: dict[str, str]) -> set[str]:
    return {name for name, value in wanted.items() if headers.getlist(name) != [value]}


def filled(rule: str, site: Site) -> str:
    return re.sub(r"<[^>]+>", "nothing", rule.replace("<slug>", site.seeded.slug))


async def test_every_answer_of_every_route_and_method_carries_every_header_once(
    over_tls: Site,
) -> None:
    limits: Limits = over_tls.app.extensions["lingkar"].limits
    asked = 0
    for visitor in (over_tls.stranger(), over_tls.facilitator()):
        for rule in sorted({rule for _, rule in ROUTES}):
            for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"):
                limits._buckets.clear()
                path = filled(rule, over_tls)
                answer = await getattr(visitor.client, method.lower())(path)
                assert not missing(answer.headers, STRICT), f"{method} {rule}"
                asked += 1
    assert asked > 800


async def test_errors_carry_them_too(
    over_tls: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = over_tls.stranger()

    async def break_down(*_: object) -> None:
        raise ValueError

    seen = {
        400: await visitor.client.get("/kelola?hal=" + "9" * 30, headers={"Host": "a b"}),
        404: await visitor.client.get("/nowhere"),
        405: await visitor.client.get("/keluar"),
        413: await visitor.client.post("/u/tukar", json={"secret": "x" * 70_000}),
    }
    monkeypatch.setattr("server.circles.finding_routes.find", break_down)
    seen[500] = await visitor.client.get("/")
    over_tls.app.extensions["lingkar"].limits.wait = lambda *_: 7
    seen[429] = await visitor.client.get("/")
    for status, answer in seen.items():
        assert answer.status_code == status or status == 400
        assert not missing(answer.headers, STRICT), status
    assert seen[429].headers["Retry-After"] == "7"


async def test_a_built_file_and_the_emblem_carry_them(over_tls: Site) -> None:
    manifest = over_tls.app.extensions["lingkar"].assets.manifest()
    files = [f"/static/built/{part['file']}" for part in manifest.values()]
    for path in ["/static/lambang.svg", *files]:
        answer = await over_tls.stranger().client.get(path)
        assert answer.status_code == 200
        assert not missing(answer.headers, STRICT), path


def cookies_of(answer: Any) -> list[str]:
    return [str(one) for one in answer.headers.getlist("Set-Cookie")]


async def many_answers(site: Site) -> list[Any]:
    """Answers that set each cookie that a page sets."""
    visitor, answers = site.stranger(), []
    visitor.headers["X-Forwarded-Proto"] = "https"
    answers.append(await visitor.client.get("/bantuan"))
    page = await answers[0].get_data(as_text=True)
    token = re.search(r'name="_token" value="([^"]+)"', page)
    form = cookies_of(answers[0])[0].partition(";")[0].partition("=")
    visitor.client.set_cookie("localhost", form[0], form[2])
    sent = {"_token": token[1] if token else ""}
    for path, more in (
        ("/bahasa", {"lang": "en"}),
        ("/tema", {"theme": "dark"}),
        ("/u/tukar", {"secret": site.secret}),
        ("/masuk", {"name": "Bu Sari", "passphrase": "wrong"}),
        ("/keluar", {}),
        ("/lupa", {}),
    ):
        answers.append(await visitor.client.post(path, form=sent | more))
    return answers


async def test_every_cookie_is_bound_to_this_host_over_tls(over_tls: Site) -> None:
    cookies = [one for answer in await many_answers(over_tls) for one in cookies_of(answer)]
    names = {one.partition("=")[0] for one in cookies}
    assert {"__Host-lingkar-form", "__Host-lingkar-undangan"} <= names
    for cookie in cookies:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "samesite=lax", "path=/"} <= parts, cookie
        assert "httponly" in parts or cookie.partition("=")[0] in PREFERENCES, cookie
        assert not any(part.startswith("domain") for part in parts), cookie


async def test_whoever_comes_without_tls_is_sent_to_it_and_their_form_is_not_taken(
    over_tls: Site, site: Site
) -> None:
    plain = {"X-Forwarded-Proto": "http"}
    answer = await over_tls.stranger().client.get("/c/x?y=1", headers=plain)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{TLS}/c/x?y=1")
    assert (await over_tls.stranger().client.post("/bahasa", headers=plain)).status_code == 403
    # Where there is no TLS nobody is sent anywhere.
    assert (await site.stranger().client.get("/bantuan", headers=plain)).status_code == 200


class Sources(HTMLParser):
    """Where a page takes its scripts from, and which of them say what they must be."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append(dict(attrs))


def policy(headers: Any) -> dict[str, list[str]]:
    parts = (part.split() for part in headers["Content-Security-Policy"].split(";"))
    return {part[0]: part[1:] for part in parts if part}


async def observed(site: Site) -> dict[str, int]:
    """Each check, with its modifier; below nothing is a failure."""
    answers = await many_answers(site)
    page, headers = answers[0], answers[0].headers
    csp = policy(headers)
    sources = Sources()
    sources.feed(await page.get_data(as_text=True))
    ours = all((script.get("src") or "").startswith("/") for script in sources.scripts)
    whole = sources.scripts and all(script.get("integrity") for script in sources.scripts)
    unsafe = [word for words in csp.values() for word in words if "unsafe" in word]
    broad = {"*", "http:", "https:", "data:", "blob:"} & {
        *csp["script-src"],
        *csp.get("object-src", csp["default-src"]),
        *csp["style-src"],
    }
    cookies = [one.lower() for answer in answers for one in cookies_of(answer)]
    own = [one for one in cookies if one.partition("=")[0] not in PREFERENCES]
    bound = all({"secure", "samesite=lax"} <= set(one.split("; ")) for one in cookies)
    bound = bound and all("httponly" in one.split("; ") for one in own)
    age = re.match(r"max-age=(\d+)", headers["Strict-Transport-Security"])
    sent = await site.stranger().client.get("/", headers={"X-Forwarded-Proto": "http"})
    shared = await site.stranger().client.get("/", headers={"Origin": "https://evil.example"})
    return {
        "content security policy": 10
        if csp["default-src"] == ["'none'"] and not unsafe and not broad
        else -25,
        "cookies": 5 if bound else -40,
        "cross-origin sharing": 0 if "Access-Control-Allow-Origin" not in shared.headers else -50,
        "redirection": 0 if sent.headers.get("Location", "").startswith(TLS) else -20,
        "referrer policy": 5 if headers["Referrer-Policy"] == "no-referrer" else -5,
        "strict transport": 0 if age and int(age[1]) >= 15_768_000 else -20,
        "subresource integrity": 5 if whole else 0 if ours else -50,
        "content type options": 0 if headers["X-Content-Type-Options"] == "nosniff" else -5,
        "frame options": 5 if csp["frame-ancestors"] == ["'none'"] else -20,
        "cross-origin resources": 10
        if headers["Cross-Origin-Resource-Policy"] == "same-origin"
        else -50,
    }


async def test_the_observatory_finds_nothing_wrong(over_tls: Site) -> None:
    found = await observed(over_tls)
    base = 100 + sum(min(0, points) for points in found.values())
    score = base + (sum(max(0, points) for points in found.values()) if base >= 90 else 0)
    told = ", ".join(f"{name} {points:+d}" for name, points in found.items())
    LINES.append(f"observatory: {score} ({told})")
    assert all(points >= 0 for points in found.values()), found
    assert score >= 130


def test_plain_http_promises_no_tls() -> None:
    from server.security import headers_for

    assert "Strict-Transport-Security" not in headers_for(Settings())


async def test_text_is_never_markup_or_code(site: Site) -> None:
    csp = policy((await Visitor(site.app).client.get("/")).headers)
    assert csp["require-trusted-types-for"] == ["'script'"]
    assert csp["trusted-types"] == ["lingkar"]
    assert csp["script-src"] == csp["style-src"] == ["'self'"]
    assert csp["base-uri"] == csp["frame-ancestors"] == csp["default-src"] == ["'none'"]
