"""Making a circle and changing what it is. For its facilitators.

How a meeting goes is in `guide_routes`, meetings that differ from the rule in `changes_routes`,
agreements and the end of a circle in `keeping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quart import Blueprint, Response, abort, g, request
from sqlalchemy import select

from server.accounts.tables import Person
from server.circles.changes import refresh_next
from server.circles.forms import CircleDetails, read_form
from server.circles.founding import found_circle
from server.circles.invitations import held
from server.circles.kinds import KINDS
from server.circles.meanwhile import Form
from server.circles.members import lacks_facilitators
from server.circles.queries import my_circles, times_of
from server.circles.routes import now
from server.circles.rules import Rule, read_rule, rule_values, standard_values
from server.circles.seats import free_seats, hold
from server.circles.tables import Circle, Membership
from server.web import db, lang, page, see_other, who
from server.words import as_written

editing = Blueprint("editing", __name__)

SAVED = "tersimpan"
FIELDS = (
    "name", "topic", "kind", "place", "language", "both", "seats", "minutes", "medium",
    "newcomers", "ages", "visibility", "joining", "friends", "observers_first", "door",
)  # fmt: skip
RULE_FIELDS = ("repeat", "date", "time", "zone", "until", "rule")
MEANWHILE = Form({**{name: (name,) for name in FIELDS}, "rule": RULE_FIELDS})


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
    saved = request.args.get("keadaan") == SAVED
    return await show(present(mine.circle), f"/c/{slug}/ubah", circle=mine.circle, saved=saved)


def present(circle: Circle) -> dict[str, str]:
    """The form of what the circle is now."""
    return {**rule_values(circle), **details_of(circle)}


@editing.post("/c/<slug>/ubah")
async def change(slug: str) -> Response:
    """Keep it; a meeting under way goes on as it began."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    # Two who save at once: the second sees what the first made of it.
    await hold(db(), mine.circle)
    await db().refresh(mine.circle)
    now_, seen = present(mine.circle), sent.get("seen", "")
    if changed := MEANWHILE.changed(seen, now_, sent):
        values = MEANWHILE.merged(seen, now_, sent)
        return await show(values, f"/c/{slug}/ubah", circle=mine.circle, changed=changed)
    details, wrong = read_form(CircleDetails, sent)
    rule, late = changed_rule(mine.circle, sent)
    if details is None or rule is None:
        return await show(
            sent, f"/c/{slug}/ubah", circle=mine.circle, wrong=wrong, late=late, seen=seen
        )
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
        await let_wait_no_longer(circle)


async def let_wait_no_longer(circle: Circle) -> None:
    """Whoever asked is a member, as far as there are seats."""
    await db().flush()
    waiting = (
        select(Membership)
        .where(
            Membership.circle_id == circle.id,
            Membership.state == "asked",
            Membership.banned.is_(False),
        )
        .order_by(Membership.name_key)
        .limit(await free_seats(db(), circle))
    )
    for one in await db().scalars(waiting):
        one.state = "member"


def standard_details() -> dict[str, str]:
    """What suits most circles."""
    standard = CircleDetails(name="x", language=as_written(lang()), newcomers=True)
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
    changed: Sequence[str] = (),
    seen: str = "",
) -> Response:
    """The form with what is in it, what is wrong with it, and what others `changed` meanwhile."""
    g.private = True
    wrong, late = wrong or set(), late or {}
    kept = present(circle) if circle else {}
    return await page(
        "circle_form.html",
        422 if wrong or late else 409 if changed else 200,
        circle=circle,
        action=action,
        kept=kept,
        times=times_of(circle) if circle else None,
        changed=changed,
        seen=seen or MEANWHILE.seen(kept),
        values={name: values.get(name, "") for name in (*FIELDS, *RULE_FIELDS)},
        wrong=wrong,
        late=late,
        fields=FIELDS,
        kinds=KINDS,
        first=first,
        saved=saved,
        lacking=circle is not None and await lacks_facilitators(db(), circle),
    )
