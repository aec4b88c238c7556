"""A third language in one file, in letters that nobody uses: the rest stays readable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from server import words
from tests.server.test_routes import TABLE, filled
from tests.server.visiting import Site

STRANGE = "qps"
PLACE = re.compile(r"\{\w+\}|[A-Za-z]")
SAID = re.compile(r'>([^<]+)<|(?:aria-label|title|placeholder|alt)="([^"]*)"')
# Names keep their own letters: of people, circles, help lines and cookies, of days and zones.
NAMES = re.compile(
    r"https?://\S+|\b(?:Lingkar|Indonesian?|Bahasa|English|BMKG|WI[BT]A?|ID|EN|QR"
    r"|SAPA|[Hh]ealing119(?:\.id)?|Keadaan darurat|lewat WhatsApp|119 ext 8"
    r"|Orang tua tunggal Jakarta|SQLite|PostgreSQL|[kMGT]B"
    r"|\w+day|\d+ [A-Z]\w+ \d{4}|lingkar(?:-\w+)?|lang|theme|zone"
    r"|Melati|Rina|Bu Sari|Siti|Dewi|Bayu|Wulan|Hendra|Me|Sa|Ri|Si|De|Ba|Wu|He)\b"
)


def marked(text: str) -> str:
    """The words with every letter in another shape; what is filled in stays as it is."""
    return PLACE.sub(
        lambda one: one[0] if len(one[0]) > 1 else "Ø" if one[0].isupper() else "ø", text
    )


@pytest.fixture
def a_third_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of catalogues with one more file in it, and nothing else done."""
    for lang in words.WRITTEN:
        (tmp_path / f"{lang}.json").write_text(json.dumps(words.catalogue(lang)), "utf-8")
    kept = {"lang.locale", "lang.clock"}
    english = words.catalogue("en")
    strange = {key: text if key in kept else marked(text) for key, text in english.items()}
    (tmp_path / f"{STRANGE}.json").write_text(json.dumps(strange), "utf-8")
    monkeypatch.setattr(words, "LOCALES", tmp_path)
    monkeypatch.setattr(words, "LANGS", words.readable(tmp_path))
    words.catalogue.cache_clear()
    yield
    words.catalogue.cache_clear()


def plain(page: str) -> list[str]:
    """What a person sees or hears of a page that is still in plain letters."""
    body = re.sub(r"<(script|style|textarea|bdi|option)\b.*?</\1>", "", page, flags=re.S)
    # Help lines are written by the organiser, in the two languages of the table.
    body = re.sub(r'<ul class="lines">.*?</ul>', "", body, flags=re.S)
    said = [unescape(a or b).strip() for a, b in SAID.findall(body)]
    left = (NAMES.sub("", one) for one in said)
    return [one.strip() for one in left if re.search(r"[A-Za-z]{2,}", one)]


@pytest.mark.usefixtures("a_third_language")
async def test_a_file_more_is_a_language_more_on_every_page(site: Site) -> None:
    seeded = site.seeded
    stranger, lead = site.stranger(), site.facilitator()
    for who in (stranger, lead):
        # Chosen, since a circle's own language comes before what a browser prefers.
        who.client.set_cookie("localhost", "lang", STRANGE)
    unread: dict[str, list[str]] = {}
    seen = 0
    for method, rule in TABLE:
        if method != "GET" or "static" in rule or "<" in rule.replace("<slug>", ""):
            continue
        for who in (stranger, lead):
            answer = await who.get(filled(site, rule).replace("<slug>", seeded.slug))
            if not answer.headers["Content-Type"].startswith("text/html"):
                continue
            assert answer.status < 500, rule
            seen += 1
            if found := plain(answer.text):
                unread[rule] = found
    assert seen > 60
    assert unread == {}


async def test_the_other_languages_are_offered_by_their_own_names(
    site: Site, a_third_language: None
) -> None:
    visitor = site.stranger()
    page = await visitor.get("/panduan")
    assert [found[1] for found in re.finditer(r'name="lang" value="(\w+)"', page.text)] == [
        "en",
        STRANGE,
    ]
    await visitor.post("/bahasa", {"lang": STRANGE, "next": "/panduan"})
    assert f'<html lang="{STRANGE}"' in (await visitor.get("/panduan")).text
