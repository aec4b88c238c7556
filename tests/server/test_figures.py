"""The page of figures: sums that tell of nobody, and what waits for an organiser."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from realtime.domain.meeting import CircleId, MemberId
from server.accounts.tables import Person
from server.circles.admission import CircleAdmission
from server.circles.seat_ids import seat_id
from server.circles.tables import Ban, Membership
from server.desk import overview, weeks
from server.desk.overview import Storage, columns
from server.desk.tables import Week
from server.security import Keys
from server.web import Services
from tests.server.visiting import Site, database

WEDNESDAY = dt.date(2026, 11, 25)
BEFORE = dt.date(2026, 11, 16)


async def with_week(
    db: AsyncSession, starts: dt.date, meetings: int, seats: int, turns: int
) -> None:
    await db.execute(
        insert(Week).values(starts=starts, meetings=meetings, seats=seats, turns=turns)
    )


async def test_each_meeting_adds_to_its_week_and_says_nothing_of_its_circle(site: Site) -> None:
    async with database(site) as db:
        await weeks.count(db, dt.date(2026, 11, 23), 9, 7)
        await weeks.count(db, dt.date(2026, 11, 29), 4, 3)
        await weeks.count(db, dt.date(2026, 11, 30), 6, 5)
        rows = {row.starts.isoformat(): row for row in await db.scalars(select(Week))}
    assert {at: (r.meetings, r.seats, r.turns) for at, r in rows.items()} == {
        "2026-11-23": (2, 13, 10),
        "2026-11-30": (1, 6, 5),
    }
    assert {column.name for column in Week.__table__.columns} == {
        "starts", "meetings", "seats", "turns",
    }  # fmt: skip


async def test_somebody_alone_in_the_room_held_no_meeting(site: Site) -> None:
    async with database(site) as db:
        await weeks.count(db, WEDNESDAY, 1, 0)
        assert not list(await db.scalars(select(Week)))


async def test_a_closed_meeting_is_counted_with_its_visits(site: Site) -> None:
    services: Services = site.app.extensions["lingkar"]
    admission = CircleAdmission(services.database, services.keys, site.settings)
    async with database(site) as db:
        rows = [(one.circle_id, one.person_id) for one in await db.scalars(select(Membership))]
    came = tuple(seats_of(services.keys, rows))
    await admission.visited(CircleId(rows[0][0]), came, 3)
    async with database(site) as db:
        (week,) = await db.scalars(select(Week))
    assert (week.meetings, week.seats, week.turns) == (1, len(rows), 3)


def seats_of(keys: Keys, rows: list[tuple[str, str]]) -> list[MemberId]:
    return [seat_id(keys, circle_id, person_id) for circle_id, person_id in rows]


async def test_this_week_is_shown_once_it_is_over(site: Site) -> None:
    async with database(site) as db:
        await with_week(db, weeks.monday(WEDNESDAY), 40, 300, 200)
        now = await weeks.past(db, WEDNESDAY)
        later = await weeks.past(db, WEDNESDAY + dt.timedelta(days=7))
    assert all(week.meetings is None for week in now)
    assert (later[-1].meetings, later[-1].seats) == (40, 300)
    assert len(now) == len(later) == weeks.SHOWN


@pytest.mark.parametrize(
    ("kept", "shown"),
    [((4, 40, 30), (None, None, None)), ((5, 40, 4), (5, 40, None)), ((5, 10, 5), (5, 10, 5))],
)
async def test_a_sum_below_five_is_told_to_nobody(
    site: Site, kept: tuple[int, int, int], shown: tuple[int | None, ...]
) -> None:
    async with database(site) as db:
        await with_week(db, BEFORE, *kept)
        last = (await weeks.past(db, WEDNESDAY))[-1]
    assert (last.meetings, last.seats, last.turns) == shown


async def test_weeks_are_forgotten_after_two_years(site: Site) -> None:
    async with database(site) as db:
        for ago in (104, 105):
            await with_week(db, weeks.monday(WEDNESDAY) - dt.timedelta(weeks=ago), 9, 9, 9)
        await weeks.forget(db, WEDNESDAY)
        assert len(list(await db.scalars(select(Week)))) == 1


def test_columns_stand_in_the_measure_of_the_tallest() -> None:
    sums = [weeks.Sums(BEFORE, n, None, None) for n in (10, None, 40)]
    drawn = columns(sums, lambda week: week.meetings)
    assert [(one.x, one.height, one.figure) for one in drawn] == [
        (0, 14.0, 10), (20, 0.0, None), (40, 56.0, 40),
    ]  # fmt: skip


async def test_the_page_shows_past_weeks_and_hides_small_ones(site: Site) -> None:
    last = weeks.monday(dt.datetime.now(dt.UTC).date()) - dt.timedelta(weeks=1)
    async with database(site) as db:
        await with_week(db, last, 14, 1120, 96)
        await with_week(db, last - dt.timedelta(weeks=1), 3, 21, 17)
    page = await site.facilitator().get("/kelola/angka")
    assert page.status == 200 and page.headers["Cache-Control"] == "no-store"
    assert "1.120" in page.words and "14" in page.words
    assert ">21<" not in page.text and "kurang dari lima" in page.words
    english = await site.facilitator().get("/kelola/angka", Accept_Language="en")
    assert "1,120" in english.words and "fewer than five" in english.words


async def test_a_place_in_order_says_so_and_what_is_not_is_named_with_what_to_do(
    site: Site,
) -> None:
    async with database(site) as db:
        await db.execute(update(Membership).values(role="member"))
        await db.execute(update(Person).values(organiser=True, passphrase="x"))
    page = await site.facilitator().get("/kelola/angka")
    assert "Satu lingkaran tanpa fasilitator" in page.words
    assert "pengurus masuk dengan kata sandi saja" in page.words
    assert "Semuanya baik" not in page.words


async def test_facilitators_with_one_device_alone_are_counted_and_those_with_a_way_back_are_not(
    site: Site,
) -> None:
    async with database(site) as db:
        await db.execute(update(Person).values(passphrase=None))
        alone = await overview.health(db, 0)
        await db.execute(update(Person).values(passphrase="x"))
        safe = await overview.health(db, 0)
    assert (alone.facilitators, alone.stranded, safe.stranded) == (1, 1, 0)


async def test_few_browsers_are_not_counted_out(site: Site) -> None:
    async with database(site) as db:
        assert (await overview.health(db, 0)).browsers is None
        assert (await overview.unheld(db)) == 0


async def test_the_size_of_the_database_and_the_room_on_the_disk_are_told(site: Site) -> None:
    async with database(site) as db:
        kept = await overview.storage(db, site.settings.data_dir)
    assert kept.database > 10_000 and kept.room > 0 and 0 < kept.share < 1
    assert Storage("SQLite", 1, 91, 9).tight and not Storage("SQLite", 1, 89, 11).tight


async def test_as_many_bans_are_counted_as_the_page_of_bans_lists(site: Site) -> None:
    async with database(site) as db:
        await db.execute(update(Membership).where(Membership.name == "Melati").values(banned=True))
        (circle_id,) = set(await db.scalars(select(Membership.circle_id)))
        await db.execute(insert(Ban).values(circle_id=circle_id, mark=b"m" * 32, called=b"c" * 32))
    page = await site.facilitator().get("/kelola/angka")
    assert "Larangan kembali 2" in page.words
