"""The catalogues for pages: words by key, escaped, with names kept in their own direction.

One catalogue a language serves pages and room alike, and a file in `web/locales` is all that
another language takes. Declines to hold any sentence itself.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from pathlib import Path
from typing import Literal, cast

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal
from markupsafe import Markup, escape

Lang = str
LOCALES = Path(__file__).resolve().parent.parent / "web" / "locales"
Written = Literal["id", "en"]
WRITTEN: tuple[Written, ...] = ("id", "en")
"""In which languages circles write words of their own, as the tables and the protocol have them."""
PLACE = re.compile(r"\{(\w+)\}")


def readable(folder: Path) -> tuple[Lang, ...]:
    """The languages that there is a catalogue of."""
    others = {path.stem for path in folder.glob("*.json")} - set(WRITTEN)
    return (*WRITTEN, *sorted(others))


LANGS = readable(LOCALES)
"""In which languages pages and room can be read."""


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """All words of a language."""
    return cast("dict[str, str]", json.loads((LOCALES / f"{lang}.json").read_text("utf-8")))


def template(lang: Lang, key: str, params: dict[str, object]) -> str:
    """The words before anything is filled in; `key_one` where `n` is 1."""
    words = catalogue(lang)
    if params.get("n") == 1 and f"{key}_one" in words:
        return words[f"{key}_one"]
    return words[key]


def html(lang: Lang, key: str, **params: object) -> Markup:
    """Words for a page. What is filled in is escaped, unless it is markup already."""
    return Markup(  # noqa: S704 -- every part is escaped here
        PLACE.sub(
            lambda found: str(escape(params[found[1]])),
            str(escape(template(lang, key, params))),
        )
    )


def text(lang: Lang, key: str, **params: object) -> str:
    """Words for where no markup goes: a message to send, an attribute that Jinja escapes."""
    return PLACE.sub(lambda found: str(params[found[1]]), template(lang, key, params))


def bdi(name: str) -> Markup:
    """A name in its own direction, so that one written from the right turns no sentence round."""
    return Markup("<bdi>{}</bdi>").format(name)


def as_lang(value: str | None) -> Lang | None:
    """`value` as a language we have."""
    return value if value in LANGS else None


def as_written(lang: Lang) -> Written:
    """`lang` as one in which circles write words of their own."""
    return "en" if lang == "en" else "id"


def accepted(header: str | None, otherwise: Lang = "id") -> Lang:
    """The first language of Accept-Language that we have."""
    wanted: list[tuple[float, str]] = []
    for part in (header or "")[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.strip().partition("-")[0].lower()))
        except ValueError:
            continue
    for _, tag in sorted(wanted, key=lambda pair: pair[0]):
        if found := as_lang(tag):
            return found
    return otherwise


def locale(lang: Lang) -> str:
    """How Babel calls it. British English writes dates the way Indonesian does: the day first."""
    return catalogue(lang)["lang.locale"].replace("-", "_")


def day_name(lang: Lang, weekday: int) -> str:
    """Monday is 0."""
    return str(get_day_names("wide", locale=locale(lang))[weekday])


def long_date(lang: Lang, day: dt.date) -> str:
    """For example 24 November 2026."""
    return format_date(day, "d MMMM y", locale=locale(lang))


def clock(lang: Lang, hour: int, minute: int) -> str:
    """Indonesian writes 19.30, English 19:30."""
    return text(lang, "lang.clock", hour=f"{hour:02}", minute=f"{minute:02}")


def decimal(lang: Lang, number: float) -> str:
    """For example 1,5 or 1.5."""
    return format_decimal(number, "0.#", locale=locale(lang))
