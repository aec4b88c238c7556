"""The catalogues for pages: words by key, escaped, with names kept in their own direction.

One catalogue a language serves pages and room alike. Declines to hold any sentence itself.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from pathlib import Path
from typing import Literal, cast

from babel.dates import format_date, get_day_names
from markupsafe import Markup, escape

Lang = Literal["id", "en"]
LANGS: tuple[Lang, ...] = ("id", "en")
LOCALES = Path(__file__).resolve().parent.parent / "web" / "locales"
# British English writes dates the way Indonesian does: the day first.
BABEL = {"id": "id", "en": "en_GB"}
PLACE = re.compile(r"\{(\w+)\}")


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


def accepted(header: str | None, otherwise: Lang = "id") -> Lang:
    """The first language of Accept-Language that we have."""
    wanted: list[tuple[float, str]] = []
    for part in (header or "")[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag[:2].lower()))
        except ValueError:
            continue
    for _, tag in sorted(wanted, key=lambda pair: pair[0]):
        if found := as_lang(tag):
            return found
    return otherwise


def day_name(lang: Lang, weekday: int) -> str:
    """Monday is 0."""
    return str(get_day_names("wide", locale=BABEL[lang])[weekday])


def long_date(lang: Lang, day: dt.date) -> str:
    """For example 24 November 2026."""
    return format_date(day, "d MMMM y", locale=BABEL[lang])


def clock(lang: Lang, hour: int, minute: int) -> str:
    """Indonesian writes 19.30, English 19:30."""
    return f"{hour:02}{'.' if lang == 'id' else ':'}{minute:02}"
