"""Keys, signed values, settings and limits by themselves."""

from __future__ import annotations

import ast
import asyncio
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Semaphore

import pytest
from argon2 import Type

from server.accounts.queries import AT_ONCE, Crowded, SlowWork, hasher, slow_work
from server.limits import Budget, Limits, prefix
from server.security import Keys
from server.settings import Settings


def test_the_key_is_made_once_and_for_this_account_alone(tmp_path: Path) -> None:
    first = Keys.kept_in(tmp_path / "data")
    assert Keys.kept_in(tmp_path / "data") == first
    assert len(first.key) == 32
    assert stat.S_IMODE((tmp_path / "data/instance.key").stat().st_mode) == 0o600


def test_a_signature_holds_for_one_purpose_one_value_and_one_instance() -> None:
    keys, other = Keys(b"a" * 32), Keys(b"b" * 32)
    signed = keys.sign("door", "value.with.dots")
    assert keys.unsign("door", signed) == "value.with.dots"
    assert keys.unsign("window", signed) is None
    assert other.unsign("door", signed) is None
    assert keys.unsign("door", signed.replace("value", "valuf")) is None
    assert keys.unsign("door", None) is None
    assert keys.unsign("door", "naïve.ünsigned") is None


def test_a_signature_with_an_end_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys(b"a" * 32)
    monkeypatch.setattr("time.time", lambda: 1000.0)
    signed = keys.sign_for("door", "value", 60)
    assert keys.unsign_in_time("door", signed) == "value"
    monkeypatch.setattr("time.time", lambda: 1061.0)
    assert keys.unsign_in_time("door", signed) is None


def test_a_passphrase_costs_whoever_guesses_what_rfc_9106_says() -> None:
    real = hasher()
    assert real.type is Type.ID
    assert (real.time_cost, real.memory_cost, real.parallelism) == (3, 64 * 1024, 4)
    assert slow_work().threads._max_workers == AT_ONCE == 2


def test_a_form_token_belongs_to_one_browser_and_looks_different_each_time() -> None:
    keys = Keys(b"a" * 32)
    token = keys.form_token("mine")
    assert keys.form_token("mine") != token
    assert keys.form_token_holds("mine", token)
    assert not keys.form_token_holds("other", token)
    assert not keys.form_token_holds(None, token)
    assert not keys.form_token_holds("", keys.form_token(""))


def test_a_budget_runs_out_and_grows_back() -> None:
    now = 0.0
    limits = Limits(clock=lambda: now)
    budget = Budget(tries=2, seconds=10)
    assert [limits.wait(budget, "192.0.2.1") for _ in range(3)] == [0, 0, 6]
    assert limits.wait(budget, "192.0.2.2") == 0
    now = 5.0
    assert limits.wait(budget, "192.0.2.1") == 0
    assert limits.wait(budget, "192.0.2.1") > 0


def test_a_household_shares_one_budget_over_ipv6() -> None:
    assert prefix("2001:db8::1") == prefix("2001:db8::ffff:2")
    assert prefix("2001:db8:0:1::1") != prefix("2001:db8:0:2::1")
    assert prefix(None) == prefix("<local>") == "unknown"
    # As a server of both families has it.
    assert prefix("::ffff:192.0.2.1") == prefix("192.0.2.1") != prefix("::ffff:192.0.2.2")


def test_settings_name_the_public_address_once() -> None:
    assert Settings().public_url == "http://localhost:8000"
    assert Settings().serving_at("http://localhost:9", 9).public_url == "http://localhost:9"
    public = Settings(public="https://lingkar.example/").serving_at("http://localhost:9", 9)
    assert public.public_url == "https://lingkar.example"
    assert public.secure
    assert "https://lingkar.example" in public.origins


def test_settings_come_from_the_environment_and_an_empty_variable_is_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("HOST", "")
    monkeypatch.setenv("LINGKAR_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres://someone@db/lingkar")
    settings = Settings.from_env()
    assert (settings.port, settings.host, settings.data_dir) == (9000, "127.0.0.1", tmp_path)
    assert settings.database_url == "postgresql+asyncpg://someone@db/lingkar"


async def test_passphrases_are_worked_out_two_at_a_time_beside_everything_else() -> None:
    work = SlowWork(ThreadPoolExecutor(2), most=6)
    begun, go_on, entered, at_once = [0], Event(), Semaphore(0), [0]

    def slow() -> None:
        begun[0] += 1
        at_once[0] = max(at_once[0], begun[0])
        entered.release()
        go_on.wait(10)
        begun[0] -= 1

    waiting = [asyncio.create_task(work.do(slow)) for _ in range(6)]
    for _ in range(2):
        await asyncio.to_thread(entered.acquire)
    with pytest.raises(Crowded):
        await work.do(slow)
    go_on.set()
    await asyncio.gather(*waiting)
    assert at_once[0] == 2
    # Whoever comes later finds room again.
    await work.do(slow)


# --- comparisons ---

MADE_BY_A_KEY = {"mac", "handle", "bar_handle", "proof_by", "marked", "hashed", "form_token"}


def compared_plainly(tree: ast.AST) -> list[str]:
    """Comparisons that stop at the first difference, of what only a key or a hash can make."""
    return [
        ast.unparse(found)
        for found in ast.walk(tree)
        if isinstance(found, ast.Compare)
        and any(isinstance(how, ast.Eq | ast.NotEq | ast.In) for how in found.ops)
        and any(made_by_a_key(side) for side in (found.left, *found.comparators))
    ]


def made_by_a_key(side: ast.expr) -> bool:
    if not isinstance(side, ast.Call):
        return False
    name = side.func.attr if isinstance(side.func, ast.Attribute) else getattr(side.func, "id", "")
    return name in MADE_BY_A_KEY


# In a database an index looks a hash up, and whoever asks does not choose the hash.
LOOKED_UP = re.compile(r"^\w+\.\w+ == hashed\(")


def test_what_a_key_or_a_hash_makes_is_compared_in_constant_time() -> None:
    found = [
        f"{path.name}: {words}"
        for path in sorted(Path("server").rglob("*.py"))
        for words in compared_plainly(ast.parse(path.read_text("utf-8")))
        if not LOOKED_UP.match(words)
    ]
    assert found == []
    assert compared_plainly(ast.parse("keys.mac('seat', x) == wanted"))
