"""`lingkar doctor` beside real parts that are not right: it says which, and what to do."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text as sql

from server.cli import main
from server.commands import secrets
from server.database import Database, all_or_nothing, migrate
from server.doctor import disk, front, relays, stores
from server.doctor.finding import Finding
from server.settings import Settings
from server.words import catalogue
from tests.journeys.browsing import free_port
from tests.valkeys import on_a_port, safe_for

ROOT = Path(__file__).parents[2]
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


def said(found: list[Finding]) -> list[tuple[str, str, str]]:
    """All of it, after looking that there are words for each in both languages."""
    for one in found:
        assert one.words("id") != one.words("en")
        assert not re.search(r"\{\w+\}", one.words("id") + one.words("en"))
    return [(one.part, one.state, one.how) for one in found]


# --- What people come to ---


def certificate(folder: Path, name: str, until: dt.datetime) -> Path:
    """One that vouches for itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 90 * DAY)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@asynccontextmanager
async def shown(pem: Path) -> AsyncIterator[Settings]:
    """Somebody shows that certificate; the settings say that it is we."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)

    async def came(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(came, "127.0.0.1", 0, ssl=context) as server:
        yield Settings(public=f"https://localhost:{server.sockets[0].getsockname()[1]}")


@pytest.mark.parametrize(
    ("name", "days", "believed", "state", "how"),
    [
        ("localhost", 60, True, "ok", "ok"),
        ("localhost", 3, True, "look", "soon"),
        ("localhost", -1, True, "bad", "expired"),
        ("somewhere.example", 60, True, "bad", "name"),
        ("localhost", 60, False, "bad", "unknown"),
    ],
)
async def test_a_certificate_is_for_this_name_for_long_and_believed(
    name: str,
    days: int,
    believed: bool,
    state: str,
    how: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pem = certificate(tmp_path, name, NOW + days * DAY)
    if believed:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    async with shown(pem) as settings:
        assert said(await front.certificate(settings)) == [("tls", state, how)]


async def test_where_nothing_answers_the_certificate_is_not_called_good() -> None:
    settings = Settings(public=f"https://localhost:{free_port()}")
    assert said(await front.certificate(settings)) == [("tls", "bad", "silent")]
    settings = Settings(public="http://lingkar.example")
    assert said(await front.certificate(settings)) == [("tls", "bad", "none")]


@pytest.mark.parametrize(
    ("public", "state", "how"),
    [
        ("https://localhost", "ok", "ok"),
        ("https://nowhere.invalid", "bad", "nowhere"),
        ("https://192.0.2.7", "look", "number"),
        (None, "look", "none"),
    ],
)
async def test_the_name_leads_somewhere(public: str | None, state: str, how: str) -> None:
    assert said(await front.name(Settings(public=public))) == [("dns", state, how)]


async def test_a_port_that_another_program_has_is_told_from_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = Settings(port=other.getsockname()[1])
        assert said(await front.port(settings)) == [("port", "bad", "taken")]
    assert said(await front.port(settings)) == [("port", "look", "free")]


async def test_sound_is_told_of_a_port_in_use_and_of_an_address_of_this_network_alone() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        settings = Settings(sound_port=other.getsockname()[1])
        assert said(await front.sound(settings)) == [("sound", "ok", "used")]
    inside = replace(settings, public="https://x.example", sound_addresses=("10.1.2.3",))
    free, private = said(await front.sound(inside))
    assert (free[2], private) == ("free", ("sound", "look", "private"))
    nowhere = replace(settings, sound_addresses=("nowhere.invalid",))
    assert said(await front.sound(nowhere)) == [("sound", "bad", "nowhere")]


# --- TURN ---


@asynccontextmanager
async def coturn(folder: Path, *, walled: bool = True) -> AsyncIterator[Settings]:
    """coturn by our own file, on a port of this machine; not `walled`: it leads anywhere."""
    port = free_port()
    settings = Settings(sound_addresses=("192.0.2.1",))
    conf = (ROOT / "deploy/turnserver.conf").read_text("utf-8")
    conf += secrets.turn_lines(settings, "shared by two")
    lines = conf.replace("listening-port=3478", f"listening-port={port}").splitlines()
    lines = [line for line in lines if walled or "-peer-ip" not in line]
    path = folder / "turnserver.conf"
    path.write_text("\n".join([*lines, "listening-ip=127.0.0.1", "relay-ip=127.0.0.1", ""]))
    program = shutil.which("turnserver")
    assert program is not None
    process = await asyncio.create_subprocess_exec(
        *(program, "-c", str(path), f"--pidfile={folder}/pid", f"--userdb={folder}/users"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(20):
            while not front.is_taken("127.0.0.1", port):  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.05)
        urls = tuple(f"turn:127.0.0.1:{port}?transport={way}" for way in ("udp", "tcp"))
        yield replace(settings, turn_urls=urls, turn_secret="shared by two")
    finally:
        process.kill()
        await process.wait()


@pytest.mark.long
@pytest.mark.skipif(shutil.which("turnserver") is None, reason="NOT RUN: coturn is missing")
async def test_coturn_by_our_file_takes_our_passwords_and_leads_nobody_inside(
    tmp_path: Path,
) -> None:
    async with coturn(tmp_path) as settings:
        assert said(await relays.relays(settings)) == [("turn", "ok", "ok")] * 2
        other = replace(settings, turn_secret="not that one", turn_urls=settings.turn_urls[:1])
        assert said(await relays.relays(other)) == [("turn", "bad", "refused")]
    assert said(await relays.relays(settings))[1] == ("turn", "bad", "silent")


@pytest.mark.skipif(shutil.which("turnserver") is None, reason="NOT RUN: coturn is missing")
async def test_a_turn_server_that_leads_into_its_own_network_is_found(tmp_path: Path) -> None:
    async with coturn(tmp_path, walled=False) as settings:
        assert said(await relays.relays(settings)) == [("turn", "bad", "open")] * 2


async def test_a_turn_server_needs_a_secret_and_an_address() -> None:
    assert said(await relays.relays(Settings())) == [("turn", "look", "none")]
    assert said(await relays.relays(Settings(turn_urls=("x",)))) == [("turn", "bad", "secret")]
    wrong = Settings(turn_urls=("https://x",), turn_secret="s")
    assert said(await relays.relays(wrong)) == [("turn", "bad", "url")]


# --- Redis and the database ---


async def test_a_redis_that_could_keep_words_is_found_with_what_to_set(tmp_path: Path) -> None:
    async with on_a_port(tmp_path, *safe_for("valkey-server"), "--save", "60 1") as (url, _):
        found = await stores.redis(Settings(redis_url=url))
        assert said(found) == [("redis", "bad", "keeps")]
        assert 'CONFIG SET save ""' in found[0].words("en")


async def test_a_redis_that_lets_everybody_in_is_worth_a_look(tmp_path: Path) -> None:
    async with on_a_port(tmp_path, *safe_for("valkey-server")) as (url, _):
        found = said(await stores.redis(Settings(redis_url=url)))
        assert found == [
            ("redis", "ok", "ok"),
            ("redis", "look", "everybody"),
            ("clock", "ok", "ok"),
        ]
    assert said(await stores.redis(Settings(redis_url=url))) == [("redis", "bad", "silent")]


async def test_a_clock_that_is_an_hour_off_is_found() -> None:
    assert said([stores.agrees("Redis", 3600.0)]) == [("clock", "bad", "apart")]


async def test_the_shape_of_the_tables_is_told(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert said(await stores.database(settings)) == [("database", "look", "new")]
    store = Database(settings.database_url)
    async with store.engine.begin() as connection:
        await connection.run_sync(all_or_nothing)
        await connection.run_sync(migrate, "0003")
    assert said(await stores.database(settings)) == [("database", "look", "older")]
    await store.migrate()
    assert said(await stores.database(settings)) == [("database", "ok", "ok")]
    async with store.engine.begin() as connection:
        await connection.execute(sql("UPDATE alembic_version SET version_num = '9999'"))
    assert said(await stores.database(settings)) == [("database", "bad", "newer")]
    await store.close()


async def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    settings = Settings(database=f"postgresql://u:geheim@127.0.0.1:{free_port()}/x")
    (found,) = await stores.database(settings)
    assert said([found]) == [("database", "bad", "silent")]
    assert "geheim" not in found.words("en")


# --- Files, and the whole ---


async def test_what_others_may_read_is_found(tmp_path: Path) -> None:
    data, secret = tmp_path / "data", tmp_path / "secret"
    data.mkdir(mode=0o700)
    secret.write_text("word")
    secret.chmod(0o640)
    settings = Settings(data_dir=data, secret_files=(secret,))
    assert [one.how for one in disk.folder(settings) + disk.secrets(settings)] == ["ok", "ok"]
    secret.chmod(0o644)
    data.chmod(0o755)
    (data / "instance.key").write_bytes(b"k")
    assert said(disk.secrets(settings)) == [("secrets", "bad", "open")]
    assert said(disk.folder(settings)) == [("folder", "bad", "keys")]
    (data / "instance.key").chmod(0o600)
    assert said(disk.folder(settings)) == [("folder", "look", "open")]


def test_the_whole_in_both_languages_and_for_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINGKAR_DATA", str(tmp_path))
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    assert main(["doctor"]) == 0
    assert catalogue("id")["cli.doctor.turn.none"] in capsys.readouterr().out
    monkeypatch.setenv("LINGKAR_SOUND_ADDRESS", "nowhere.invalid")
    assert main(["doctor", "--lang", "en", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    parts = [one["part"] for one in found]
    assert parts[:5] == ["dns", "tls", "port", "sound", "turn"]
    assert {one["how"] for one in found if one["state"] == "bad"} == {"nowhere"}


def test_every_word_of_the_doctor_is_said_somewhere() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "server/doctor").glob("*.py"))
    words = [key for key in catalogue("en") if key.startswith("cli.doctor.")]
    ends = {key.rpartition(".")[2] for key in words} - {"sum", "well"}
    assert sorted(end for end in ends if f'"{end}"' not in source) == []
