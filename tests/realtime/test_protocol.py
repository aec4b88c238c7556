"""What is documented, typed and worded is complete, and the types of the browser are fresh."""

from __future__ import annotations

import json
import re
import shutil
import typing
from dataclasses import fields
from pathlib import Path

import pytest

from realtime import export_types
from realtime.domain.commands import Command
from realtime.domain.refusal import Reason
from realtime.payloads import CLIENT_EVENTS
from realtime.views import SERVER_EVENTS

ROOT = Path(__file__).resolve().parents[2]
PROTOCOL = (ROOT / "realtime/PROTOCOL.md").read_text("utf-8")
COMMANDS: tuple[type, ...] = typing.get_args(Command)
LANGUAGES = ("id", "en")


def section(title: str) -> str:
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", PROTOCOL, re.M | re.S)
    assert found, title
    return found.group(1)


def named(text: str) -> set[str]:
    """Everything that stands in backquotes by itself."""
    return set(re.findall(r"`([^`\s]+)`", text))


def type_of(command: type) -> str:
    return str(next(field.default for field in fields(command) if field.name == "type"))


def test_every_command_is_documented_with_its_fields() -> None:
    text = section("Commands")
    for command in COMMANDS:
        row = re.search(rf"^\| `{type_of(command)}` .*$", text, re.M)
        assert row, type_of(command)
        own = {field.name for field in fields(command)} - {"type"}
        assert own <= named(row.group(0)), type_of(command)


def test_no_command_is_documented_that_is_none() -> None:
    rows = re.findall(r"^\| `(\w+)` ", section("Commands"), re.M)
    assert sorted(rows) == sorted(type_of(command) for command in COMMANDS)


@pytest.mark.parametrize(
    ("title", "events"),
    [("From a client", CLIENT_EVENTS), ("From the server", SERVER_EVENTS)],
)
def test_every_event_is_documented_with_the_fields_of_its_payload(
    title: str, events: dict[str, type]
) -> None:
    text = section(title)
    assert sorted(re.findall(r"^### `(\w+)`", text, re.M)) == sorted(events)
    for event, payload in events.items():
        part = re.search(rf"^### `{event}`$(.*?)(?=^### |\Z)", text, re.M | re.S)
        assert part, event
        for kind in export_types.nested([payload]):
            if kind in COMMANDS:
                continue
            missing = {field.name for field in fields(kind)} - named(part.group(1))
            assert missing == set(), f"{event}: {kind.__name__}"


def test_every_reason_is_documented_once() -> None:
    rows = re.findall(r"^\| `(\w+)` ", section("Reasons"), re.M)
    assert sorted(rows) == sorted(Reason)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: str) -> None:
    words = json.loads((ROOT / f"web/locales/{language}.json").read_text("utf-8"))
    found = {key.removeprefix("reason.") for key in words if key.startswith("reason.")}
    assert set(Reason) - found == set()
    assert all(words[f"reason.{reason}"].strip() for reason in Reason)


def test_the_types_of_the_browser_are_fresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert export_types.main(["--check"]) == 0
    stale = tmp_path / "wire.gen.ts"
    shutil.copy(export_types.TARGET, stale)
    stale.write_text(stale.read_text("utf-8").replace("member_id", "user_id"), "utf-8")
    monkeypatch.setattr(export_types, "TARGET", stale)
    assert export_types.main(["--check"]) == 1


def test_every_property_of_the_browsers_types_is_required() -> None:
    assert re.findall(r"^\s+(?:readonly )?\w+\?:.*$", export_types.render(), re.M) == []


def test_a_type_that_has_no_counterpart_stops_the_export() -> None:
    with pytest.raises(TypeError):
        export_types.wire_type(dict[str, int])
