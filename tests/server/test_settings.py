"""Settings: secrets in files, and what the file of all settings says of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.cli import main
from server.settings import IN_FILES, Environment, Settings, Unreadable

ROOT = Path(__file__).parents[2]
URL = "postgresql://lingkar:rahasia@database/lingkar"


def test_a_secret_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in IN_FILES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "url").write_text(f"{URL}\n")
    (tmp_path / "turn").write_text("shared by two\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("TURN_SECRET_FILE", str(tmp_path / "turn"))
    found = Settings.from_env()
    assert (found.database, found.turn_secret) == (URL, "shared by two")
    # What is said itself counts before it.
    monkeypatch.setenv("DATABASE_URL", "sqlite:///x")
    assert Settings.from_env().database == "sqlite:///x"


def test_a_file_that_cannot_be_read_costs_one_line_that_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "nothing"))
    with pytest.raises(Unreadable):
        Settings.from_env()
    assert main(["check"]) == 1
    said = capsys.readouterr().err
    assert said == "The file in REDIS_URL_FILE cannot be read by this account.\n"


def test_what_holds_a_secret_is_a_setting() -> None:
    known = {part.validation_alias for part in Environment.model_fields.values()}
    assert set(IN_FILES) <= known


def test_prepare_makes_the_tables_and_tells_how_to_become_the_organiser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINGKAR_DATA", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", "https://lingkar.example")
    assert main(["prepare"]) == 0
    said = capsys.readouterr().out
    assert "https://lingkar.example/siapkan#" in said
    assert (tmp_path / "lingkar.db").is_file()


def test_every_setting_is_documented_and_every_documented_one_is_a_setting() -> None:
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    own, _, composed = text.partition("## For `docker compose`")
    rows = r"^\| `(\w+)` \| ([^|]+) \| ([^|]{10,}) \|$"
    settings = {str(part.validation_alias): part for part in Environment.model_fields.values()}
    told = {name: without for name, without, _ in re.findall(rows, own, re.M)}
    assert set(told) == set(settings)
    for name, part in settings.items():
        # Where the number or address is fixed, it is the one that is told.
        if isinstance(part.default, int | str) and not isinstance(part.default, bool):
            assert str(part.default) in told[name] or not part.default, name
    for name in IN_FILES:
        assert f"`{name}_FILE`" in own
    file = (ROOT / "docker-compose.yml").read_text("utf-8")
    asked = set(re.findall(r"\$\{(\w+)", file))
    assert {name for name, *_ in re.findall(rows, composed, re.M)} == asked
