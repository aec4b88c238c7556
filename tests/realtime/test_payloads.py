"""What is read the quick way is read as its schema has it, whatever anybody sends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime import payloads
from realtime.domain.refusal import Refused
from realtime.payloads import Retract, SayWords, parse

# Half a character too: a client can send one, escaped.
TEXTS = st.text(alphabet=st.characters(codec=None, categories=None), max_size=70)
VALUES = TEXTS | st.none() | st.booleans() | st.integers(-9, 9) | st.lists(TEXTS, max_size=2)
FIELDS = st.sampled_from(["id", "text", "ticket", "key", "to", "ID"])


def outcome(kind: type, data: object) -> object:
    try:
        return parse(kind, data)
    except Refused as refusal:
        return refusal.reason


def by_schema(kind: type, data: object) -> object:
    """As it is without the quick way."""
    texts = payloads._TEXTS.pop(kind)
    try:
        return outcome(kind, data)
    finally:
        payloads._TEXTS[kind] = texts


@pytest.mark.parametrize("kind", list(payloads._TEXTS), ids=lambda kind: str(kind.__name__))
@settings(max_examples=200, deadline=None)
@given(
    data=st.dictionaries(FIELDS, VALUES, max_size=3)
    | st.fixed_dictionaries({"id": TEXTS, "text": TEXTS})
    | st.fixed_dictionaries({"id": TEXTS})
    | VALUES
)
def test_the_quick_way_and_the_schema_say_the_same(kind: type, data: object) -> None:
    assert outcome(kind, data) == by_schema(kind, data)


@pytest.mark.parametrize(
    "text", ["", "a" * 2001, "\x00", "\N{GRINNING FACE}", "\ud83d", "a\udfffb"]
)
def test_any_text_is_judged_alike(text: str) -> None:
    data = {"id": "x" * 8, "text": text}
    assert outcome(SayWords, data) == by_schema(SayWords, data)


@pytest.mark.parametrize("size", [0, 7, 8, 64, 65])
def test_an_id_is_as_long_as_the_schema_says(size: int) -> None:
    data: dict[str, Any] = {"id": "\N{GRINNING FACE}" * size}
    assert outcome(Retract, data) == by_schema(Retract, data)
    assert (outcome(Retract, data) == Retract(data["id"])) == (8 <= size <= 64)
