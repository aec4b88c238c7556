"""Whatever is logged, by us or by a library: no text of an exception, no traceback."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys

from quart import Quart, g

from server.pages import let_go

SECRET = "kata rahasia yang diucapkan"
SCRIPT = f"""
import asyncio, logging, structlog
from realtime import trace
from server.logs import keep_to_the_point, structured_too
keep_to_the_point(); structured_too()
try:
    int({SECRET!r})
except ValueError:
    logging.getLogger("sqlalchemy.pool.impl.X").exception("while reading %s", {SECRET!r})
    logging.getLogger("lingkar.pages").error("fault=%s", "ValueError", exc_info=True)
trace.begin()
structlog.get_logger().error("bus_failed", fault="ValueError")
logging.getLogger("lingkar.pages").error("page.fault kind=%s", "ValueError")
logging.getLogger("somebody.else").info("nothing of this")
async def main():
    asyncio.create_task(asyncio.sleep(0)).add_done_callback(lambda _: int({SECRET!r}))
    await asyncio.sleep(0.01)
asyncio.run(main())
"""


def test_a_library_that_logs_what_it_was_given_prints_its_name_and_the_kind_alone() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert said.stdout == ""
    lines = said.stderr.splitlines()
    assert [line.partition(" trace=")[0] for line in lines] == [
        "library=sqlalchemy.pool.impl.X level=error kind=ValueError at=<string>:7",
        "fault=ValueError",
        "bus_failed fault=ValueError",
        "page.fault kind=ValueError",
        "library=asyncio level=error kind=ValueError at=<string>:16",
    ]
    # What belongs to one thing that somebody asked for has one name, which says nothing of them.
    names = [line.partition(" trace=")[2] for line in lines]
    assert re.fullmatch(r"[0-9a-f]{8}-1", names[2])
    assert names[3] == names[2]
    assert names[:2] == ["", ""]


async def test_a_request_that_is_cut_off_gives_its_connection_back_all_the_same() -> None:
    begun, go_on, closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class Session:
        async def close(self) -> None:
            begun.set()
            await go_on.wait()
            closed.set()

    async with Quart("place").app_context():
        g.db = Session()
        ending = asyncio.ensure_future(let_go(None))
        await begun.wait()
        ending.cancel()
        await asyncio.wait([ending])
        go_on.set()
        async with asyncio.timeout(5):
            await closed.wait()
