"""Whatever is logged, by us or by a library: no text of an exception, no traceback."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from typing import Any

from quart import Quart, g

from realtime.notes import named, written
from server.request_hooks import let_go

SECRET = "kata rahasia yang diucapkan"
SCRIPT = f"""
import asyncio, logging
from realtime import trace
from realtime.notes import Note, note
from server.logs import keep_to_the_point
keep_to_the_point()
try:
    int({SECRET!r})
except ValueError:
    logging.getLogger("sqlalchemy.pool.impl.X").exception("while reading %s", {SECRET!r})
    note(Note.SWAP_ON)
trace.begin()
note(Note.BUS_FAILED, error=ValueError({SECRET!r}))
note(Note.PAGE_FAULT)
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
        "library=sqlalchemy.pool.impl.X level=error kind=ValueError at=<string>:8",
        "swap.on",
        "bus.failed kind=ValueError at=?",
        "page.fault",
        "library=asyncio level=error kind=ValueError at=<string>:17",
    ]
    # What belongs to one thing that somebody asked for has one name, which says nothing of them.
    names = [line.partition(" trace=")[2] for line in lines]
    assert re.fullmatch(r"[0-9a-f]{8}-1", names[2])
    assert names[3] == names[2]
    assert names[:2] == ["", ""]


ENDS = f"""
import gc, logging, threading, warnings
from server.logs import keep_to_the_point
keep_to_the_point()
warnings.warn({SECRET!r})
logging.getLogger("somebody").warning("%d", {SECRET!r})
logging.getLogger("lingkar.anything").error("we said %s", {SECRET!r})
class Left:
    def __del__(self): raise ValueError({SECRET!r})
Left()
gc.collect()
thread = threading.Thread(target=lambda: int({SECRET!r}), name={SECRET!r})
thread.start()
thread.join()
error = ValueError({SECRET!r})
error.add_note({SECRET!r})
raise error
"""


def test_a_process_that_ends_over_a_fault_tells_its_kind_and_nothing_of_it() -> None:
    said = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert SECRET not in said.stdout + said.stderr
    assert said.stderr.splitlines() == [
        "library=py.warnings level=warning",
        "library=somebody level=warning",
        # Even of our own only what `note` makes is printed as it is.
        "library=lingkar.anything level=error",
        "uncaught kind=ValueError at=<string>:9",
        "uncaught kind=ValueError at=<string>:12",
        "uncaught kind=ValueError at=<string>:17",
    ]


def test_words_that_are_given_to_a_note_are_not_written() -> None:
    careless: Any = SECRET
    assert written("field", careless) == "field=?"
    assert written("field", named(SECRET, {"known"})) == "field=other"
    assert written("field", named(["known", SECRET], {"known"})) == "field=known,other"


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
