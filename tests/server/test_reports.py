"""A report: what its writer chose, sealed for one reader, erased once handled, told to nobody."""

from __future__ import annotations

import gzip
import json
import logging
import re
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from server import backup
from server.accounts.tables import Person
from server.care import reports
from server.care.tables import Report
from server.circles.seed import seed_circle
from server.circles.tables import Membership
from server.security import Keys
from tests.server.visiting import Answer, Site, Visitor

CANARY = "kenari merah di pagar belakang"
QUOTED = {"name": "Awan", "text": "kalimat yang melukai"}


async def change(site: Site, statement: Any) -> None:
    async with site.app.extensions["lingkar"].database.session() as db:
        await db.execute(statement)
        await db.commit()


async def waiting(site: Site) -> list[Report]:
    async with site.app.extensions["lingkar"].database.session() as db:
        return list(await db.scalars(select(Report).order_by(Report.expires)))


async def send(
    visitor: Visitor, site: Site, text: str = CANARY, reader: str = "facilitators", **more: str
) -> Answer:
    return await visitor.post(f"{site.circle}/lapor", {"report": text, "reader": reader, **more})


async def from_the_room(visitor: Visitor, site: Site, **more: Any) -> Answer:
    body = {"report": CANARY, "reader": "facilitators", "named": False, "quotes": [], **more}
    return await visitor.post_json(f"{site.circle}/lapor", body)


async def organiser(site: Site) -> Visitor:
    """Somebody who holds no circle here."""
    other = await seed_circle(site.settings, title="Duka", facilitator="Pak Budi", members=[])
    await change(
        site, update(Person).where(Person.id == other.ids["Pak Budi"]).values(organiser=True)
    )
    return Visitor(site.app).signed_in(other, other.facilitator)


@pytest.mark.parametrize("lang", ["id", "en"])
async def test_before_anything_is_typed_the_page_says_who_reads_it_how_long_and_who_else_could(
    site: Site, lang: str
) -> None:
    member = site.member()
    member.client.set_cookie("localhost", "lang", lang)
    page = await member.get(f"{site.circle}/lapor")
    before = page.text.partition("<textarea")[0]
    said = {
        "id": ("Paling lama 30 hari", "mengelola mesin tempat ini", "Bu Sari", "tidak diberi tahu"),
        "en": ("At most 30 days", "runs the machine of this place", "Bu Sari", "is not told"),
    }[lang]
    assert all(words in before for words in said)


async def test_a_report_is_read_by_facilitators_and_gone_once_it_is_handled(site: Site) -> None:
    sent = await send(site.member(), site, "Satu baris.\r\nDua baris.")
    assert sent.to == f"{site.circle}/lapor?keadaan=terkirim"
    assert "terkunci sampai dibaca" in (await site.member().get(sent.to)).words
    sari = site.facilitator()
    page = await sari.get(f"{site.circle}/laporan")
    assert "Satu baris.<br>Dua baris." in page.text and "Tanpa nama" in page.words
    assert "Melati" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    # Reading erases nothing, since a connection may break.
    assert len(await waiting(site)) == 1
    (shown,) = re.findall(r'name="report" value="([^"]+)"', page.text)
    done = await sari.post(f"{site.circle}/laporan", {"report": shown})
    assert "ditangani dan terhapus" in (await sari.get(done.to)).words
    assert await waiting(site) == []
    # Pressed again, nothing else goes and nothing breaks.
    assert (await sari.post(f"{site.circle}/laporan", {"report": shown})).status == 303


async def test_the_room_sends_the_messages_that_were_ticked_word_for_word(site: Site) -> None:
    sent = await from_the_room(site.member(), site, named=True, quotes=[QUOTED])
    assert json.loads(sent.text) == {"ok": True}
    page = await site.facilitator().get(f"{site.circle}/laporan")
    assert all(words in page.words for words in (CANARY, "kalimat yang melukai", "Awan"))
    assert "Dari Melati" in page.words
    assert "tidak bisa membuktikannya" in page.words


async def test_ticked_messages_may_speak_for_themselves(site: Site) -> None:
    assert (await from_the_room(site.member(), site, report=" ", quotes=[QUOTED])).status == 200
    assert "kalimat yang melukai" in (await site.facilitator().get(f"{site.circle}/laporan")).words


