"""A network that wants to be signed in to first and answers in place of everybody: a hotel's, a
train's. Declines to sign in there: that is done in the hotel's own page, which has to be seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from playwright.async_api import Browser, expect

from tests.faults.ways import Place
from tests.journeys.browsing import words
from tests.journeys.seated import House, seats_of
from tests.journeys.test_offline_help import KEPT, READY
from tests.journeys.test_weak_networks import far

HOST = "portal.example"
WELCOME = b"<!doctype html><title>Hotel Melur</title><h1>Masuk ke jaringan hotel</h1>"
HELP = ["/bantuan?bahasa=id", "/bantuan?bahasa=en"]
TEXTS = """async () => {
  const all = [];
  for (const name of await caches.keys()) {
    for (const one of await (await caches.open(name)).matchAll()) all.push(await one.text());
  }
  return all.join();
}"""


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A page of its own for whoever asks for it; everybody else is sent there."""
    with suppress(OSError, asyncio.IncompleteReadError):
        while head := (await reader.readuntil(b"\r\n\r\n")).lower():
            if f"\r\nhost: {HOST}\r\n".encode() in head or b".js" in head.partition(b"\r\n")[0]:
                # For scripts some do not even send elsewhere, but answer by themselves.
                start = "200 OK\r\nContent-Type: text/html"
            else:
                start = f"302 Found\r\nLocation: http://{HOST}/"
            writer.write(f"HTTP/1.1 {start}\r\nContent-Length: {len(WELCOME)}\r\n\r\n".encode())
            writer.write(WELCOME)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def a_portal() -> AsyncIterator[Place]:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()
        yield host, port
    finally:
        server.close()


async def test_a_hotels_network_is_never_taken_for_ours(house: House, browser: Browser) -> None:
    async with a_portal() as portal, far(house, browser, clock=True) as there:
        melati, page = there.melati, there.melati.page
        seats = await seats_of(melati, once=3)
        other = await melati.context.new_page()
        await other.goto(f"{house.base}/bantuan")
        await other.evaluate(READY, HELP)
        await there.types("Belum selesai")
        # Another network: what was open is no more, and what is opened leads elsewhere.
        there.air.portal = portal
        there.air.cut()
        there.air.mend()
        await there.banner("st.reconnect")
        await melati.sees(melati.words("say.offline"))
        # Help lines are there; any other page is where one signs in to the network.
        await other.goto(f"{house.base}/bantuan")
        await expect(other.locator("h1")).to_have_text(words("id", "after.help"))
        await other.goto(f"{house.base}/panduan")
        await other.wait_for_url(f"http://{HOST}/")
        await expect(other.locator("h1")).to_have_text("Masuk ke jaringan hotel")
        there.air.portal = None
        await page.clock.fast_forward(10_000)
        await there.sits_again(seats)
        await expect(page.locator("#say-text")).to_have_value("Belum selesai")
        await page.locator(".say__send").click()
        await there.awan.until(lambda room: there.arrived("Belum selesai") == 1)
        await other.goto(f"{house.base}/bantuan")
        assert set(HELP) <= set(await other.evaluate(KEPT))
        assert "Hotel Melur" not in await other.evaluate(TEXTS)
