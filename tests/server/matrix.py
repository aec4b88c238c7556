"""The matrix of the pages: its cells as `matrix.txt` has them, and where each is tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import update

from server.accounts.queries import new_id, new_person, sign_in
from server.care.tables import HelpLine
from server.circles.members_routes import bar_handle, handle
from server.circles.queries import invite
from server.circles.seed import seed_circle, seed_member
from server.circles.tables import Ban, Circle, Membership, ShelfItem
from server.limits import Limits
from server.security import hashed, new_secret
from tests.matrices import lines_of
from tests.server.circling import circle_of, membership
from tests.server.visiting import Answer, Site, Visitor

TABLE = Path(__file__).with_name("matrix.txt")
KINDS = ("private", "public")
SCRIPTED = {"/kunci/mulai", "/kunci/simpan", "/kunci/tantangan", "/kunci/masuk"}
"""Asked by scripts, in JSON."""


FORMS: dict[str, dict[str, str]] = {
    "/aku/nama": {"circle": "<slug>"},
    "/kelola/bantuan/<line_id>": {"do": "cek"},
    "/kelola/lingkaran/<slug>": {"do": "undang"},
    "/kelola/larangan": {"ban": "<ban>"},
    "/kelola/undangan": {"invitation": "<invitation_id>"},
    "/c/<slug>/larangan": {"ban": "<ban>"},
    "/c/<slug>/bantuan/<line_id>": {"do": "cek"},
    "/c/<slug>/anggota/<wanted>": {"do": "keluar"},
    "/c/<slug>/peran": {"do": "mundur"},
    "/c/<slug>/rak/<item_id>": {"do": "hapus"},
    "/c/<slug>/undang/<invitation_id>": {"do": "tarik"},
    "/c/<slug>/undang/cetak": {"secret": "<link>"},
}
"""Where an empty form names nothing that there is: what these send."""


@dataclass(frozen=True)
class Cell:
    method: str
    rule: str
    who: str
    kind: str
    expected: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule} by {self.who}, {self.kind}"


def read() -> dict[tuple[str, str, str], dict[str, str]]:
    """(kind, method, rule) -> who -> letter."""
    cells: dict[tuple[str, str, str], dict[str, str]] = {}
    for kind, people, words in lines_of(TABLE, KINDS[0]):
        method, rule, *letters = words
        assert len(letters) == len(people), f"{rule}: {len(letters)} for {len(people)} people"
        assert (kind, method, rule) not in cells, f"{method} {rule} stands there twice"
        cells[kind, method, rule] = dict(zip(people, letters, strict=True))
    return cells


def every_cell() -> Iterator[Cell]:
    table = read()
    for kind in KINDS:
        for _, method, rule in [key for key in table if key[0] == KINDS[0]]:
            if kind != KINDS[0] and not rule.startswith("/c/"):
                # Who may find a circle changes nothing elsewhere.
                continue
            letters = table.get((kind, method, rule)) or table[KINDS[0], method, rule]
            for who, expected in letters.items():
                yield Cell(method, rule, who, kind, expected)


def letter(answer: Answer) -> str:
    """What became of a request, in the letters of the table."""
    told = {404: "h", 403: "f"}
    if answer.status in told:
        return told[answer.status]
    if answer.status == 303 and answer.to.startswith("/masuk"):
        return "s"
    return "y" if answer.status < 500 else str(answer.status)


class Place:
    """A circle with somebody of each kind around it, brought back whenever something changed."""

    def __init__(self, site: Site) -> None:
        self._site, self._services = site, site.app.extensions["lingkar"]
        self._file = site.settings.data_dir / "lingkar.db"
        self.cookies: dict[str, str] = {"stranger": ""}
        self.filled: dict[str, str] = {}
        self._kept: dict[str, bytes] = {}
        self._first: Visitor | None = None

    async def arrange(self) -> None:
        """Everybody, and one of each thing that an address may name."""
        site = self._site
        other = await seed_circle(
            site.settings, title="Lingkaran lain", facilitator="Bu Lain", members=["Tetangga"]
        )
        self.other = other
        self.cookies |= {"other_circle": other.members["Tetangga"]}
        self.cookies |= {"member": site.seeded.members["Melati"]}
        async with self._services.database.session() as db:
            circle = await db.get(Circle, site.seeded.circle_id)
            lead = await db.get(type(new_person()), site.seeded.ids["Bu Sari"])
            elsewhere = await db.get(Circle, other.circle_id)
            for who in ("asked", "unpledged", "banned", "host"):
                _, self.cookies[who] = await seed_member(db, self._services.keys, circle, who)
            _, self.cookies["other_host"] = await seed_member(
                db, self._services.keys, elsewhere, "other_host"
            )
            organiser = new_person("Pak Pengelola", "pengelola")
            organiser.organiser = True
            db.add(organiser)
            await db.flush()
            self.cookies["organiser"] = await sign_in(db, self._services.keys, organiser.id)
            one, link = await invite(db, circle, lead, days=30, most=100)
            bar = Ban(circle_id=circle.id, mark=b"m" * 32, called=b"c" * 32)
            line = HelpLine(id=new_id(), circle_id=circle.id, country="ID", name="x", shown="1")
            line.about_id = line.about_en = ""
            line.href, line.checked = "tel:1", dt.datetime.now(dt.UTC).date()
            item = ShelfItem(id=new_id(), circle_id=circle.id, kind="text", title="x", text="y")
            db.add_all([line, item, bar])
            await db.commit()
            secret = new_secret()
            states: dict[str, dict[str, Any]] = {
                "asked": {"state": "asked"},
                "unpledged": {"pledged": False},
                "banned": {"banned": True},
                "host": {"role": "facilitator"},
                "other_host": {"role": "facilitator"},
                "Melati": {"calendar_hash": hashed(secret)},
            }
            for name, change in states.items():
                await db.execute(update(Membership).where(Membership.name == name).values(change))
            await db.commit()
        them = await membership(site, "Melati")
        async with site.app.test_request_context("/"):
            person = handle(await circle_of(site), them.person_id if them else "")
            bar_named = bar_handle(bar)
        self.filled = {
            "<slug>": site.seeded.slug,
            "<invitation_id>": one.id,
            "<wanted>": person,
            "<line_id>": line.id,
            "<item_id>": item.id,
            "<secret>": secret,
            "<link>": link,
            "<ban>": bar_named,
            "<path:name>": "nothing.js",
            "<name>": "lambang.svg",
        }

    async def keep(self) -> None:
        """The circle as it is, private and public."""
        for kind in KINDS:
            async with self._services.database.session() as db:
                joining = "invitation" if kind == "private" else "approval"
                await db.execute(
                    update(Circle)
                    .where(Circle.id == self._site.seeded.circle_id)
                    .values(visibility=kind, joining=joining)
                )
                await db.commit()
            await self._services.database.close()
            self._kept[kind] = self._file.read_bytes()

    async def bring_back(self, kind: str) -> None:
        await self._services.database.close()
        for path in self._file.parent.glob("lingkar.db-*"):
            path.unlink()
        self._file.write_bytes(self._kept[kind])

    async def ask(self, cell: Cell) -> Answer:
        """That request, by a browser of that person's."""
        limits: Limits = self._services.limits
        limits._buckets.clear()
        visitor = Visitor(self._site.app)
        if self.cookies[cell.who]:
            visitor.signed_in(self._site.seeded, self.cookies[cell.who])
        if cell.method == "GET":
            return await visitor.get(self.fill(cell.rule))
        await self._give_token(visitor)
        form = {name: self.fill(value) for name, value in FORMS.get(cell.rule, {}).items()}
        if cell.rule in SCRIPTED:
            return await visitor.post_json(cell.rule, {"_token": visitor.token})
        return await visitor.post(self.fill(cell.rule), form)

    def fill(self, text: str) -> str:
        for gap, value in self.filled.items():
            text = text.replace(gap, value)
        return text

    async def _give_token(self, visitor: Visitor) -> None:
        """The token of one form, which holds for the browser cookie that came with it."""
        if self._first is None:
            self._first = Visitor(self._site.app)
            await self._first.get("/bantuan")
        (cookie,) = [c for c in self._first.client.cookie_jar or () if c.name == "lingkar-form"]
        visitor.client.set_cookie("localhost", cookie.name, cookie.value or "")
        visitor.token = self._first.token
