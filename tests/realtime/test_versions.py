"""What clients of a released protocol say is understood, and they find what they look for.

`spoken/<number>.json` is what a release of that number said and heard; nobody edits one. Where a
test here goes red, a client that was right before would be wrong: the number moves, and with the
next release but one `OLDEST` does.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from realtime import export_types
from realtime.client import OldClient
from realtime.client.room import Ack
from realtime.client.seen import parse as heard
from realtime.domain.refusal import Reason, Refused
from realtime.gateway import read_hello
from realtime.payloads import CLIENT_EVENTS, parse
from realtime.views import OLDEST, PROTOCOL, SERVER_EVENTS
from tests.realtime.conftest import House

SPOKEN = Path(__file__).with_name("spoken")
UNDERSTOOD = range(OLDEST, PROTOCOL + 1)
HELLO = {"protocol": PROTOCOL, "circle": "rabu", "tab": "t", "observer": False}


def spoken(number: int) -> dict[str, Any]:
    return dict(json.loads((SPOKEN / f"{number}.json").read_text("utf-8")))


@pytest.mark.parametrize("number", UNDERSTOOD)
def test_what_a_client_of_an_understood_number_says_is_understood(number: int) -> None:
    assert read_hello(spoken(number)["hello"]).circle == "rabu"
    assert len(spoken(number)["says"]) > 50
    for event, payload in spoken(number)["says"]:
        parse(CLIENT_EVENTS[event], payload)


@pytest.mark.parametrize("number", UNDERSTOOD)
def test_what_a_client_of_an_understood_number_looks_for_is_there(number: int) -> None:
    old = spoken(number)
    now = {kind.__name__: kind for kind in export_types.nested(SERVER_EVENTS.values())}
    for event, view in old["hears"].items():
        assert SERVER_EVENTS[event].__name__ == view
    for view, wanted in old["fields"].items():
        assert set(wanted) <= {field.name for field in fields(now[view])}, view


@pytest.mark.parametrize(
    ("number", "reason"),
    [(OLDEST - 1, Reason.OLD_CLIENT), (-1, Reason.OLD_CLIENT), (PROTOCOL + 1, Reason.NEW_CLIENT)],
)
def test_another_number_is_told_which_side_is_the_older(number: int, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        read_hello(HELLO | {"protocol": number})
    assert refused.value.reason is reason


@pytest.mark.parametrize("number", [None, "1", True, 1.0])
def test_what_is_no_number_is_no_handshake(number: object) -> None:
    with pytest.raises(Refused) as refused:
        read_hello(HELLO | {"protocol": number})
    assert refused.value.reason is Reason.MALFORMED


async def test_a_program_that_is_too_old_is_told_so_by_type(house: House) -> None:
    with pytest.raises(OldClient):
        await house.come("Dewi", protocol=OLDEST - 1)


def test_a_reason_that_a_client_does_not_know_is_a_no() -> None:
    ack = heard(Ack, {"ok": False, "reason": "of_tomorrow", "by": None, "more": 1})
    assert (ack.ok, ack.reason) == (False, "of_tomorrow")
    assert heard(Ack, {"ok": False, "reason": "paused", "by": None}).reason is Reason.PAUSED
