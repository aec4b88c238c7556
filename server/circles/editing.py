"""Making a circle, changing what it is and its agreements, and ending it. For its facilitators.

How a meeting goes is in `guide_routes`, meetings that differ from the rule in `changes_routes`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from quart import Blueprint, Response, abort, g, request
from sqlalchemy import delete, update

from server import live_room
from server.accounts.tables import Person
from server.circles.agreements import (
    LONGEST_LINE,
    MOST_LINES,
    agree,
    agreements_of,
    read_agreements,
    versions_of,
)
from server.circles.changes import refresh_next
from server.circles.forms import CircleDetails, read_form
from server.circles.founding import found_circle
from server.circles.invitations import held
from server.circles.kinds import KINDS
from server.circles.members import lacks_facilitators
from server.circles.queries import my_circles
from server.circles.routes import now
from server.circles.rules import Rule, read_rule, rule_values, standard_values
from server.circles.tables import Circle, Membership
from server.web import db, lang, page, see_other, who

editing = Blueprint("editing", __name__)

SAVED = "tersimpan"
FIELDS = (
    "name", "topic", "kind", "place", "language", "both", "seats", "minutes", "medium",
    "newcomers", "ages", "visibility", "joining", "friends", "observers_first", "door",
)  # fmt: skip
RULE_FIELDS = ("repeat", "date", "time", "zone", "until", "rule")


async def organiser() -> Person:
    """The organiser who asks, or 403."""
    person = await who()
    if person is None or not person.organiser:
        abort(403)
    return person


@editing.get("/kelola/baru")
async def new_circle() -> Response:
    """A form with what suits most circles already in it."""
    person = await organiser()
    values = {**standard_values(now()), **standard_details()}
    first = not await my_circles(db(), person)
    return await show(values, "/kelola/baru", first=first)


@editing.post("/kelola/baru")
async def create_circle() -> Response:
    """Make it, then show its page."""
    person = await organiser()
    sent = (await request.form).to_dict()
    details, wrong = read_form(CircleDetails, sent)
    rule, late = read_rule(sent, now())
    if details is None or rule is None:
        first = not await my_circles(db(), person)
        return await show(sent, "/kelola/baru", first=first, wrong=wrong, late=late)
    circle = await found_circle(db(), details, rule, person, person.name or "")
    await db().commit()
    return see_other(f"/c/{circle.slug}")


@editing.get("/c/<slug>/ubah")
async def edit(slug: str) -> Response:
    """What the circle is now."""
    _, mine = await held(slug)
    values = {**rule_values(mine.circle), **details_of(mine.circle)}
    saved = request.args.get("keadaan") == SAVED
    return await show(values, f"/c/{slug}/ubah", circle=mine.circle, saved=saved)


@editing.post("/c/<slug>/ubah")
async def change(slug: str) -> Response:
    """Keep it; a meeting under way goes on as it began."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    details, wrong = read_form(CircleDetails, sent)
    rule, late = changed_rule(mine.circle, sent)
    if details is None or rule is None:
        return await show(sent, f"/c/{slug}/ubah", circle=mine.circle, wrong=wrong, late=late)
    await keep(mine.circle, details, rule)
    await db().commit()
    return see_other(f"/c/{slug}/ubah?keadaan={SAVED}")


def changed_rule(circle: Circle, sent: Mapping[str, str]) -> tuple[Rule | None, dict[str, str]]:
    """The schedule that was sent; one that nobody touched is right, however old."""
    present = rule_values(circle)
    if all(sent.get(name, "").strip() == present[name] for name in RULE_FIELDS):
        return Rule(circle.starts, circle.timezone, circle.rule), {}
    return read_rule(sent, now())


async def keep(circle: Circle, details: CircleDetails, rule: Rule) -> None:
    """Change the circle. Whoever waits to be let in waits no longer once anybody may come."""
    for name, value in details.columns().items():
        setattr(circle, name, value)
    circle.starts, circle.timezone, circle.rule = rule.starts, rule.timezone, rule.rule
    await refresh_next(db(), circle, now())
    if circle.joining == "open":
        await db().execute(
            update(Membership)
            .where(Membership.circle_id == circle.id, Membership.state == "asked")
            .values(state="member")
        )


