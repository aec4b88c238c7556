"""The note that waits for facilitators: sealed, erased once read, gone in time, in no log."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import pytest
from sqlalchemy import select, update

from server.care import notes
from server.care.tables import SealedNote
from server.circles.tables import Circle, Membership
from server.security import Keys
from tests.server.visiting import Answer, Site, Visitor

CANARY = "kenari kuning di jendela dapur"


async def change(site: Site, statement: Any) -> None:
    async with site.app.extensions["lingkar"].database.session() as db:
        await db.execute(statement)
        await db.commit()


async def waiting(site: Site) -> list[SealedNote]:
    async with site.app.extensions["lingkar"].database.session() as db:
        return list(await db.scalars(select(SealedNote)))


async def send(visitor: Visitor, site: Site, text: str = CANARY, **more: str) -> Answer:
    return await visitor.post(f"{site.circle}/catatan-usai", {"note": text, **more})


async def opened(site: Site) -> Answer:
    return await site.facilitator().post(f"{site.circle}/catatan-usai/buka")


async def mark_read(site: Site, note: Answer) -> Answer:
    """Press the button under the note."""
    (shown,) = re.findall(r'name="note" value="([^"]+)"', note.text)
    facilitator = site.facilitator()
    done = await facilitator.post(f"{site.circle}/catatan-usai/terbaca", {"note": shown})
    return await facilitator.get(done.to)


async def test_the_page_says_who_reads_it_and_how_long_it_lives_before_anything_is_sent(
    site: Site,
) -> None:
    page = await site.member().get(f"{site.circle}/catatan-usai")
    before = " ".join(page.words.split())
    assert "Hanya fasilitator lingkaran ini yang bisa membukanya: Bu Sari" in before
    assert "Paling lama 14 hari" in before
    assert page.text.index("14 hari") < page.text.index("<textarea")


async def test_a_note_is_gone_once_it_is_read(site: Site) -> None:
    sent = await send(site.member(), site, "Satu baris.\r\nDua baris.")
    assert sent.to == f"{site.circle}/usai?pesan=1"
    assert "terkunci sampai fasilitator" in (await site.member().get(sent.to)).words
    count = await site.facilitator().get(f"{site.circle}/catatan-usai")
    assert "Satu pesan menunggu." in count.words and "Satu baris." not in count.words
    note = await opened(site)
    assert "Satu baris.<br>Dua baris." in note.text
    assert "menunggu sampai kamu menekan" in note.words and "14 hari" in note.words
    assert note.headers["Cache-Control"] == "no-store"
    assert "Sudah dibaca dan terhapus" in (await mark_read(site, note)).words
    assert await waiting(site) == []
    assert "Satu baris." not in (await opened(site)).words


async def test_a_note_that_broke_off_on_its_way_is_opened_again(site: Site) -> None:
    await send(site.member(), site)
    # The answer is lost, or the phone is: nobody said that they read it.
    await opened(site)
    assert CANARY in (await opened(site)).words
    assert len(await waiting(site)) == 1


async def test_notes_open_one_at_a_time_the_oldest_first(site: Site) -> None:
    member = site.member()
    await send(member, site, "pertama")
    await change(site, update(SealedNote).values(expires=int(time.time()) + 60))
    await send(member, site, "kedua")
    first = (await opened(site)).words
    assert "pertama" in first and "kedua" not in first
    assert "2 pesan menunggu." in first
    await mark_read(site, await opened(site))
    assert "kedua" in (await opened(site)).words


@pytest.mark.parametrize("named", [True, False])
async def test_a_name_is_in_it_only_where_they_said_so(site: Site, named: bool) -> None:
    await send(site.member(), site, **({"named": "yes"} if named else {}))
    note = (await opened(site)).words
    assert ("Dari Melati" in " ".join(note.split())) is named
    assert ("Tanpa nama" in note) is not named


async def test_on_disk_there_is_nothing_to_read_and_no_one_to_find(site: Site) -> None:
    await send(site.member(), site, named="yes")
    await send(site.member(), site, "x")
    long, short = await waiting(site)
    for note in (long, short):
        assert b"kenari" not in note.sealed and b"Melati" not in note.sealed
        assert set(SealedNote.__table__.columns.keys()) == {
            "id", "circle_id", "kind", "sealed", "expires",
        }  # fmt: skip
    assert len(long.sealed) == len(short.sealed)
    on_disk = b"".join(
        path.read_bytes() for path in site.settings.data_dir.rglob("*") if path.is_file()
    )
    assert b"kenari" not in on_disk


async def test_a_note_opens_in_no_other_circle_and_with_no_other_key(site: Site) -> None:
    await send(site.member(), site)
    (note,) = await waiting(site)
    keys = site.app.extensions["lingkar"].keys
    assert notes.opened(keys, note).text == CANARY
    assert notes.opened(Keys(b"k" * 32), note).text is None
    note.circle_id = "another"
    assert notes.opened(keys, note).text is None


async def test_one_that_cannot_be_opened_says_so_and_goes(site: Site) -> None:
    await send(site.member(), site)
    await change(site, update(SealedNote).values(sealed=b"\x01" + b"y" * 40))
    note = await opened(site)
    assert "tidak bisa dibuka lagi" in note.words
    await mark_read(site, note)
    assert await waiting(site) == []


async def test_after_fourteen_days_nobody_reads_it(site: Site) -> None:
    await send(site.member(), site)
    (note,) = await waiting(site)
    assert note.expires <= time.time() + 14 * 86400
    await change(site, update(SealedNote).values(expires=int(time.time()) - 1))
    assert (
        "Tidak ada pesan yang menunggu."
        in (await site.facilitator().get(f"{site.circle}/catatan-usai")).words
    )
    assert CANARY not in (await opened(site)).words


async def test_what_one_facilitator_read_is_erased_and_nothing_else_with_it(site: Site) -> None:
    await send(site.member(), site, "pertama")
    await change(site, update(SealedNote).values(expires=int(time.time()) + 60))
    await send(site.member(), site, "kedua")
    note = await opened(site)
    await mark_read(site, note)
    # Pressed again, by the other who had it open or by a finger that was too quick.
    await mark_read(site, note)
    assert "kedua" in (await opened(site)).words


async def test_a_note_of_another_circle_is_not_erased(site: Site) -> None:
    await send(site.member(), site)
    (note,) = await waiting(site)
    services = site.app.extensions["lingkar"]
    async with services.database.session() as db:
        assert not await notes.forget_read(db, Circle(id="another"), note.id)


async def test_members_cannot_read_and_facilitators_cannot_write(site: Site) -> None:
    member = site.member()
    await send(member, site)
    assert (await member.post(f"{site.circle}/catatan-usai/buka")).status == 404
    (note,) = await waiting(site)
    sent = {"note": note.id}
    assert (await member.post(f"{site.circle}/catatan-usai/terbaca", sent)).status == 404
    assert (await send(site.facilitator(), site)).status == 404
    assert CANARY not in (await member.get(f"{site.circle}/catatan-usai")).text
    assert len(await waiting(site)) == 1


BAD = {
    "nothing": "",
    "only spaces": " \n\t ",
    "only what hides": "\u200b\u202e",
    "long": "a" * 1001,
}


@pytest.mark.parametrize("kind", list(BAD))
async def test_a_note_that_cannot_be_sent_stays_in_the_form(site: Site, kind: str) -> None:
    answer = await send(site.member(), site, BAD[kind], named="yes")
    assert answer.status == 422
    assert 'aria-describedby="w-note"' in answer.text
    assert 'name="named" value="yes" checked' in answer.text
    assert BAD[kind][:900] in answer.text
    assert await waiting(site) == []


async def test_markup_and_direction_marks_in_a_note_are_only_text(site: Site) -> None:
    await send(site.member(), site, "<script>x</script>\u202eabc")
    text = (await opened(site)).text
    assert "&lt;script&gt;x&lt;/script&gt;abc" in text
    assert "\u202e" not in text


async def test_whoever_sends_many_is_asked_to_wait_and_keeps_what_they_wrote(site: Site) -> None:
    member = site.member()
    for n in range(5):
        assert (await send(member, site, f"pesan {n}")).status == 303
    answer = await send(member, site)
    assert answer.status == 429 and CANARY in answer.text
    assert len(await waiting(site)) == 5


async def test_one_circle_keeps_a_hundred_at_most(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_WAITING", 1)
    member = site.member()
    await send(member, site)
    assert (await send(member, site)).status == 429


async def test_leaving_may_leave_a_note_which_stays_when_they_are_gone(site: Site) -> None:
    member = site.member()
    answer = await member.post(f"{site.circle}/keluar", {"note": CANARY, "named": "yes"})
    assert "Pesanmu menunggu fasilitator." in (await member.get(answer.to)).words
    note = await opened(site)
    assert CANARY in note.words and "Saat keluar dari lingkaran" in note.words
    assert "Dari Melati" in " ".join(note.words.split())


async def test_somebody_banned_sends_nothing(site: Site) -> None:
    await change(site, update(Membership).where(Membership.name == "Melati").values(banned=True))
    assert (await send(site.member(), site)).status == 403
    assert await waiting(site) == []


async def test_what_is_written_is_in_no_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await send(site.member(), site, named="yes")
    await opened(site)
    assert "kenari" not in caplog.text
