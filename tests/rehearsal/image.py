"""Carries out the steps of the Dockerfile, each in a bare Debian, and keeps what they made.

The base image has Python in it; here Debian's own stands in for it, so that what is proven is
that each step works with nothing else there. Declines every instruction that it does not know.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests import tracked

BASE_PACKAGES = "python3,python3-venv,ca-certificates"
ALSO_BOUND = ("/etc/ssl/certs", "/usr/share/ca-certificates", "/etc/resolv.conf")
"""What this machine needs to reach its package registry, which a container has from its engine."""
PASSED_ON = re.compile(r"^(PIP_|UV_|NPM_|SSL_|NODE_|REQUESTS_|CURL_|https?_proxy$|no_proxy$)", re.I)


class StepFailed(Exception):
    """A step of the Dockerfile that does not do; the message has its last lines."""


def instructions(text: str) -> list[tuple[str, str]]:
    """Each with its words, lines that go on put together."""
    joined = re.sub(r"\\\n", " ", "\n".join(x for x in text.splitlines() if not x.startswith("#")))
    parts = (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    return [(name, words.strip()) for name, _, words in parts]


def base(kept: Path, folder: Path) -> Path:
    """A bare Debian with Python, in `folder`; made once, in memory, and kept as an archive."""
    bare, archive = folder / "bare", kept / "bare.tar"
    bare.mkdir(parents=True)
    if archive.is_file():
        subprocess.run(["tar", "-C", bare, "-xpf", archive], check=True)
        return bare
    command = ["debootstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", "bookworm"]
    subprocess.run([*command, str(bare)], check=True, stdout=subprocess.DEVNULL)
    # By that name it is called there.
    (bare / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    kept.mkdir(exist_ok=True)
    new = archive.with_suffix(".new")
    leave_out = ["--exclude=./var/cache", "--exclude=./proc/*", "--exclude=./sys/*"]
    subprocess.run(["tar", "-C", bare, *leave_out, "-cpf", new, "."], check=True)
    new.rename(archive)
    return bare


@dataclass
class Stage:
    """One FROM and what follows: an overlay over the bare Debian."""

    folder: Path
    lower: Path
    place: str = "/"
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": os.defpath})

    @property
    def root(self) -> Path:
        return self.folder / "root"

    def __post_init__(self) -> None:
        for part in ("upper", "work", "root"):
            (self.folder / part).mkdir(parents=True)
        self.environment["PATH"] = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        layers = f"lowerdir={self.lower},upperdir={self.folder}/upper,workdir={self.folder}/work"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.root], check=True)

    def run(self, words: str) -> None:
        """One RUN, as root in a network that reaches the registries."""
        bound = [one for one in ALSO_BOUND if Path(one).exists()]
        mounts = [f"mount -t proc proc {self.root}/proc", f"mount --rbind /dev {self.root}/dev"]
        for one in bound:
            target = f"{self.root}{one}"
            made = f"mkdir -p {target}" if Path(one).is_dir() else f"touch {target}"
            mounts += [f"{made}; mount --bind {one} {target}"]
        passed = {name: value for name, value in os.environ.items() if PASSED_ON.match(name)}
        said = {**passed, **self.environment, "HOME": "/root"}
        environment = [f"{name}={value}" for name, value in said.items()]
        bare = ["chroot", str(self.root), "env", "-i", "-C", self.place]
        inside = shlex.join([*bare, *environment, "sh", "-euc", words])
        script = "\n".join([*mounts, f"exec {inside}"])
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if done.returncode:
            raise StepFailed(f"RUN {words[:200]}\n{done.stdout[-3000:]}")

    def copy(self, source: Path, target: str) -> None:
        """A file or a folder's content to a place in here."""
        there = self.root / (Path(self.place) / target).relative_to("/")
        if source.is_dir():
            shutil.copytree(source, there, symlinks=True, dirs_exist_ok=True)
        else:
            there.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, there)

    def close(self) -> None:
        subprocess.run(["umount", self.root], check=True)


def keep(stage: Stage, kept: Path) -> None:
    """For `again`: what the Dockerfile made, as an archive."""
    command = ["tar", "-C", str(stage.root), "--exclude=./proc/*", "--exclude=./dev/*"]
    subprocess.run([*command, "-cpf", str(kept / "image.tar"), "."], check=True)


def again(kept: Path, folder: Path) -> Path:
    """The image that the last rehearsal built; for whoever works on what comes after it."""
    root = folder / "image"
    root.mkdir()
    subprocess.run(["tar", "-C", root, "-xpf", kept / "image.tar"], check=True)
    return root


def build(dockerfile: Path, bare: Path, folder: Path) -> tuple[Stage, list[str]]:
    """The last stage, still mounted, and the steps that were carried out."""
    # What an engine would be sent.
    sent = folder / "context"
    tracked.copy(dockerfile.parent, sent)
    stages: dict[str, Stage] = {}
    last: Stage | None = None
    steps = []
    for name, words in instructions(dockerfile.read_text("utf-8")):
        if name == "FROM":
            alias = words.partition(" AS ")[2] or f"stage{len(stages)}"
            last = stages[alias] = Stage(folder / alias, bare)
            continue
        assert last is not None
        carry_out(last, stages, sent, name, words)
        steps.append(name)
    assert last is not None
    for stage in stages.values():
        if stage is not last:
            stage.close()
    return last, steps


def carry_out(stage: Stage, stages: dict[str, Stage], sent: Path, name: str, words: str) -> None:
    """One instruction."""
    match name:
        case "RUN":
            stage.run(words)
        case "WORKDIR":
            stage.place = words
            (stage.root / words.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "COPY":
            origin, sources = sent, shlex.split(words)
            if sources[0].startswith("--from="):
                origin = stages[sources.pop(0).removeprefix("--from=")].root
            for source in sources[:-1]:
                stage.copy(origin / source.lstrip("/"), sources[-1])
        case "ENV":
            for one in shlex.split(words):
                key, _, value = one.partition("=")
                stage.environment[key] = value.replace("$PATH", stage.environment["PATH"])
        case "USER" | "VOLUME" | "EXPOSE" | "CMD":
            # For an engine; docker-compose.yml says each again.
            pass
        case _:
            raise StepFailed(f"{name} is not known here")
