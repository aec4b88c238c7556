"""The words are plain: short in the room, one voice, no blame, no jargon, one word for an idea."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from server import words

WEB = Path(__file__).resolve().parents[2] / "web"
MOST_WORDS = 12
"""In a sentence of the room: whoever reads it is tired, and somebody is speaking."""

# What only people who build such things say, or what lays a fault at somebody's door.
FORBIDDEN = {
    "id": "anda error invalid token server sesi klik autentikasi otentikasi login submit gagal "
    "kesalahan user pengguna moderator peserta password akses database username kadaluarsa "
    "kedaluwarsa dilarang ditolak ilegal aku",
    "en": "error invalid token server session click authentication login submit failed failure "
    "wrongly user host moderator participant password username database forbidden illegal "
    "denied mistyped timeout",
}
# Numbers that are limits, and never one.
ALWAYS_MANY = {"agreements.wrong.long", "agreements.wrong.many", "note.long", "plan.wrong.long"}
ALWAYS_MANY |= {"circle.seats", "fac.running", "find.how", "find.how.there", "find.meta"}
# `n` of them in all; how many are left is the other number.
ALWAYS_MANY |= {"inviting.left"}
COUNTED = (
    "minutes|days|letters|lines|seats|people|characters|members|messages|weeks|months|hours|places"
)

each_language = pytest.mark.parametrize("lang", words.WRITTEN)


def glossary() -> dict[str, Any]:
    """Each term: its meaning, what to say in each language, what never, and keys that say it."""
    return dict(json.loads((WEB / "glossary.json").read_text("utf-8")))


def of_pages(lang: str) -> dict[str, str]:
    """Everything but the command line and the figures, whose readers keep a machine."""
    found = words.catalogue(lang)
    return {key: text for key, text in found.items() if not key.startswith(("cli.", "figures."))}


def said_in_the_room(key: str) -> bool:
    """As the build decides it (`vite.config.ts`): a whole key, or one begun by a template."""
    bare = re.sub(r"(_one|\.many|\.s)$", "", key)
    whole, begun = room_sources()
    return key in whole or bare in whole or any(bare.startswith(one) for one in begun)


@cache
def room_sources() -> tuple[set[str], set[str]]:
    files = [
        path
        for part in ("room", "audio", "walk")
        for path in (WEB / "src" / part).rglob("*.ts*")
        if not re.search(r"\.test\.|testing|staging", path.name)
    ]
    text = "\n".join(path.read_text("utf-8") for path in files)
    whole = set(re.findall(r"[\"'`]([\w.]+)[\"'`]", text))
    return whole, set(re.findall(r"`(\w+\.[\w.]*)\$\{", text))


def sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?])\s+", text) if one]


def length(sentence: str) -> int:
    return len([word for word in sentence.split() if re.search(r"\w", word)])


@each_language
def test_no_sentence_of_the_room_is_longer_than_twelve_words(lang: str) -> None:
    of_the_room = {key: text for key, text in of_pages(lang).items() if said_in_the_room(key)}
    assert {"room.ask", "sound.b", "fac.close.b", "gate.banned.h"} <= set(of_the_room)
    long = {
        key: sentence
        for key, text in of_the_room.items()
        for sentence in sentences(text)
        if length(sentence) > MOST_WORDS
    }
    assert long == {}


@each_language
def test_no_page_speaks_of_machinery_blames_or_stands_on_ceremony(lang: str) -> None:
    jargon = re.compile(rf"\b({'|'.join(FORBIDDEN[lang].split())})\b", re.I)
    found = {
        key: text
        for key, text in of_pages(lang).items()
        # What is filled in has a name of its own: {host} is somebody's.
        if jargon.search(re.sub(r"\{\w+\}", "", text))
    }
    assert found == {}


def test_one_has_words_of_its_own_wherever_many_are_counted() -> None:
    catalogue = of_pages("en")
    counting = {
        key
        for key, text in catalogue.items()
        if re.search(rf"\{{n\}} ({COUNTED})\b", text) and not key.endswith("_one")
    }
    assert "fac.close.b" in counting
    assert counting - ALWAYS_MANY - {key.removesuffix("_one") for key in catalogue} == set()


@pytest.mark.parametrize("term", glossary())
@each_language
def test_the_catalogue_says_what_the_glossary_says(lang: str, term: str) -> None:
    entry = glossary()[term]
    say = re.compile(rf"\b({'|'.join(entry[lang]['say'])})", re.I)
    assert {key: words.catalogue(lang)[key] for key in entry["keys"]} == {
        key: text
        for key, text in words.catalogue(lang).items()
        if key in entry["keys"]
        if say.search(text)
    }
    for other in entry[lang]["never"]:
        strays = re.compile(rf"\b{other}\b", re.I)
        assert [key for key, text in of_pages(lang).items() if strays.search(text)] == [], other


def test_the_glossary_has_every_word_that_the_house_agreed_on() -> None:
    agreed = {"circle", "meeting", "member", "facilitator", "observer", "seat", "queue", "round"}
    agreed |= {"talking stick", "turn", "step out", "offer", "decline", "companion"}
    assert agreed <= set(glossary())
    assert all(entry["means"].endswith(".") for entry in glossary().values())
