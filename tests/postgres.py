"""A PostgreSQL for tests and benchmarks: the system's programs on a folder of its own, then gone.

Declines to use a server that runs already: what is in it is not ours. Installs nothing.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import asyncpg

MISSING = "PostgreSQL is not installed; on Debian: apt-get install postgresql"
# It refuses to run as root; Debian's package brings this account.
ACCOUNT = "postgres"
LOOPBACK = "127.0.0.1"
# RFC 2544: for tests, and never a real place.
NEVER_REAL = "198.18.0.0/15"
# Lost at a power cut, like the folder itself: nothing here has to reach the disk.
FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off"
    " -c max_connections=60"
)
# References are not looked at while tables are emptied and filled one by one.
NO_WAITING = "SET session_replication_role = replica; SET lock_timeout = '5s'"


def programs() -> Path | None:
    """The folder with `initdb`; the newest version where there are several."""
    there = shutil.which("initdb")
    if there:
        return Path(there).parent
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return found[-1].parent if found else None


@dataclass
class Postgres:
    """One server while the `with` lasts. Trusts whoever reaches it: this machine alone."""

    port: int = 0
    address: str = LOOPBACK
    made: int = 0
    _back: dict[str, str] = field(default_factory=dict)
    """How each database that is kept becomes again what it was."""
    _folder: Path = field(default_factory=Path)

    def __enter__(self) -> Postgres:
        self._folder = Path(tempfile.mkdtemp(prefix="lingkar-pg-"))
        if os.getuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        with socket.socket() as probe:
            probe.bind((self.address, 0))
            self.port = probe.getsockname()[1]
        try:
            self._run(
                "initdb", "-U", "lingkar", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
            )
            if self.address != LOOPBACK:
                with (self._folder / "data/pg_hba.conf").open("a") as trusted:
                    trusted.write(f"host all all {NEVER_REAL} trust\n")
            self.start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Return once it takes connections."""
        options = f"-p {self.port} -k '' -c listen_addresses={self.address} {FAST}"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """End it as a fall would, whoever is connected. `start` brings it back as it was."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections, as the kernel does for it, and answers nothing."""
        first = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        stopped = [first, *map(int, children)]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                # Whoever hung up meanwhile may have ended one.
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _run(self, program: str, *arguments: str) -> None:
        folder = programs()
        assert folder is not None, MISSING
        subprocess.run(
            [str(folder / program), "-D", str(self._folder / "data"), *arguments],
            user=ACCOUNT if os.getuid() == 0 else None,
            group=ACCOUNT if os.getuid() == 0 else None,
            extra_groups=[] if os.getuid() == 0 else None,
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    @property
    def folder(self) -> Path:
        """Everything that it keeps lies below."""
        return self._folder

    def url(self, name: str) -> str:
        """As settings take it."""
        return f"postgresql://lingkar@{self.address}:{self.port}/{name}"

    async def create(self, like: str = "template0") -> str:
        """A new database, empty or a copy of another that nobody is connected to."""
        self.made += 1
        name = f"test{self.made}"
        await self._say(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        return name

    async def drop(self, name: str) -> None:
        """Take it away, whoever is still connected."""
        await self._say(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def keep(self, name: str) -> None:
        """Remember what is in its tables; `bring_back` makes it so again."""
        connection = await asyncpg.connect(self.url(name))
        try:
            found = await connection.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
        finally:
            await connection.close()
        tables = [f'"{row["tablename"]}"' for row in found]
        copies = [f"CREATE TABLE kept.{table} AS TABLE public.{table}" for table in tables]
        await self._say("; ".join(["CREATE SCHEMA kept", *copies]), name)
        emptied = [f"DELETE FROM public.{table}" for table in tables]
        filled = [f"INSERT INTO public.{table} SELECT * FROM kept.{table}" for table in tables]
        self._back[name] = "; ".join([NO_WAITING, *emptied, *filled])

    async def bring_back(self, name: str) -> None:
        """Takes a tenth of what a copy takes. Fails where somebody has not let go of a row."""
        await self._say(self._back[name], name)

    async def _say(self, statement: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(self.url(database))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
