"""A new key for this place: nobody is signed out, what waits stays readable, the old one ends."""

from __future__ import annotations

import stat
import time
from argparse import Namespace
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import LargeBinary, select, update

from server import backup, ring
from server.accounts.authenticator import sealed_secret
from server.accounts.tables import Person
from server.care import notes, reports
from server.care.tables import Report, SealedNote
from server.circles.bans import is_barred, keep_bans
from server.circles.seat_ids import seat_id
from server.circles.tables import Membership
from server.commands.desk import CannotDo, Desk
from server.commands.keys import rotate, tell
from server.database import Base
from server.resealing import EVERY
from server.sealing import sealed_by_newest
from server.security import Keys
from server.settings import Settings
from tests.server.visiting import Answer, Site


async def new_key(site: Site, *, retire: bool = False) -> None:
    """As `lingkar keys rotate` does, while the pages go on serving."""
    async with site.app.extensions["lingkar"].database.session() as db:
        await rotate(Desk(site.settings, db, "en"), Namespace(retire=retire))


def keys_of(site: Site) -> Keys:
    found: Keys = site.app.extensions["lingkar"].keys
    return found


def set_anew(site: Site, answer: Answer) -> list[str]:
    """The cookies of a sign-in that came with an answer."""
    name = f"{site.seeded.cookie_name}="
    return [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(name)]


async def test_a_browser_of_before_is_known_after_and_a_running_process_learns_of_the_key(
    site: Site,
) -> None:
    before = keys_of(site).known()
    await new_key(site)
    assert keys_of(site).known()[1:] == before
    assert (await site.member().get("/aku")).status == 200
    # A form that was open meanwhile can still be sent.
    melati = site.member()
    await melati.get("/aku")
    await new_key(site)
    assert (await melati.post("/aku/perangkat", {"lasting": "yes"})).status == 303


async def test_whoever_comes_back_carries_the_newest_key_and_outlives_the_old_one(
    site: Site,
) -> None:
    melati, away = site.member(), site.facilitator()
    await new_key(site)
    assert set_anew(site, await melati.get("/aku"))
    # One that comes with the newest key is left alone.
    assert not set_anew(site, await melati.get("/aku"))
    ring.let_go(site.settings.data_dir, int(time.time()), at_once=True)
    assert (await melati.get("/aku")).status == 200
    assert (await away.get("/aku")).status == 303


async def test_a_sign_in_for_this_evening_stays_one_for_this_evening(site: Site) -> None:
    melati = site.member()
    await melati.post("/aku/perangkat", {"lasting": "no"})
    await new_key(site)
    (cookie,) = set_anew(site, await melati.get("/aku"))
    assert "Max-Age" not in cookie


async def test_retired_at_once_the_old_key_signs_nobody_in(site: Site) -> None:
    await new_key(site, retire=True)
    assert len(keys_of(site).known()) == 1
    assert (await site.member().get("/aku")).status == 303


async def test_a_recent_proof_outlives_a_new_key(site: Site) -> None:
    sari = site.facilitator()
    await sari.post("/kunci/sandi", {"name": "Sari", "passphrase": "teh jahe hangat"})
    await sari.post("/aku/bukti", {"passphrase": "teh jahe hangat", "ke": "/kunci"})
    await new_key(site)
    assert "/kunci/sandi" in (await sari.get("/kunci")).text
    assert "/kunci/sandi" in (await sari.get("/kunci")).text


async def wait_sealed(site: Site) -> str:
    """A note, a report and an authenticator; returns the app's secret."""
    await site.member().post(f"{site.circle}/catatan-usai", {"note": "catatan kenari"})
    report = {"report": "laporan kenari", "reader": "facilitators"}
    await site.member().post(f"{site.circle}/lapor", report)
    secret = pyotp.random_base32()
    sari = site.seeded.ids["Bu Sari"]
    async with site.app.extensions["lingkar"].database.session() as db:
        sealed = sealed_secret(keys_of(site), sari, secret, 0)
        await db.execute(update(Person).where(Person.id == sari).values(totp=sealed))
        await db.commit()
    return secret


