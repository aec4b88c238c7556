"""Whatever is logged, by us or by a library: no text of an exception, no traceback."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from quart import Quart, g

from server.pages import let_go

SECRET = "kata rahasia yang diucapkan"
SCRIPT = f"""
import asyncio, logging
from server.logs import keep_to_the_point
keep_to_the_point()
try:
    int({SECRET!r})
except ValueError:
    logging.getLogger("sqlalchemy.pool.impl.X").exception("while reading %s", {SECRET!r})
    logging.getLogger("lingkar.pages").error("fault=%s", "ValueError", exc_info=True)
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
    assert said.stderr.splitlines() == [
        "library=sqlalchemy.pool.impl.X level=error kind=ValueError at=<string>:6",
        "fault=ValueError",
        "library=asyncio level=error kind=ValueError at=<string>:12",
    ]


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
