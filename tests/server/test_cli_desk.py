"""`lingkar circle`, `member`, `invite`, `check`, `backup`, `restore`, on a living database."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from realtime.domain.meeting import CircleId
from realtime.store import by_redis
from server import backup, ring
from server.accounts.tables import SpentChallenge
from server.care.tables import SealedNote
from server.cli import carry_out, keep_or_restore, parser
from server.commands import checking
from server.commands.starting import MANIFEST
from server.database import Base, Database
from server.desk.tables import Instance
from server.pages import make_pages
from server.reminders.vapid import Vapid
from server.security import Keys
from server.settings import Settings
from tests.realtime.domain.circle import trio
from tests.server.visiting import Site, Visitor, awake

Said = pytest.CaptureFixture[str]


async def lingkar(site: Site, *words: str) -> int:
    return await carry_out(site.settings, parser().parse_args(words))


async def add(site: Site, *rows: object) -> None:
    async with site.app.extensions["lingkar"].database.session() as db:
        db.add_all(rows)
        await db.commit()


async def test_a_circle_is_made_listed_and_deleted(site: Site, capsys: Said) -> None:
    assert await lingkar(site, "circle", "make", "Duka cita", "--weekday", "5") == 0
    assert "http://localhost:8000/c/duka-cita" in capsys.readouterr().out
    await lingkar(site, "circle", "list")
    listed = capsys.readouterr().out
    assert "duka-cita  Duka cita  members: 1" in listed
    assert site.seeded.slug in listed
    # Its name has to be written out.
    assert await lingkar(site, "circle", "delete", "duka-cita") == 1
    assert '--name "Duka cita"' in capsys.readouterr().err
    assert await lingkar(site, "circle", "delete", "duka-cita", "--name", "Duka cita") == 0
    capsys.readouterr()
    await lingkar(site, "circle", "list")
    assert "duka-cita" not in capsys.readouterr().out


async def test_a_circle_is_not_deleted_while_people_meet_unless_it_has_to_be(
    site: Site, redis_url: str, capsys: Said
) -> None:
    settings = replace(site.settings, redis_url=redis_url)
    circle_id = CircleId(site.seeded.circle_id)
    stores = by_redis(redis_url)
    words = ("circle", "delete", site.seeded.slug, "--name", "Orang tua tunggal Jakarta")

    async def delete(settings: Settings, *more: str) -> int:
        return await carry_out(settings, parser().parse_args([*words, *more]))

    try:
        meeting = replace(trio().meeting, circle_id=circle_id)
        assert await stores.meetings.swap(None, meeting)
        # With a Redis of somebody else, and with the one that serving started by itself.
        for place in (settings, site.settings):
            assert await delete(place) == 1
            said = capsys.readouterr().err
            assert "People are meeting" in said and "--force" in said
        away = replace(settings, redis_url="redis://localhost:1")
        assert await delete(away) == 1
        assert "does not answer" in capsys.readouterr().err
        assert await delete(settings, "--force") == 0
        said = capsys.readouterr().out
        assert "is deleted" in said and "cannot come back" in said
    finally:
        await stores.meetings.forget(circle_id)
        await stores.close()


async def test_what_cannot_be_done_is_one_line(site: Site, capsys: Said) -> None:
    for words in (
        ("circle", "make", "\u202e"),
        ("circle", "make", "Duka", "--time", "25:00"),
        ("member", "list", "nowhere"),
        ("member", "remove", site.seeded.slug, "Nobody"),
        ("member", "remove", site.seeded.slug, "Bu Sari"),
        ("member", "ban", site.seeded.slug, "Bu Sari"),
        ("invite", "make", site.seeded.slug, "--days", "400"),
        ("invite", "revoke", site.seeded.slug, "nothing"),
    ):
        assert await lingkar(site, *words) == 1
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines())) == ("", 1)


async def test_it_speaks_the_language_of_the_instance(site: Site, capsys: Said) -> None:
    await add(site, Instance(id=1, name="Lingkar", language="id", donations=""))
    assert await lingkar(site, "circle", "delete", "nowhere") == 1
    assert "Tidak ada lingkaran 'nowhere'" in capsys.readouterr().err


async def test_a_member_is_banned_let_return_asked_to_hold_the_circle_and_removed(
    site: Site, capsys: Said
) -> None:
    slug, melati = site.seeded.slug, site.member()
    assert await lingkar(site, "member", "ban", slug, "melati") == 0
    assert (await melati.get(f"{site.circle}/masuk")).status == 403
    assert await lingkar(site, "member", "facilitate", slug, "Melati") == 1
    await lingkar(site, "member", "ban", slug, "Melati", "--lift")
    assert (await melati.get(f"{site.circle}/masuk")).status == 303
    assert await lingkar(site, "member", "facilitate", slug, "Melati") == 0
    capsys.readouterr()
    await lingkar(site, "member", "list", slug)
    # Asked, and not a facilitator before they said yes.
    assert "Melati  member  visits: 0" in capsys.readouterr().out
    assert await lingkar(site, "member", "remove", slug, "Melati") == 0
    assert (await melati.get(site.circle)).status == 404


async def test_an_invitation_made_here_lets_somebody_in_until_it_is_revoked(
    site: Site, capsys: Said
) -> None:
    await lingkar(site, "invite", "make", site.seeded.slug, "--most", "1")
    secret = capsys.readouterr().out.strip().partition("#")[2]
    assert (await site.stranger().post("/u/tukar", {"secret": secret})).status == 303
    await lingkar(site, "invite", "list", site.seeded.slug)
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "left: 1 " in line]
    assert await lingkar(site, "invite", "revoke", site.seeded.slug, row.split()[0]) == 0
    assert (await site.stranger().post("/u/tukar", {"secret": secret})).status == 410


# --- check ---


async def test_check_names_keys_that_others_can_read_and_a_database_out_of_reach(
    site: Site, capsys: Said, redis_url: str
) -> None:
    settings = replace(site.settings, redis_url=redis_url)
    assert await checking.report(settings, MANIFEST) == 0
    (settings.data_dir / "instance.key").chmod(0o644)
    capsys.readouterr()
    assert await checking.report(settings, MANIFEST) == 1
    assert "NO  Keys can be read by this account alone." in capsys.readouterr().out
    away = replace(settings, database="postgresql://nobody:secret@localhost:1/none")
    assert await checking.report(away, MANIFEST) == 1
    said = capsys.readouterr().out
    assert "NO  The database answers." in said
    assert "secret" not in said


# --- backup ---


async def test_a_backup_brings_everything_back_but_what_waits_for_one_reader(
    site: Site, new_place: Settings, tmp_path: Path, capsys: Said
) -> None:
    circle_id = site.seeded.circle_id
    await add(
        site,
        SealedNote(
            id="note", circle_id=circle_id, kind="after", sealed=b"CANARY", expires=2**31 - 1
        ),
        SpentChallenge(challenge_hash=b"x" * 32, expires=1),
    )
    file, place = tmp_path / "backup.lingkar", new_place
    # The key by which push services know this place, and up to when reminders were sent.
    Vapid.kept_in(site.settings.data_dir)
    ring.add(site.settings.data_dir, 1)
    (site.settings.data_dir / "reminders.at").write_text("1795000000")
    assert await keep_or_restore(site.settings, "backup", file) == 0
    told = capsys.readouterr().out
    assert "keys" in told and "reminders" in told and "Not in it" in told
    assert file.stat().st_mode & 0o777 == 0o600
    assert await keep_or_restore(place, "restore", file) == 0
    before, after = await rows(site.settings), await rows(place)
    assert before.pop("sealed_note") and before.pop("spent_challenge")
    assert after.pop("sealed_note") == after.pop("spent_challenge") == []
    assert before == after
    # A browser that was known is known, so the key came back too.
    app = make_pages(place, Keys.kept_in(place.data_dir), Database(place.database_url))
    async with awake(app):
        known = Visitor(app).signed_in(site.seeded, site.seeded.members["Melati"])
        assert "Melati" in (await known.get("/aku")).text
    assert "CANARY" not in gzip.decompress(file.read_bytes()).decode()
    for name in ("instance.key", *backup.FILES):
        back = place.data_dir / name
        assert back.read_bytes() == (site.settings.data_dir / name).read_bytes()
        assert back.stat().st_mode & 0o777 == 0o600
    # Neither over a file nor over people.
    assert await keep_or_restore(site.settings, "backup", file) == 1
    assert await keep_or_restore(site.settings, "restore", file) == 1
    said = capsys.readouterr().err
    assert "was not written over" in said
    assert "There are people here already" in said


async def rows(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    database = Database(settings.database_url)
    try:
        async with database.engine.connect() as connection:
            found = {}
            for table in Base.metadata.sorted_tables:
                kept = await connection.execute(select(table))
                found[table.name] = sorted((tuple(row) for row in kept), key=repr)
            return found
    finally:
        await database.close()


async def test_half_a_backup_changes_nothing(
    site: Site, new_place: Settings, tmp_path: Path, capsys: Said
) -> None:
    file = tmp_path / "half"
    await backup.write(site.settings, file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert await keep_or_restore(new_place, "restore", file) == 1
    assert "no backup of Lingkar" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"PK", b"\x1f\x8b", b"{}"])
async def test_a_file_that_is_no_backup_changes_nothing(
    new_place: Settings, tmp_path: Path, content: bytes, capsys: Said
) -> None:
    file, settings = tmp_path / "file", new_place
    file.write_bytes(content)
    assert await keep_or_restore(settings, "restore", file) == 1
    assert "no backup of Lingkar" in capsys.readouterr().err


async def test_a_backup_that_is_not_there_is_said_to_be_so(
    new_place: Settings, tmp_path: Path, capsys: Said
) -> None:
    assert await keep_or_restore(new_place, "restore", tmp_path / "none") == 1
    assert "none is not there." in capsys.readouterr().err


async def test_a_backup_of_an_older_lingkar_is_brought_to_the_newest_shape(
    new_place: Settings, tmp_path: Path
) -> None:
    old = json.dumps(
        {
            "lingkar": 1,
            "revision": "0002",
            "key": "eA==",
            "tables": {"person": [{"id": "p", "name": "Bu Sari", "name_key": "busari",
                                   "passphrase": None, "organiser": True, "since": "2026-11-01"}]},
        }
    )  # fmt: skip
    file, settings = tmp_path / "old", new_place
    file.write_bytes(gzip.compress(old.encode()))
    newer = tmp_path / "newer"
    newer.write_bytes(gzip.compress(old.replace("0002", "9999").encode()))
    with pytest.raises(backup.BadBackup, match="newer"):
        await backup.restore(settings, newer)
    # Nothing is in the way of one that can be read.
    assert await backup.restore(settings, file) == 1
    kept = await rows(settings)
    assert [row[1] for row in kept["person"]] == ["Bu Sari"]


async def test_a_backup_that_fails_half_way_leaves_an_empty_place(
    site: Site, new_place: Settings, tmp_path: Path
) -> None:
    file, place = tmp_path / "whole", new_place
    await backup.write(site.settings, file)
    content = backup.read(file)
    content["tables"]["membership"][0]["circle_id"] = "nowhere"
    broken = tmp_path / "broken"
    broken.write_bytes(gzip.compress(json.dumps(content).encode()))
    with pytest.raises(backup.BadBackup, match="damaged"):
        await backup.restore(place, broken)
    assert not (place.data_dir / "instance.key").exists()
    database = Database(place.database_url)
    async with database.session() as db:
        assert (
            await db.scalar(select(func.count()).select_from(Base.metadata.tables["person"])) == 0
        )
    await database.close()
