"""A sound process while the server serves: started with it, again when it dies, ended with it.

Killed with it where the kernel can. Declines to stop the pages and the room for it: without
sound, writing goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sys
from collections.abc import AsyncIterator

from server.embedded import die_with_parent
from server.settings import Settings

READY_WITHIN = 1.0
"""Seconds for which the first lines on the screen wait for the port."""
STOP_WITHIN = 3.0
SOONEST, LATEST = 0.1, 5.0
"""Seconds before a process that died is started again; it doubles while it keeps dying."""
STEADY = 30.0
"""One that ran for so long starts anew from the soonest."""
UP = re.compile(r"UDP port (\d+) \((\S+)\)")

log = logging.getLogger("lingkar.supervising")


class Supervisor:
    """Keeps one sound process running. `port` is that of the present one, 0 while there is none."""

    def __init__(self, settings: Settings, redis_url: str, host: str) -> None:
        self._settings, self._redis_url, self._host = settings, redis_url, host
        self.port = 0
        self.pid: int | None = None
        self._up = asyncio.Event()

    async def is_up(self, seconds: float = READY_WITHIN) -> bool:
        """Whether it serves, or does so within that time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._up.wait(), seconds)
        return self._up.is_set()

    async def keep(self) -> None:
        """Start it, and again whenever it ends; end it when this is cancelled."""
        pause = SOONEST
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                log.warning("sound_ended code=%s", await self._one_life())
            except OSError as error:
                log.warning("sound_not_started errno=%s", error.errno)
            pause = SOONEST if loop.time() - began > STEADY else pause
            await asyncio.sleep(pause)
            pause = min(LATEST, pause * 2)

    async def _one_life(self) -> int | None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.sounding"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment(),
            # Ctrl-C goes to a whole group; this one is told when it is its turn.
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        self.pid = process.pid
        name = ""
        try:
            assert process.stdout is not None
            async for line in process.stdout:
                if match := UP.search(line.decode(errors="replace")):
                    self.port, name = int(match[1]), match[2]
                    self._up.set()
                else:
                    # What it logs, which names nobody.
                    sys.stderr.buffer.write(line)
                    sys.stderr.flush()
            return await process.wait()
        finally:
            self._up.clear()
            self.port, self.pid = 0, None
            await ended(process)
            if name and process.returncode != 0:
                from realtime.audio import lease

                # It could not say goodbye: whoever was on it need not wait to be sure.
                await lease.bury(self._redis_url, name)

    def _environment(self) -> dict[str, str]:
        """What it needs, and nothing else of ours: no keys, no database."""
        said = self._settings
        port = {} if said.sound_port is None else {"LINGKAR_SOUND_PORT": str(said.sound_port)}
        return {
            "PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path),
            "REDIS_URL": self._redis_url,
            "HOST": self._host,
            "LINGKAR_SOUND_ADDRESS": ",".join(said.sound_addresses),
            **port,
        }


async def ended(process: asyncio.subprocess.Process) -> None:
    """End it if it runs; return once it is gone."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def supervised(settings: Settings, redis_url: str, host: str) -> AsyncIterator[Supervisor]:
    """A sound process while this is entered."""
    supervisor = Supervisor(settings, redis_url, settings.sound_host or host)
    keeping = asyncio.create_task(supervisor.keep())
    try:
        yield supervisor
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