@pytest.mark.parametrize("retire", [True, False])
async def test_what_waits_sealed_is_sealed_by_the_newest_key_and_opens(
    site: Site, retire: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    await wait_sealed(site)
    await new_key(site, retire=retire)
    assert "sealed again: 3" in capsys.readouterr().out
    keys = keys_of(site)
    async with site.app.extensions["lingkar"].database.session() as db:
        note = (await db.scalars(select(SealedNote))).one()
        report = (await db.scalars(select(Report))).one()
        sari = await db.get_one(Person, site.seeded.ids["Bu Sari"])
    assert notes.opened(keys, note).text == "catatan kenari"
    told = reports.opened(keys, report)
    assert told and told.text == "laporan kenari"
    assert sari.totp and sealed_by_newest(keys, f"authenticator {sari.id}", sari.totp)
    assert sealed_by_newest(keys, notes.purpose(note.circle_id), note.sealed)


def test_every_sealed_column_of_the_schema_is_sealed_again() -> None:
    listed = {(one.table.name, one.column.name) for one in EVERY}
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        # A hash, a public key and the number of a key are no secrets that we seal.
        and not column.name.endswith("_hash")
        and column.name not in {"credential_id", "public_key", "mark", "called"}
    }
    assert listed == sealed


async def test_seats_bans_and_handles_keep_their_names(site: Site) -> None:
    keys, circle, melati = keys_of(site), site.seeded.circle_id, site.seeded.ids["Melati"]
    seat = seat_id(keys, circle, melati)
    async with site.app.extensions["lingkar"].database.session() as db:
        await db.execute(
            update(Membership).where(Membership.person_id == melati).values(banned=True)
        )
        await keep_bans(db, keys, melati)
        await db.commit()
    await new_key(site, retire=True)
    afresh = Keys.kept_in(site.settings.data_dir)
    assert seat_id(afresh, circle, melati) == seat
    async with site.app.extensions["lingkar"].database.session() as db:
        assert await is_barred(db, afresh, circle, melati)


def test_keys_lie_in_files_for_this_account_alone_and_no_listing_shows_them(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    keys = Keys.kept_in(data)
    ring.add(data, 1)
    for name in ("instance.key", ring.FILE):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600
    assert all(key.hex() not in repr(keys) for key in keys.known()[:1])
    assert not list(data.glob("*.new"))


def test_an_old_key_ends_by_itself_once_nothing_it_vouched_for_can_be_left(tmp_path: Path) -> None:
    data, now = tmp_path / "data", 2_000_000_000
    keys = Keys.kept_in(data)
    ring.add(data, now)
    assert len(ring.let_go(data, now + 399 * 86400, at_once=False).keys(keys.key)) == 2
    assert len(ring.let_go(data, now + 401 * 86400, at_once=False).keys(keys.key)) == 1
    ring.add(data, now + 402 * 86400)
    assert len(ring.let_go(data, now + 403 * 86400, at_once=False).keys(keys.key)) == 2
    # The newest never goes, however old it is.
    assert len(ring.let_go(data, now + 9000 * 86400, at_once=False).keys(keys.key)) == 1


async def test_a_second_change_at_the_same_time_is_refused(site: Site) -> None:
    (site.settings.data_dir / ring.FILE).with_suffix(".new").write_text("")
    with pytest.raises(CannotDo):
        await new_key(site)


async def test_the_list_names_days_and_no_key(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    await new_key(site, retire=True)
    capsys.readouterr()
    async with site.app.extensions["lingkar"].database.session() as db:
        await tell(Desk(site.settings, db, "en"), Namespace())
    said = capsys.readouterr().out
    assert "A key since" in said and "vouches for nothing" in said
    assert all(key.hex() not in said for key in keys_of(site).known())


async def test_a_backup_of_before_or_after_comes_back_with_its_keys(
    site: Site, tmp_path: Path, new_place: Settings
) -> None:
    await wait_sealed(site)
    await new_key(site, retire=True)
    after = tmp_path / "after"
    await backup.write(site.settings, after)
    # This place had keys of its own, which open nothing of what comes.
    Keys.kept_in(new_place.data_dir)
    ring.add(new_place.data_dir, 1)
    await backup.restore(new_place, after)
    assert Keys.kept_in(new_place.data_dir).known() == keys_of(site).known()
    assert stat.S_IMODE((new_place.data_dir / ring.FILE).stat().st_mode) == 0o600
    # What waited sealed stays out; the authenticator came with the people and opens.
    async with site.app.extensions["lingkar"].database.session() as db:
        sari = await db.get_one(Person, site.seeded.ids["Bu Sari"])
    assert sari.totp
    assert sealed_by_newest(Keys.kept_in(new_place.data_dir), f"authenticator {sari.id}", sari.totp)


async def test_a_backup_without_later_keys_brings_none(
    site: Site, tmp_path: Path, new_place: Settings
) -> None:
    before = tmp_path / "before"
    await backup.write(site.settings, before)
    Keys.kept_in(new_place.data_dir)
    ring.add(new_place.data_dir, 1)
    await backup.restore(new_place, before)
    assert Keys.kept_in(new_place.data_dir).known() == keys_of(site).known()