def standard_details() -> dict[str, str]:
    """What suits most circles."""
    standard = CircleDetails(name="x", language=lang(), newcomers=True)
    return {**values_of(standard.model_dump()), "name": ""}


def details_of(circle: Circle) -> dict[str, str]:
    """The circle as the form has it."""
    kept = {name: getattr(circle, name, None) for name in FIELDS}
    return values_of({**kept, "both": "," in circle.languages})


def values_of(kept: Mapping[str, object]) -> dict[str, str]:
    """As a browser would send them: a box that is not ticked is not there."""
    return {
        name: "true" if value is True else str(value)
        for name, value in kept.items()
        if value is not False
    }


async def show(
    values: Mapping[str, str],
    action: str,
    *,
    circle: Circle | None = None,
    first: bool = False,
    saved: bool = False,
    wrong: set[str] | None = None,
    late: Mapping[str, str] | None = None,
) -> Response:
    """The form with what is in it, and what is wrong with it."""
    g.private = True
    wrong, late = wrong or set(), late or {}
    return await page(
        "circle_form.html",
        422 if wrong or late else 200,
        circle=circle,
        action=action,
        values={name: values.get(name, "") for name in (*FIELDS, *RULE_FIELDS)},
        wrong=wrong,
        late=late,
        fields=FIELDS,
        kinds=KINDS,
        first=first,
        saved=saved,
        lacking=circle is not None and await lacks_facilitators(db(), circle),
    )


# --- agreements ---


@editing.get("/c/<slug>/kesepakatan")
async def agreements(slug: str) -> Response:
    """The circle's own lines, or an empty form where it has those of every circle."""
    _, mine = await held(slug)
    lines = await agreements_of(db(), mine.circle)
    typed = {one: "\n".join(lines.get(one, [])) for one in ("id", "en")}
    saved = request.args.get("keadaan") == SAVED
    return await show_agreements(mine.circle, typed, saved=saved)


@editing.post("/c/<slug>/kesepakatan")
async def change_agreements(slug: str) -> Response:
    """A new version: whoever belongs to the circle is asked for their promise again."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    lines, wrong = read_agreements(sent)
    if wrong:
        typed = {one: sent.get(f"lines.{one}", "") for one in ("id", "en")}
        return await show_agreements(mine.circle, typed, wrong=wrong)
    await agree(db(), mine, lines, now().date())
    await db().commit()
    return see_other(f"/c/{slug}/kesepakatan?keadaan={SAVED}")


async def show_agreements(
    circle: Circle,
    typed: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    saved: bool = False,
) -> Response:
    """The form, and below it what was agreed before."""
    g.private = True
    before = [
        one for one in await versions_of(db(), circle) if one.version != circle.agreements_version
    ]
    return await page(
        "agreements.html",
        422 if wrong else 200,
        circle=circle,
        typed=typed,
        wrong=wrong or {},
        saved=saved,
        before=before,
        most=MOST_LINES,
        longest=LONGEST_LINE,
    )


# --- the end of a circle ---


@editing.get("/c/<slug>/hapus")
async def ending(slug: str) -> Response:
    """What goes with the circle, and a field for its name."""
    _, mine = await held(slug)
    return await show_ending(mine.circle, 200)


@editing.post("/c/<slug>/hapus")
async def end(slug: str) -> Response:
    """The circle and everything of it goes, unless people meet in it just now."""
    _, mine = await held(slug)
    typed = (await request.form).get("name", "")
    if same(typed) != same(mine.circle.name):
        return await show_ending(mine.circle, 422, typed=typed[:200], wrong="delete.wrong")
    if await live_room.is_under_way(mine.circle.id):
        return await show_ending(mine.circle, 409, typed=typed, wrong="delete.meeting")
    await db().execute(delete(Circle).where(Circle.id == mine.circle.id))
    await db().commit()
    return see_other("/")


async def show_ending(circle: Circle, status: int, *, typed: str = "", wrong: str = "") -> Response:
    g.private = True
    return await page("delete.html", status, circle=circle, typed=typed, wrong=wrong)


def same(name: str) -> str:
    """Typed by hand, a space or a capital letter makes no other name."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
