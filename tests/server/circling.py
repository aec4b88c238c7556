"""What tests of circles and their people share: changing and reading the database behind a site."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from server.circles.members_routes import handle
from server.circles.seed import seed_member
from server.circles.tables import Circle, Membership
from tests.server.visiting import Site, Visitor


async def change(site: Site, *statements: Any) -> None:
    async with site.app.extensions["lingkar"].database.session() as db:
        for statement in statements:
            await db.execute(statement)
        await db.commit()


async def found(site: Site, statement: Any) -> list[Any]:
    async with site.app.extensions["lingkar"].database.session() as db:
        return list(await db.scalars(statement))


async def circle_of(site: Site) -> Circle:
    (circle,) = await found(site, select(Circle).where(Circle.slug == site.seeded.slug))
    return circle  # type: ignore[no-any-return]


async def membership(site: Site, name: str) -> Membership | None:
    rows = await found(site, select(Membership).where(Membership.name == name))
    return rows[0] if rows else None


async def new_member(site: Site, name: str) -> Visitor:
    """Somebody more who belongs to the circle and promised."""
    inside = site.app.extensions["lingkar"]
    async with inside.database.session() as db:
        circle = await db.scalar(select(Circle).where(Circle.slug == site.seeded.slug))
        _, cookie = await seed_member(db, inside.keys, circle, name)
        await db.commit()
    return Visitor(site.app).signed_in(site.seeded, cookie)


async def page_of(site: Site, name: str) -> str:
    """Where facilitators change what is about this person."""
    them = await membership(site, name)
    assert them is not None
    async with site.app.test_request_context("/"):
        return f"{site.circle}/anggota/{handle(await circle_of(site), them.person_id)}"