async def test_one_about_a_facilitator_goes_to_the_organiser_and_past_the_facilitators(
    site: Site,
) -> None:
    await send(site.member(), site, reader="organiser")
    assert CANARY not in (await site.facilitator().get(f"{site.circle}/laporan")).words
    budi = await organiser(site)
    assert "Satu laporan menunggu pengurus." in (await budi.get("/kelola")).words
    page = await budi.get("/kelola/laporan")
    assert CANARY in page.words and "Orang tua tunggal Jakarta" in page.words
    (shown,) = re.findall(r'name="report" value="([^"]+)"', page.text)
    # A facilitator who learns of its number erases nothing with it.
    await site.facilitator().post(f"{site.circle}/laporan", {"report": shown})
    assert len(await waiting(site)) == 1
    await budi.post("/kelola/laporan", {"report": shown})
    assert await waiting(site) == []


async def test_the_page_says_so_where_the_organiser_holds_the_circle_too(site: Site) -> None:
    budi = await organiser(site)
    said = "pengurus juga memegang lingkaran ini"
    assert budi and said not in (await site.member().get(f"{site.circle}/lapor")).words
    await change(site, update(Person).values(organiser=False))
    sari = site.seeded.ids["Bu Sari"]
    await change(site, update(Person).where(Person.id == sari).values(organiser=True))
    assert said in (await site.member().get(f"{site.circle}/lapor")).words


async def test_members_and_the_organiser_of_elsewhere_read_none(site: Site) -> None:
    await send(site.member(), site)
    assert (await site.member().get(f"{site.circle}/laporan")).status == 404
    assert (await site.member().get("/kelola/laporan")).status == 403
    budi = await organiser(site)
    assert (await budi.get(f"{site.circle}/laporan")).status == 404
    assert CANARY not in (await budi.get("/kelola/laporan")).words
    assert CANARY not in (await site.member().get(f"{site.circle}/lapor")).words


async def test_whoever_may_not_return_can_tell_the_organiser_and_nobody_else(site: Site) -> None:
    await change(site, update(Membership).where(Membership.name == "Melati").values(banned=True))
    closed = await site.member().get(f"{site.circle}/tunggu")
    assert closed.status == 403 and f'href="{site.circle}/lapor"' in closed.text
    page = await site.member().get(f"{site.circle}/lapor")
    assert "bukan fasilitator lingkaran" in page.words
    await send(site.member(), site, reader="facilitators")
    (report,) = await waiting(site)
    assert report.reader == "organiser"


async def test_on_disk_there_is_nothing_to_read(site: Site) -> None:
    await from_the_room(site.member(), site, named=True, quotes=[QUOTED])
    await send(site.member(), site, "x")
    long, short = await waiting(site)
    assert len(long.sealed) == len(short.sealed)
    on_disk = b"".join(
        path.read_bytes() for path in site.settings.data_dir.rglob("*") if path.is_file()
    )
    for word in (b"kenari merah", b"melukai", b"Awan"):
        assert word not in on_disk


async def test_it_opens_for_no_other_reader_circle_or_key(site: Site) -> None:
    await send(site.member(), site)
    (report,) = await waiting(site)
    keys = site.app.extensions["lingkar"].keys
    told = reports.opened(keys, report)
    assert told and told.text == CANARY
    assert reports.opened(Keys(b"k" * 32), report) is None
    report.reader = "organiser"
    assert reports.opened(keys, report) is None


async def test_one_that_cannot_be_opened_says_so_and_can_be_erased(site: Site) -> None:
    await send(site.member(), site)
    await change(site, update(Report).values(sealed=b"\x01" + b"y" * 40))
    page = await site.facilitator().get(f"{site.circle}/laporan")
    assert "tidak bisa dibuka lagi" in page.words
    assert 'name="report"' in page.text


async def test_after_thirty_days_nobody_reads_it(site: Site) -> None:
    await send(site.member(), site)
    (report,) = await waiting(site)
    assert report.expires <= time.time() + 30 * 86400
    await change(site, update(Report).values(expires=int(time.time()) - 1))
    assert "Tidak ada laporan" in (await site.facilitator().get(f"{site.circle}/laporan")).words


async def test_its_writer_takes_it_back_and_nobody_elses(site: Site) -> None:
    await send(site.member(), site)
    page = await site.member().get(f"{site.circle}/lapor")
    (own,) = re.findall(r'name="report" value="([^"]+)"', page.text)
    sari = site.facilitator()
    await sari.post(f"{site.circle}/lapor/tarik", {"report": own})
    assert len(await waiting(site)) == 1
    done = await site.member().post(f"{site.circle}/lapor/tarik", {"report": own})
    assert "Ditarik dan terhapus" in (await site.member().get(done.to)).words
    assert await waiting(site) == []


