"""A circle's shelf: practical tips that its facilitators keep, for its members to read.

Holds nothing said in the room: nobody but a facilitator can put anything here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from quart import Blueprint, Response, abort, g, request
from sqlalchemy import func, select

from server.accounts.queries import new_id
from server.circles import links
from server.circles.forms import line, read_form
from server.circles.guide import paragraphs
from server.circles.invitations import held
from server.circles.members_routes import belonging
from server.circles.routes import now
from server.circles.tables import Circle, ShelfItem
from server.limits import Budget
from server.web import db, page, see_other, spend
from server.words import long_date

shelf = Blueprint("shelf", __name__)

Kind = Literal["money", "recipe", "place", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST = 60
CHECK = Budget(10, 600)
"""Links looked at on demand, from one address."""
DONE = "tersimpan"


def link(raw: str) -> str:
    """An https link to a host with a name, or nothing."""
    raw = raw.strip()
    if raw:
        try:
            links.host_of(raw)
        except links.NotPublic:
            raise ValueError("url") from None
    return raw


class ItemForm(BaseModel):
    """One tip."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Kind = "other"
    title: Annotated[str, AfterValidator(line)] = Field(min_length=1, max_length=100)
    text: Annotated[str, Field(max_length=1000), AfterValidator(paragraphs)] = ""
    url: Annotated[str, Field(max_length=500), AfterValidator(link)] = ""

    def put(self, item: ShelfItem) -> None:
        """Write it down; another link was not checked yet."""
        if (self.url or None) != item.url:
            item.url, item.checked, item.works = self.url or None, None, None
        item.kind, item.title, item.text = self.kind, self.title, self.text


async def items_of(circle: Circle) -> list[ShelfItem]:
    """By kind, then by title."""
    found = await db().scalars(
        select(ShelfItem).where(ShelfItem.circle_id == circle.id).order_by(ShelfItem.title)
    )
    return sorted(found, key=lambda item: (kind_at(item), item.title.casefold()))


def kind_at(item: ShelfItem) -> int:
    return next((at for at, kind in enumerate(KINDS) if kind == item.kind), len(KINDS))


async def the_item(circle: Circle, item_id: str) -> ShelfItem:
    """One tip of this circle, or 404."""
    item = await db().get(ShelfItem, item_id)
    if item is None or item.circle_id != circle.id:
        abort(404)
    return item


@shelf.get("/c/<slug>/rak")
async def read(slug: str) -> Response:
    """What is on the shelf, and for facilitators a form for more."""
    mine = await belonging(slug)
    return await show(mine.circle, keeps=mine.facilitates)


@shelf.post("/c/<slug>/rak")
async def add(slug: str) -> Response:
    """Something more on the shelf."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    form, wrong = read_form(ItemForm, sent)
    has = await db().scalar(
        select(func.count()).select_from(ShelfItem).where(ShelfItem.circle_id == mine.circle.id)
    )
    if form is None or (has or 0) >= MOST:
        return await show(mine.circle, keeps=True, sent=sent, wrong=wrong or {"many"})
    item = ShelfItem(id=new_id(), circle_id=mine.circle.id)
    form.put(item)
    db().add(item)
    await db().commit()
    return see_other(f"/c/{slug}/rak?keadaan={DONE}")


@shelf.get("/c/<slug>/rak/<item_id>")
async def one(slug: str, item_id: str) -> Response:
    """A tip to change."""
    _, mine = await held(slug)
    item = await the_item(mine.circle, item_id)
    values = {"kind": item.kind, "title": item.title, "text": item.text, "url": item.url or ""}
    return await show_one(mine.circle, item, values)


@shelf.post("/c/<slug>/rak/<item_id>")
async def change(slug: str, item_id: str) -> Response:
    """Save it, take it off, or look at its link now."""
    _, mine = await held(slug)
    item = await the_item(mine.circle, item_id)
    sent = (await request.form).to_dict()
    match sent.get("do"):
        case "simpan":
            form, wrong = read_form(ItemForm, sent)
            if form is None:
                return await show_one(mine.circle, item, sent, wrong)
            form.put(item)
        case "hapus":
            await db().delete(item)
        case "cek" if item.url:
            spend(CHECK)
            # A connection is not held while a host far away takes its time.
            await db().commit()
            item.works, item.checked = await links.works(item.url), now().date()
        case _:
            abort(404)
    await db().commit()
    return see_other(f"/c/{slug}/rak?keadaan={DONE}")


async def show(
    circle: Circle,
    *,
    keeps: bool,
    sent: Mapping[str, str] | None = None,
    wrong: set[str] | None = None,
) -> Response:
    g.private = True
    return await page(
        "shelf.html",
        422 if wrong else 200,
        circle=circle,
        items=await items_of(circle),
        keeps=keeps,
        kinds=KINDS,
        sent=sent or {},
        wrong=wrong or set(),
        most=MOST,
        day=lambda date: long_date(g.lang, date),
        done=not wrong and request.args.get("keadaan") == DONE,
    )


async def show_one(
    circle: Circle, item: ShelfItem, sent: Mapping[str, str], wrong: set[str] | None = None
) -> Response:
    g.private = True
    return await page(
        "shelf_item.html",
        422 if wrong else 200,
        circle=circle,
        item=item,
        kinds=KINDS,
        sent=sent,
        wrong=wrong or set(),
    )
