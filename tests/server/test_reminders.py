"""Reminders: whom, when, once; and what a push service on this machine gets to see."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from sqlalchemy import func, select, update

from server import upkeep
from server.care.tables import SealedNote
from server.circles.tables import Absence, Change, Circle, Membership
from server.database import Database
from server.desk.tables import PushEndpoint
from server.jobs import Jobs, taken_up_to
from server.reminders.push import Push, Reach, is_public
from server.reminders.vapid import Vapid
from server.security import Keys
from server.turn import Turn
from server.upkeep import Moment
from tests.server.visiting import Site

START = dt.datetime(2026, 11, 25, 12, 30, tzinfo=dt.UTC)
"""Wednesday 19.30 in Jakarta."""
QUARTER = dt.timedelta(minutes=15)
SECOND = dt.timedelta(seconds=1)
GOOD = "https://fcm.googleapis.com/fcm/send/abc:def"


@dataclass
class Service:
    """A push service of our own: remembers each request and answers as it is told."""

    port: int = 0
    status: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        path = first.split()[1]
        self.asked.append((path, headers, body))
        status = self.status.get(path, "201 Created")
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def endpoint(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"


@asynccontextmanager
async def a_service() -> AsyncIterator[Service]:
    service = Service()
    server = await asyncio.start_server(service.answer, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    async with server:
        yield service


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with a_service() as running:
        yield running


@dataclass
class Evening:
    """The circle meets on Wednesday at 19.30; Melati and Bu Sari want to be reminded."""

    site: Site
    service: Service
    database: Database
    jobs: Jobs

    async def write(self, *what: Any) -> None:
        async with self.database.session() as db:
            for one in what:
                if isinstance(one, (Absence, Change, PushEndpoint, SealedNote)):
                    db.add(one)
                else:
                    await db.execute(one)
            await db.commit()

    async def all(self, kind: type[Any]) -> list[Any]:
        async with self.database.session() as db:
            return list(await db.scalars(select(kind)))

    async def pass_from(self, before: dt.datetime, now: dt.datetime) -> list[str]:
        """The clock goes from one moment to the other; who is knocked at."""
        await self.jobs.tick(before)
        self.service.asked.clear()
        await self.jobs.tick(now)
        return sorted(self.service.paths)

    @property
    def ids(self) -> dict[str, str]:
        return self.site.seeded.ids

    def endpoint_row(self, name: str, path: str) -> PushEndpoint:
        return PushEndpoint(
            id=path,
            person_id=self.ids[name],
            endpoint=self.service.endpoint(path),
            since=START.date(),
        )


@pytest.fixture
async def evening(site: Site, service: Service) -> AsyncIterator[Evening]:
    database = Database(site.settings.database_url)
    keys = Keys.kept_in(site.settings.data_dir)
    push = Push(
        Vapid.kept_in(site.settings.data_dir),
        "https://lingkar.example",
        Reach(("127.0.0.1",), "http", private=True),
    )
    made = Evening(site, service, database, Jobs(site.settings, keys, database, push))
    weekly = {"starts": "2026-11-25T19:30", "rule": "FREQ=WEEKLY;BYDAY=WE", "minutes": 75}
    await made.write(
        update(Circle).values(**weekly, next_start=int(START.timestamp())),
        update(Membership).values(reminded=True),
        made.endpoint_row("Melati", "melati"),
        made.endpoint_row("Bu Sari", "sari"),
    )
    yield made
    await database.close()


BEFORE, AT = START - QUARTER - 30 * SECOND, START - QUARTER


# --- when and whom ---


async def test_everybody_who_wants_it_is_reminded_a_quarter_of_an_hour_before(
    evening: Evening,
) -> None:
    assert await evening.pass_from(BEFORE, AT) == ["/melati", "/sari"]


async def test_nobody_is_reminded_earlier_or_twice(evening: Evening) -> None:
    assert await evening.pass_from(BEFORE, AT - SECOND) == []
    assert await evening.pass_from(AT - SECOND, AT) == ["/melati", "/sari"]
    assert await evening.pass_from(AT + SECOND, AT + 60 * SECOND) == []


async def test_a_restart_in_between_neither_loses_a_reminder_nor_sends_it_again(
    evening: Evening,
) -> None:
    await evening.jobs.tick(BEFORE)
    again = Jobs(evening.jobs.settings, evening.jobs.keys, evening.database, evening.jobs.push)
    await again.tick(AT + 60 * SECOND)
    assert sorted(evening.service.paths) == ["/melati", "/sari"]
    once_more = Jobs(evening.jobs.settings, evening.jobs.keys, evening.database, evening.jobs.push)
    await once_more.tick(AT + 61 * SECOND)
    assert len(evening.service.asked) == 2


async def test_two_processes_share_the_work_of_one_moment(evening: Evening) -> None:
    path = evening.site.settings.data_dir / "reminders.at"
    assert taken_up_to(path, BEFORE) == BEFORE
    assert taken_up_to(path, AT) == BEFORE
    assert taken_up_to(path, AT) is None


async def test_after_a_long_stop_no_reminder_comes_into_a_meeting_that_is_on(
    evening: Evening,
) -> None:
    assert await evening.pass_from(BEFORE, START + 60 * SECOND) == []


async def test_who_told_that_they_miss_it_is_left_in_peace(evening: Evening) -> None:
    await evening.write(
        Absence(
            circle_id=evening.site.seeded.circle_id,
            person_id=evening.ids["Melati"],
            start=int(START.timestamp()),
        )
    )
    assert await evening.pass_from(BEFORE, AT) == ["/sari"]


@pytest.mark.parametrize("change", [{"reminded": False}, {"banned": True}, {"state": "asked"}])
async def test_who_does_not_want_it_or_does_not_belong_gets_none(
    evening: Evening, change: dict[str, Any]
) -> None:
    melati = Membership.person_id == evening.ids["Melati"]
    await evening.write(update(Membership).where(melati).values(**change))
    assert await evening.pass_from(BEFORE, AT) == ["/sari"]


async def test_a_cancelled_meeting_reminds_nobody_and_a_moved_one_at_its_new_time(
    evening: Evening,
) -> None:
    circle = evening.site.seeded.circle_id
    change = Change(circle_id=circle, original="2026-11-25T19:30", moved_to=None)
    await evening.write(change)
    # The column may be behind for a while; the schedule is what holds.
    assert await evening.pass_from(BEFORE, AT) == []
    moved = update(Change).values(moved_to="2026-11-25T21:00")
    later = START + dt.timedelta(minutes=90)
    await evening.write(moved, update(Circle).values(next_start=int(later.timestamp())))
    assert await evening.pass_from(later - QUARTER - SECOND, later - QUARTER) == [
        "/melati",
        "/sari",
    ]


# --- what travels ---


async def test_what_is_sent_is_empty_and_signed_by_this_instance(evening: Evening) -> None:
    await evening.pass_from(BEFORE, AT)
    for _, headers, body in evening.service.asked:
        assert body == b""
        assert headers["ttl"] == "900"
        scheme, _, rest = headers["authorization"].partition(" ")
        assert scheme == "vapid"
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        claims = verified(parts["t"], parts["k"])
        assert claims["aud"] == f"http://127.0.0.1:{evening.service.port}"
        assert claims["sub"] == "https://lingkar.example"
        now = dt.datetime.now(dt.UTC).timestamp()
        assert now < claims["exp"] <= now + 86400
        everything = json.dumps(headers)
        for secret in ("Melati", "Sari", "Orang tua", evening.site.seeded.slug):
            assert secret not in everything


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verified(token: str, key: str) -> dict[str, Any]:
    """The claims, once the signature holds under the key that came with it."""
    head, claims, signature = token.split(".")
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = decoded(signature)
    assert len(raw) == 64
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    found: dict[str, Any] = json.loads(decoded(claims))
    return found


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
async def test_a_browser_that_is_gone_is_forgotten(evening: Evening, status: str) -> None:
    evening.service.status["/melati"] = status
    await evening.pass_from(BEFORE, AT)
    assert [row.id for row in await evening.all(PushEndpoint)] == ["sari"]


@pytest.mark.parametrize("status", ["429 Slow", "500 Oh", "302 Found\r\nLocation: /elsewhere"])
async def test_a_service_that_stumbles_is_asked_once_and_followed_nowhere(
    evening: Evening, status: str
) -> None:
    evening.service.status["/melati"] = status
    assert await evening.pass_from(BEFORE, AT) == ["/melati", "/sari"]
    assert len(await evening.all(PushEndpoint)) == 2


@pytest.mark.parametrize(
    "endpoint",
    [
        GOOD,
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://wns2-par02p.notify.windows.com/w/?token=BQ",
        "https://web.push.apple.com/QGuQ",
        "https://web.push.apple.com:443/QGuQ",
    ],
)
def test_known_push_services_are_knocked_at(endpoint: str) -> None:
    assert Reach().allows(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:x/x",
        "https://notify.windows.com/x",
        "https://evilnotify.windows.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "file:///etc/passwd",
        "https://web.push.apple.com/" + "x" * 500,
        "https://web.push.apple.com/a b",
        "https://web.push.apple.com/a\r\nX: y",
        "https://web.push.apple.com/#x",
    ],
)
def test_anything_else_is_not(endpoint: str) -> None:
    assert not Reach().allows(endpoint)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "localhost"])
async def test_a_name_that_leads_inside_is_not_knocked_at(host: str) -> None:
    assert not await is_public(host)


def test_the_key_is_made_once_and_only_this_account_reads_it(site: Site) -> None:
    first = Vapid.kept_in(site.settings.data_dir)
    assert Vapid.kept_in(site.settings.data_dir).public == first.public
    assert len(decoded(first.public)) == 65
    path = site.settings.data_dir / "vapid.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.glob("vapid*")] == ["vapid.pem"]


# --- turning them on and off ---


async def endpoints(site: Site) -> list[str]:
    database = Database(site.settings.database_url)
    async with database.session() as db:
        found = list(await db.scalars(select(PushEndpoint.endpoint)))
    await database.close()
    return found


async def test_a_member_turns_reminders_on_and_off(site: Site) -> None:
    member, to = site.member(), f"{site.circle}/pengingat"
    assert (await member.post_json(to, {"endpoint": GOOD})).status == 200
    assert "Menyala di satu perangkatmu" in (await member.get(f"{site.circle}/kalender")).words
    assert await endpoints(site) == [GOOD]
    await member.post(f"{site.circle}/kalender", {"do": "quiet"})
    assert await endpoints(site) == []
    assert "Menyala" not in (await member.get(f"{site.circle}/kalender")).words


@pytest.mark.parametrize(
    "body", [{"endpoint": "https://evil.example/x"}, {"endpoint": 7}, {}, [], None, "x"]
)
async def test_an_unknown_service_is_declined(site: Site, body: object) -> None:
    answer = await site.member().post_json(f"{site.circle}/pengingat", body)
    assert answer.status == 422
    assert await endpoints(site) == []


async def test_one_person_has_five_browsers_at_most_and_the_oldest_goes(site: Site) -> None:
    member, to = site.member(), f"{site.circle}/pengingat"
    for n in range(7):
        await member.post_json(to, {"endpoint": f"{GOOD}{n}"})
    kept = await endpoints(site)
    assert len(kept) == 5
    assert f"{GOOD}6" in kept


async def test_a_browser_that_changed_hands_reminds_whoever_asked_last(site: Site) -> None:
    to = f"{site.circle}/pengingat"
    await site.member().post_json(to, {"endpoint": GOOD})
    await site.facilitator().post_json(to, {"endpoint": GOOD})
    database = Database(site.settings.database_url)
    async with database.session() as db:
        owners = list(await db.scalars(select(PushEndpoint.person_id)))
    await database.close()
    assert owners == [site.seeded.ids["Bu Sari"]]


# --- the other jobs ---


async def test_what_is_past_its_time_is_forgotten(evening: Evening) -> None:
    circle, over = evening.site.seeded.circle_id, START + dt.timedelta(minutes=75)
    now = int(over.timestamp())
    await evening.write(
        Absence(circle_id=circle, person_id=evening.ids["Melati"], start=int(START.timestamp())),
        Absence(circle_id=circle, person_id=evening.ids["Bu Sari"], start=now + 7 * 86400),
        SealedNote(id="old", circle_id=circle, kind="after", sealed=b"x", expires=now),
        SealedNote(id="new", circle_id=circle, kind="after", sealed=b"x", expires=now + 9),
        Change(circle_id=circle, original="2025-01-01T19:30", moved_to=None),
        Change(circle_id=circle, original="2026-12-02T19:30", moved_to=None),
    )
    await evening.jobs.tick(over)
    assert [row.start for row in await evening.all(Absence)] == [now + 7 * 86400]
    assert [row.id for row in await evening.all(SealedNote)] == ["new"]
    assert [row.original for row in await evening.all(Change)] == ["2026-12-02T19:30"]
    # The second of December is cancelled.
    following = int((START + dt.timedelta(days=14)).timestamp())
    assert [row.next_start for row in await evening.all(Circle)] == [following]


async def test_an_absence_stays_while_the_meeting_is_on(evening: Evening) -> None:
    circle = evening.site.seeded.circle_id
    row = Absence(circle_id=circle, person_id=evening.ids["Melati"], start=int(START.timestamp()))
    await evening.write(row)
    await evening.jobs.tick(START + dt.timedelta(minutes=74))
    assert len(await evening.all(Absence)) == 1


async def test_a_job_that_fails_holds_up_no_other_and_is_told_without_content(
    evening: Evening, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int | None] = []

    async def broken(moment: Moment) -> None:
        raise ValueError("CANARY")

    async def last(moment: Moment) -> None:
        ran.append(await moment.db.scalar(select(func.count()).select_from(Circle)))

    monkeypatch.setattr("server.jobs.HOURLY", {"broken": broken, "last": last})
    await evening.jobs.tick(START)
    await evening.jobs.tick(START + dt.timedelta(minutes=59))
    assert ran == [1]
    await evening.jobs.tick(START + dt.timedelta(minutes=60))
    assert ran == [1, 1]
    assert "jobs.failed job=broken kind=ValueError" in caplog.text
    assert "CANARY" not in caplog.text


async def test_the_jobs_begin_with_the_application_and_end_with_it(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = Jobs(evening.jobs.settings, evening.jobs.keys, evening.database)
    done = asyncio.Event()

    async def told(_: Moment) -> None:
        done.set()

    monkeypatch.setitem(upkeep.HOURLY, "told", told)
    await began.start()
    async with asyncio.timeout(20):
        await done.wait()
        await began.stop()
    assert (evening.site.settings.data_dir / "vapid.pem").exists()


async def test_of_all_processes_one_does_what_is_done_once(evening: Evening) -> None:
    here = there = evening.jobs.settings.data_dir / "turn"
    if evening.database.engine.dialect.name == "postgresql":
        # Two machines have no file in common, and the database.
        there = here.with_name("elsewhere")
    one, other = Turn(here, evening.database), Turn(there, evening.database)
    assert await one.is_ours()
    assert not await other.is_ours()
    assert await one.is_ours()
    await one.end()
    assert await other.is_ours()
    await other.end()
