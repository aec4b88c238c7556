"""Whatever is kept until a time is erased by a job when it has come; no column is forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from server.circles.tables import Invitation, Membership
from server.database import Base
from server.upkeep import HOURLY, Moment
from tests.server.test_export import filled
from tests.server.visiting import Site

NOW = dt.datetime(2030, 6, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def moment(ago: dt.timedelta) -> int:
    return int((NOW - ago).timestamp())


def wall(ago: dt.timedelta) -> str:
    return f"{NOW - ago:%Y-%m-%dT%H:%M}"


def day(ago: dt.timedelta) -> dt.date:
    return (NOW - ago).date()


ENDS: dict[tuple[str, str], tuple[str, Callable[[dt.timedelta], Any], dt.timedelta]] = {
    ("sign_in", "expires"): ("sign_ins", moment, dt.timedelta()),
    ("sealed_note", "expires"): ("notes", moment, dt.timedelta()),
    ("report", "expires"): ("reports", moment, dt.timedelta()),
    ("spent_challenge", "expires"): ("challenges", moment, dt.timedelta()),
    ("invitation", "expires"): ("invitations", moment, 30 * DAY),
    ("absence", "start"): ("absences", moment, DAY),
    ("change", "original"): ("changes", wall, 400 * DAY),
    ("week", "starts"): ("weeks", day, 104 * 7 * DAY + 6 * DAY),
}
"""By column: the job, how the column writes a time, and how long after it the row may stay."""

NO_END = {
    ("circle", "next_start"): "when people meet, not how long anything is kept",
    ("circle", "starts"): "when people meet, not how long anything is kept",
    ("change", "moved_to"): "the same row as `original`",
}
"""Columns that hold a time and end nothing."""


def test_every_column_that_holds_a_time_has_a_job_or_a_reason() -> None:
    times = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(word in column.name for word in ("expires", "until", "start", "moved", "original"))
    }
    assert times == set(ENDS) | set(NO_END)
    assert {job for job, _, _ in ENDS.values()} <= set(HOURLY)


async def rows_after(site: Site, table: str, column: str, ends: Any) -> int:
    """How many stay of one row that ends then, once its job has been done at NOW."""
    job = ENDS[table, column][0]
    made = Base.metadata.tables[table]
    row = filled(made, site.seeded.ids["Melati"], site.seeded.circle_id)
    row[column] = ends
    for one in made.columns:
        if one.primary_key and one.name == "id":
            row["id"] = "overdue"
    services = site.app.extensions["lingkar"]
    async with services.database.session() as db:
        await db.execute(made.delete())
        await db.execute(insert(made).values(row))
        await HOURLY[job](Moment(db, NOW, site.settings, services.keys))
        await db.commit()
        return await db.scalar(select(func.count()).select_from(made)) or 0


@pytest.mark.parametrize(("table", "column"), list(ENDS))
async def test_what_is_over_is_erased_and_what_is_not_stays(
    site: Site, table: str, column: str
) -> None:
    _, write, stays = ENDS[table, column]
    assert await rows_after(site, table, column, write(stays + DAY)) == 0
    assert await rows_after(site, table, column, write(-DAY)) == 1


async def test_an_invitation_by_which_somebody_came_stays_while_they_belong(site: Site) -> None:
    services = site.app.extensions["lingkar"]
    async with services.database.session() as db:
        await db.execute(update(Invitation).values(expires=moment(90 * DAY)))
        kept = (await db.scalars(select(Invitation.id).limit(1))).one()
        await db.execute(
            update(Membership).where(Membership.name == "Melati").values(invitation_id=kept)
        )
        await HOURLY["invitations"](Moment(db, NOW, site.settings, services.keys))
        await db.commit()
        assert list(await db.scalars(select(Invitation.id))) == [kept]
