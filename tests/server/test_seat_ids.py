"""In the room nobody is known by what they are in another circle."""

from __future__ import annotations

from pathlib import Path

from server.circles.admission import CircleAdmission
from server.circles.seat_ids import people_behind, seat_id
from server.security import Keys
from tests.server.visiting import Site


async def test_somebody_in_two_circles_cannot_be_told_by_their_seats(tmp_path: Path) -> None:
    keys = Keys.kept_in(tmp_path)
    here, there = seat_id(keys, "senja", "p1"), seat_id(keys, "pagi", "p1")
    assert here == seat_id(keys, "senja", "p1")
    assert len({here, there, seat_id(keys, "senja", "p2")}) == 3
    assert "p1" not in here
    assert here != seat_id(Keys(b"another instance"), "senja", "p1")


async def test_a_seat_leads_back_to_the_person_through_the_circle_alone(site: Site) -> None:
    inside = site.app.extensions["lingkar"]
    admission = CircleAdmission(inside.database, inside.keys, inside.settings)
    cookies = {site.seeded.cookie_name: site.seeded.members["Melati"]}
    guest = await admission.admit(cookies, site.seeded.slug)
    async with inside.database.session() as db:
        found = await people_behind(db, inside.keys, guest.circle_id, [guest.member_id])
        assert found == [site.seeded.ids["Melati"]]
        assert await people_behind(db, inside.keys, "elsewhere", [guest.member_id]) == []
