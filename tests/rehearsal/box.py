"""One container by hand: the same account, rights, folders, networks and limits, without an engine.

A network namespace, a read-only overlay over what the image would be, the volumes and folders in
memory that the file names, no rights, no new ones. Declines what the kernel here does not have:
limits are set where there are control groups, and said to be missing elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.rehearsal.composed import Service
from tests.rehearsal.wires import Place

PROGRAMS = "/usr/local/rehearsal"
GROUPS = Path("/sys/fs/cgroup")
UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}


class DidNot(Exception):
    """A service that did not do what the file promises; the message has its last words."""


@dataclass
class Box:
    """One instance of a service. `image` is the folder that it sees as its root."""

    service: Service
    number: int
    image: Path
    folder: Path
    volumes: dict[str, Path]
    place: Place
    repository: Path
    programs: Path | None = None
    """A folder of programs that its image would have, seen in there as `PROGRAMS`."""
    prelude: str = ""
    """What the image's own entrypoint does before the command, in the service's account."""
    path: str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    _process: subprocess.Popen[bytes] | None = None
    _groups: list[Path] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.service.name}-{self.number}"

    @property
    def log(self) -> Path:
        """Everything that it printed."""
        return self.folder / "log"

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": self.path, "HOME": "/tmp", **self.service.environment}

    def start(self) -> None:
        """Start it; nothing is known yet of whether it is well."""
        for part in ("upper", "work", "root"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        script = self.folder / "start.sh"
        script.write_text("\n".join([*self._mounts(), self._enter(self._command())]) + "\n")
        self._make_groups()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.place.inside, "unshare", "--mount", "--pid", "--ipc", "--uts", "--fork",
                 "--kill-child", "--propagation", "private", "sh", "-eu", str(script)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=self._join_groups,
            )  # fmt: skip

    def _mounts(self) -> list[str]:
        """What makes the root: everything is read-only but what the file says."""
        root, quoted = self.folder / "root", shlex.quote
        lower = f"lowerdir={self.image},upperdir={self.folder}/upper,workdir={self.folder}/work"
        lines = [f"mount -t overlay overlay -o {quoted(lower)} {root}"]
        hosts = self.folder / "hosts"
        hosts.write_text(self.place.hosts())
        lines += self._bound("/etc/hosts", hosts, writable=False)
        if self.programs is not None:
            lines += self._bound(PROGRAMS, self.programs, writable=False)
        for volume in self.service.volumes:
            place = self.repository / volume.source
            source = place if volume.is_file else self.volumes[volume.source]
            lines += self._bound(volume.target, source, writable=volume.writable)
        for target, options in self.service.tmpfs.items():
            lines += [f"there={self._there(target)}", 'mkdir -p "$there"']
            lines += [f'mount -t tmpfs -o nosuid,{options} tmpfs "$there"']
        return [
            *lines,
            f"mount -t proc proc {root}/proc",
            f"mount --rbind /dev {root}/dev",
            f"mount -o remount,bind,ro {root}",
        ]

    def _there(self, target: str) -> str:
        """A place in the root, by its own links and not by ours, for the script."""
        root = self.folder / "root"
        return f'"{root}$(chroot {root} readlink -m {shlex.quote(target)})"'

    def _bound(self, target: str, source: Path, *, writable: bool) -> list[str]:
        """Lines that show a file or folder of ours in there."""
        made = 'mkdir -p "$there"' if source.is_dir() else 'install -D /dev/null "$there"'
        lines = [f"there={self._there(target)}", made, f'mount --bind {source} "$there"']
        return lines if writable else [*lines, 'mount -o remount,bind,ro "$there"']

    def _enter(self, command: list[str]) -> str:
        """The last line: into the root, down to the account, without any right but the named."""
        words = ["chroot", str(self.folder / "root"), *self.as_account(), *self._env(), *command]
        return f"exec {shlex.join(words)}"

    def as_account(self) -> list[str]:
        """What leaves root behind: account, groups, rights, and the way back to any of them."""
        user, group, more = self.service.account
        groups = ",".join(str(one) for one in [group, *more])
        kept = "".join(f",+{right}" for right in self.service.rights)
        return [
            *("setpriv", "--reuid", str(user), "--regid", str(group), "--groups", groups),
            *("--no-new-privs", f"--bounding-set=-all{kept}", "--inh-caps=-all"),
        ]

    def _env(self) -> list[str]:
        return ["env", "-i", *(f"{name}={value}" for name, value in self.environment.items())]

    def _command(self) -> list[str]:
        if not self.prelude:
            return self.service.command
        return ["/bin/sh", "-eu", "-c", f"{self.prelude}\nexec {shlex.join(self.service.command)}"]

    # --- What it may use ---

    def _make_groups(self) -> None:
        """Control groups with the file's limits, where this machine has them."""
        self._groups = []
        limits = self.service.limits
        memory, swap = (bytes_of(limits[name]) for name in ("mem_limit", "memswap_limit"))
        wanted = {
            ("memory", "memory.limit_in_bytes"): memory,
            ("memory", "memory.memsw.limit_in_bytes"): swap,
            ("pids", "pids.max"): int(limits["pids_limit"]),
        }
        for (kind, file), value in wanted.items():
            group = GROUPS / kind / f"lingkar-rehearsal-{os.getpid()}-{self.name}"
            with contextlib.suppress(OSError):
                group.mkdir(exist_ok=True)
                (group / file).write_text(str(value))
                if group not in self._groups:
                    self._groups.append(group)

    def _join_groups(self) -> None:
        for group in self._groups:
            (group / "cgroup.procs").write_text("0")

    @property
    def limited(self) -> bool:
        """Whether its limits hold here."""
        return len(self._groups) == 2

    # --- How it is ---

    def well(self, seconds: float = 60) -> None:
        """Return once its own health check says so. Raises `DidNot`."""
        health = self.service.health
        assert health is not None
        until = time.monotonic() + seconds
        while self._inside(health, self.service.health_within).returncode:
            if not self.runs or time.monotonic() > until:
                raise DidNot(f"{self.name} is not well:\n{self.last_words()}")
            time.sleep(0.2)

    def done(self, seconds: float = 60) -> None:
        """Return once it has ended, and well. Raises `DidNot`."""
        assert self._process is not None
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise DidNot(f"{self.name} does not end:\n{self.last_words()}") from None
        if code:
            raise DidNot(f"{self.name} ended with {code}:\n{self.last_words()}")

    def run(self, command: list[str], *, check: bool = True) -> int:
        """One more command inside it, as `docker compose exec` would; its exit code."""
        done = self._inside(command)
        if check and done.returncode:
            raise DidNot(f"{self.name}: {shlex.join(command)}:\n{done.stdout}{done.stderr}")
        return done.returncode

    def output(self, command: list[str]) -> str:
        """What a command inside it prints, however it ends."""
        return self._inside(command).stdout

    def _inside(self, command: list[str], seconds: float = 60) -> subprocess.CompletedProcess[str]:
        inside = self.inner_pid()
        if inside is None:
            return subprocess.CompletedProcess(command, 1, "", "it does not run")
        entered = ["nsenter", "--target", str(inside)]
        entered += ["--mount", "--pid", "--net", "--ipc", "--root", "--wd=/"]
        with subprocess.Popen(
            [*entered, *self.as_account(), *self._env(), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                said, wrong = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                # And whatever it started, which would keep the pipes.
                os.killpg(process.pid, signal.SIGKILL)
                said, wrong = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, said, wrong)

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def inner_pid(self) -> int | None:
        """Its first process, seen from out here."""
        if not self.runs:
            return None
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        found = children.read_text().split() if children.is_file() else []
        return int(found[0]) if found else None

    def stop(self) -> None:
        """As an engine does: asked to, then made to. What it was limited by goes too."""
        inside = self.inner_pid()
        if inside is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(inside, signal.SIGTERM)
        if self._process is not None:
            try:
                self._process.wait(self.service.stops_within)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for group in self._groups:
            with contextlib.suppress(OSError):
                group.rmdir()

    def last_words(self) -> str:
        text = self.log.read_text(errors="replace") if self.log.is_file() else ""
        return text[-3000:]

    def said(self, what: str) -> bool:
        return what in self.log.read_text(errors="replace")

    def seen(self) -> dict[str, str]:
        """What the kernel says of its first process: account, rights, and whether it gets more."""
        inside = self.inner_pid()
        lines = Path(f"/proc/{inside}/status").read_text().splitlines() if inside else []
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def bytes_of(said: str) -> int:
    """`512m` in bytes."""
    return int(said[:-1]) * UNITS[said[-1]]