async def test_the_writer_finds_it_in_what_is_kept_and_the_one_it_is_about_does_not(
    site: Site,
) -> None:
    await from_the_room(site.member(), site, quotes=[{"name": "Bu Sari", "text": "itu"}])
    mine = json.loads((await site.member().get("/aku/data.json")).text)["report"]
    assert mine[0]["reader"] == "facilitators" and mine[0]["person_id"] == "you"
    assert CANARY not in json.dumps(mine)
    assert "report" not in json.loads((await site.facilitator().get("/aku/data.json")).text)


async def test_it_goes_with_whoever_sent_it(site: Site) -> None:
    await send(site.member(), site)
    assert (await site.member().post("/aku/hapus", {"sure": "yes"})).status == 200
    assert await waiting(site) == []


async def test_no_backup_holds_one(site: Site, tmp_path: Path) -> None:
    await send(site.member(), site)
    file = tmp_path / "cadangan"
    await backup.write(site.settings, file)
    content = json.loads(gzip.decompress(file.read_bytes()))
    assert "report" not in content["tables"]


BAD: dict[str, dict[str, Any]] = {
    "nothing": {"report": " \n"},
    "only what hides": {"report": "\u200b\u202e"},
    "long": {"report": "a" * 2001},
    "no reader": {"reader": "semua orang"},
    "many quotes": {"quotes": [QUOTED] * 11},
    "a long quote": {"quotes": [{"name": "A", "text": "a" * 2001}]},
    "a quote that says more": {"quotes": [{**QUOTED, "member_id": "x"}]},
}


@pytest.mark.parametrize("kind", list(BAD))
async def test_what_cannot_be_sent_is_refused_with_a_reason(site: Site, kind: str) -> None:
    answer = await from_the_room(site.member(), site, **BAD[kind])
    assert answer.status == 422
    assert json.loads(answer.text)["reason"].startswith(("report.", "note."))
    assert await waiting(site) == []


async def test_a_form_that_is_no_report_at_all_is_refused(site: Site) -> None:
    assert (await site.member().post_json(f"{site.circle}/lapor", ["x"])).status == 422


async def test_a_form_that_cannot_be_sent_keeps_what_was_typed(site: Site) -> None:
    answer = await send(site.member(), site, "a" * 2001, reader="organiser", named="yes")
    assert answer.status == 422 and "a" * 2001 in answer.text
    assert 'value="organiser" checked' in answer.text
    assert 'name="named" value="yes" checked' in answer.text


async def test_whoever_sends_many_is_asked_to_wait_and_keeps_what_they_wrote(site: Site) -> None:
    member = site.member()
    for n in range(5):
        assert (await send(member, site, f"laporan {n}")).status == 303
    answer = await send(member, site)
    assert answer.status == 429 and CANARY in answer.text
    assert len(await waiting(site)) == 5


async def test_markup_and_direction_marks_are_only_text(site: Site) -> None:
    quote = {"name": "<b>x</b>", "text": "\u202eabc<script>"}
    await from_the_room(site.member(), site, quotes=[quote])
    text = (await site.facilitator().get(f"{site.circle}/laporan")).text
    assert "&lt;b&gt;x&lt;/b&gt;" in text and "abc&lt;script&gt;" in text and "\u202e" not in text


async def test_what_is_reported_is_in_no_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await from_the_room(site.member(), site, quotes=[QUOTED])
    await from_the_room(site.member(), site, quotes=[QUOTED] * 11)
    await site.facilitator().get(f"{site.circle}/laporan")
    assert "kenari" not in caplog.text and "melukai" not in caplog.text


# --- the receipt ---


async def test_after_a_meeting_a_receipt_says_what_was_what_is_gone_and_what_stays(
    site: Site,
) -> None:
    page = await site.member().get(f"{site.circle}/usai")
    assert "Yang sudah terhapus" in page.words and "Keanggotaanmu, seperti sebelumnya" in page.words
    await change(site, update(Membership).where(Membership.name == "Melati").values(visits=3))
    page = await site.member().get(f"{site.circle}/usai")
    assert "kamu sudah hadir 3 kali" in page.words


async def test_while_people_still_meet_the_receipt_claims_nothing_to_be_gone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Meeting:
        async def is_under_way(self, _circle: str) -> bool:
            return True

    monkeypatch.setitem(site.app.extensions, "lingkar.room", Meeting())
    page = await site.member().get(f"{site.circle}/usai")
    assert "Pertemuannya masih berjalan" in page.words
    assert "Yang sudah terhapus" not in page.words
