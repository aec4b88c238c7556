"""Each limit of the pages with somebody who hits it, and a neighbour who notices nothing."""

from __future__ import annotations

from typing import Any

import pytest

from server.limits import EXCHANGE, READ, WRITE
from server.security import LARGEST_BODY
from tests.server.visiting import Site

SCRIPT, NEIGHBOUR = "198.51.100.7", "198.51.100.8"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class From:
    """A browser at an address of its own."""

    def __init__(self, site: Site, address: str) -> None:
        self._client = site.app.test_client()
        self._scope = {"client": (address, 1)}

    async def get(self, path: str) -> int:
        return (await self._client.get(path, scope_base=self._scope)).status_code

    async def send(self, path: str, **what: Any) -> int:
        return (await self._client.post(path, scope_base=self._scope, **what)).status_code


@pytest.fixture(autouse=True)
def time_stands_still(site: Site) -> None:
    site.app.extensions["lingkar"].limits.clock = lambda: 0.0


async def test_a_page_above_six_hundred_a_minute_has_to_wait_and_the_next_address_has_not(
    site: Site,
) -> None:
    script, neighbour = From(site, SCRIPT), From(site, NEIGHBOUR)
    seen = [await script.get("/worker.js") for _ in range(READ.tries + 10)]
    assert 429 not in seen[: READ.tries]
    assert 429 in seen
    assert await neighbour.get("/bantuan") == 200


async def test_a_form_above_a_hundred_and_twenty_a_minute_has_to_wait(site: Site) -> None:
    script, neighbour = From(site, SCRIPT), From(site, NEIGHBOUR)
    seen = [await script.send("/bahasa") for _ in range(WRITE.tries + 5)]
    assert set(seen[: WRITE.tries]) == {403}
    assert 429 in seen
    assert await neighbour.send("/bahasa") == 403
    # Reading goes on: it has a budget of its own.
    assert await script.get("/bantuan") == 200


async def test_invitations_made_up_are_slowed_down_and_real_ones_cost_nothing(site: Site) -> None:
    script, neighbour = From(site, SCRIPT), From(site, NEIGHBOUR)
    real = {"secret": site.secret}
    for _ in range(EXCHANGE.tries + 10):
        assert await neighbour.send("/u/tukar", json=real) == 200
    seen = [await script.send("/u/tukar", json={"secret": "made up"}) for _ in range(22)]
    assert set(seen[: EXCHANGE.tries]) == {410}
    assert seen[-1] == 429
    assert await neighbour.send("/u/tukar", json=real) == 200


BODIES: dict[str, dict[str, Any]] = {
    "a form": {"form": {"name": "x" * (LARGEST_BODY + 1)}},
    "json": {"json": {"secret": "x" * (LARGEST_BODY + 1)}},
    "a form by its word": {"data": b"a=b", "headers": {**FORM, "Content-Length": "9999999"}},
    "a file": {
        "data": b"--b\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n"
        + b"x" * (LARGEST_BODY + 1)
        + b"\r\n--b--\r\n",
        "headers": {"Content-Type": "multipart/form-data; boundary=b"},
    },
}


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("path", ["/u/tukar", "/masuk", "/bahasa", "/kunci/masuk", "/nowhere"])
async def test_a_body_above_64_kb_is_refused_whatever_it_is(
    site: Site, kind: str, path: str
) -> None:
    script, neighbour = From(site, SCRIPT), From(site, NEIGHBOUR)
    # JSON to a page that takes none is not even read.
    unread = kind == "json" and path not in ("/u/tukar", "/kunci/masuk")
    assert await script.send(path, **BODIES[kind]) == (403 if unread else 413)
    assert await neighbour.send("/u/tukar", json={"secret": site.secret}) == 200


async def test_a_body_with_more_fields_than_any_form_has_is_refused(site: Site) -> None:
    many = "&".join(f"a{at}=" for at in range(5000)).encode()
    assert await From(site, SCRIPT).send("/bahasa", data=many, headers=FORM) in (403, 413)
    parts = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n\r\n' % at for at in range(200)
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    refused = await From(site, SCRIPT).send("/bahasa", data=parts + b"--b--\r\n", headers=headers)
    assert refused == 413


@pytest.mark.parametrize("name", ["字" * 90, "a%00b", "a/" * 2_100])
async def test_a_name_that_no_file_can_have_is_that_of_no_file(site: Site, name: str) -> None:
    assert await From(site, SCRIPT).get(f"/static/built/{name}") == 404


@pytest.mark.parametrize("nested", ["[" * 30_000, "[" * 20_000 + "]" * 20_000])
@pytest.mark.parametrize(
    "path", ["/kunci/masuk", "/u", "/pengingat", "/c/orang-tua-tunggal-jakarta/lapor"]
)
async def test_json_nested_without_end_is_refused_like_any_other_that_is_none(
    site: Site, path: str, nested: str
) -> None:
    script = From(site, SCRIPT)
    status = await script.send(path, data=nested, headers={"Content-Type": "application/json"})
    assert 400 <= status < 500
