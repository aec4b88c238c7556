"""The catalogues: the same keys in both languages, every key that pages use, nothing left open."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from server import words
from server.care import LINES
from server.care.routes import ASKED, GIVES, HOLDING
from server.care.still import LEGEND
from server.circles.editing import FIELDS
from server.circles.guide import GuideStep
from server.circles.guide_form import AGREEMENTS
from server.circles.kinds import KINDS
from server.circles.members_routes import DONE
from server.errors import SPOKEN

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "server/templates").glob("*.html"))
PLACE = re.compile(r"\{(\w+)\}")
VISIBLE = ("public", "unlisted", "private")
JOINING = ("open", "approval", "invitation")


def places(most: int) -> tuple[str, ...]:
    """A heading, and what stands below it by number."""
    return ("", *(f".{n + 1}" for n in range(most)))


# Keys that templates put together from parts.
PUT_TOGETHER = [
    *(f"error.{status}.{part}" for status in SPOKEN for part in ("h1", "b")),
    *(f"help.{line.key}{part}" for line in LINES for part in ("", ".b")),
    *(f"circle.door.{door}{part}" for door in ("ask", "open") for part in ("", ".b")),
    *(f"after.{feeling}" for feeling in ("light", "same", "heavy")),
    *(f"foot.theme.{theme}" for theme in ("auto", "light", "dark")),
    *(f"name.{why}" for why in ("empty", "long", "hidden", "letters")),
    *(f"privacy.not.{what}" for what in ("words", "voice", "address", "track")),
    *(f"org.{part}{field}" for field in FIELDS for part in ("", "wrong.")),
    *(f"org.{field}.b" for field in FIELDS if field not in ("visibility", "joining", "door")),
    *(f"org.visibility.{one}{part}" for one in VISIBLE for part in ("", ".b")),
    *(f"org.joining.{one}{part}" for one in JOINING for part in ("", ".b")),
    *(f"org.medium.{one}" for one in ("text", "sound")),
    *(f"org.ages.{one}" for one in ("adults", "minors", "all")),
    *(f"org.friends.{one}" for one in ("no", "ask", "yes")),
    *(f"kind.{one}" for one in KINDS),
    *(f"lang.{one}" for one in words.LANGS),
    *(f"look.ages.{one}" for one in ("minors", "all")),
    *(f"agreements.wrong.{why}" for why in ("many", "long", "hidden")),
    *DONE.values(),
    *(f"members.{why}" for why in ("last", "two", "cannot", "offer.gone", "settled")),
    *("members.facilitator.stays", "pledge.newer", "pledge.need"),
    *(f"delete.{why}" for why in ("wrong", "meeting")),
    *(f"plan.{name}{part}" for name in AGREEMENTS for part in ("", ".b")),
    *(f"plan.{word}.{name}" for word in ("add", "new", "row") for name in ("agenda", "prompts")),
    *(f"plan.in.{lang}" for lang in words.LANGS),
    *(f"plan.{button}" for button in ("up", "down", "remove")),
    *(f"plan.{status}" for status in ("saved", "unsaved", "conflict")),
    *(f"plan.wrong.{why}" for why in ("empty", "long", "hidden", "minutes", "phase", "soft")),
    *(f"plan.{label}" for label in ("title", "script", "prompt")),
    *(f"guide.gives.{one}{part}" for one in GIVES for part in ("", ".b")),
    *(f"guide.steps.{n}{part}" for n in range(1, 7) for part in ("", ".b")),
    *(f"guide.bring.{n}" for n in range(1, 5)),
    *(f"guide.ask.{one}{part}" for one in ASKED for part in ("", ".b")),
    *(f"hold.seat.{one}{part}" for one, _ in LEGEND for part in ("", ".b")),
    *(f"hold.{part}{n}" for part, most in HOLDING.items() for n in places(most)),
    *(f"phase.{phase}" for phase in get_args(GuideStep.model_fields["phase"].annotation)),
]


def keys_in_templates() -> set[str]:
    """Every whole key inside a call of t(...)."""
    found: set[str] = set()
    for path in TEMPLATES:
        for call in re.findall(r"\bt\(([^()]*(?:\([^()]*\)[^()]*)*)\)", path.read_text("utf-8")):
            first = re.split(r",\s*\w+=", call)[0]
            if "~" not in first:
                found |= set(re.findall(r"(?<!== )'([\w.]+)'", first))
    return found


def keys_in_code() -> set[str]:
    """Whole keys in our Python: strings that look like one and begin like one that exists."""
    begins = {key.partition(".")[0] for key in words.catalogue("id")}
    found: set[str] = set()
    for path in (ROOT / "server").glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"text", "BadName"}:
                found |= {
                    part.value
                    for argument in node.args
                    for part in ast.walk(argument)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    if re.fullmatch(r"[a-z_]+(\.\w+)+", part.value)
                    if part.value.partition(".")[0] in begins
                }
    return found


def test_both_languages_have_the_same_keys() -> None:
    assert set(words.catalogue("id")) == set(words.catalogue("en"))


def test_both_languages_leave_the_same_places_open() -> None:
    def places(lang: words.Lang) -> dict[str, set[str]]:
        return {key: set(PLACE.findall(text)) for key, text in words.catalogue(lang).items()}

    english = places("en")
    differing = {key for key, found in places("id").items() if found != english[key]}
    assert differing == set()


def test_nothing_is_empty() -> None:
    for lang in words.LANGS:
        assert [key for key, text in words.catalogue(lang).items() if not text.strip()] == []


def test_every_key_that_pages_use_exists() -> None:
    in_templates = keys_in_templates()
    assert {"find.h1", "pledge.tick", "name.taken", "arrive.setup.h1"} <= in_templates
    used = in_templates | keys_in_code() | set(PUT_TOGETHER)
    assert used - set(words.catalogue("id")) == set()


def test_no_template_holds_a_sentence() -> None:
    # The first four are names; the last two are classes of pages, in blocks of their own.
    names = {"Lingkar", "Bahasa", "Indonesia", "English", "land", "printing"}
    for path in TEMPLATES:
        bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
        bare = re.sub(r"<[^>]*>|[\w-]+=\"[^\"]*\"", " ", bare)
        left = set(re.findall(r"[A-Za-z]{2,}", bare)) - names
        assert left == set(), path.name


def test_what_is_filled_in_is_escaped_and_names_keep_their_direction() -> None:
    said = words.html("id", "lobby.h1", name=words.bdi("<i>مريم"))
    assert said == "Selamat datang, <bdi>&lt;i&gt;مريم</bdi>"
    assert "&lt;b&gt;" in words.html("en", "lobby.h1", name="<b>")


def test_one_has_its_own_words() -> None:
    assert words.text("en", "circle.turns.b", n=1) == "About a minute each. You may pass."
    assert "3 minutes" in words.text("en", "circle.turns.b", n=3)


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        (None, "id"),
        ("en-GB,en;q=0.9", "en"),
        ("fr,en;q=0.5,id;q=0.8", "id"),
        ("fr", "id"),
        ("en;q=x,id", "id"),
        (",,;q=,", "id"),
    ],
)
def test_the_browser_says_which_language(header: str | None, lang: str) -> None:
    assert words.accepted(header) == lang


def test_times_are_written_as_the_language_does() -> None:
    assert (words.clock("id", 9, 5), words.clock("en", 9, 5)) == ("09.05", "09:05")
    assert (words.day_name("id", 2), words.day_name("en", 2)) == ("Rabu", "Wednesday")
