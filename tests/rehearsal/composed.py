"""Reads docker-compose.yml as an engine would: what each service runs, sees, may and is asked.

Declines to know every key of the format: one that it does not know is an error, so that nothing
that stands in the file is left out of the rehearsal unseen.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

KNOWN = frozenset({
    "build", "cap_add", "cap_drop", "command", "cpus", "depends_on", "deploy", "environment",
    "group_add", "healthcheck", "image", "logging", "mem_limit", "memswap_limit", "networks",
    "pids_limit", "ports", "read_only", "restart", "security_opt", "shm_size", "stop_grace_period",
    "tmpfs", "ulimits", "user", "volumes",
})  # fmt: skip
VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-?])((?:[^{}]|\$\{[^{}]*\})*))?\}")


class NotSet(Exception):
    """A variable that the file insists on is in no `.env`; the message is the file's own."""


@dataclass(frozen=True)
class Volume:
    """What lies where in the service; `source` is a name, or a path of the repository."""

    source: str
    target: str
    writable: bool

    @property
    def is_file(self) -> bool:
        return self.source.startswith(".")


@dataclass(frozen=True)
class Published:
    """A port of the machine that leads into the service."""

    outside: int
    inside: int
    kind: str


@dataclass(frozen=True)
class Service:
    """One service, with everything filled in."""

    name: str
    said: Mapping[str, Any]

    @property
    def command(self) -> list[str]:
        return [str(word) for word in self.said["command"]]

    @property
    def environment(self) -> dict[str, str]:
        return {name: str(value) for name, value in (self.said.get("environment") or {}).items()}

    @property
    def account(self) -> tuple[int, int, list[int]]:
        """Its user, its group, and in which groups it is besides."""
        user, _, group = str(self.said["user"]).partition(":")
        return int(user), int(group), [int(one) for one in self.said.get("group_add", [])]

    @property
    def rights(self) -> list[str]:
        return [str(one).lower() for one in self.said.get("cap_add", [])]

    @property
    def once(self) -> bool:
        return str(self.said["restart"]) == "no"

    @property
    def replicas(self) -> int:
        return int((self.said.get("deploy") or {}).get("replicas", 1))

    @property
    def built(self) -> bool:
        """Whether it is our own image."""
        return "build" in self.said

    @property
    def networks(self) -> list[str]:
        return list(self.said["networks"])

    @property
    def volumes(self) -> list[Volume]:
        parts = [str(line).split(":") for line in self.said.get("volumes", [])]
        return [Volume(part[0], part[1], part[2:] != ["ro"]) for part in parts]

    @property
    def tmpfs(self) -> dict[str, str]:
        """Its folders in memory, with the options of each."""
        return dict(str(line).partition(":")[::2] for line in self.said.get("tmpfs", []))

    @property
    def ports(self) -> list[Published]:
        found = []
        for line in self.said.get("ports", []):
            ports, _, kind = str(line).partition("/")
            outside, _, inside = ports.rpartition(":")
            found.append(Published(int(outside), int(inside), kind or "tcp"))
        return found

    @property
    def health(self) -> list[str] | None:
        """The command that tells whether it is well; None where nobody asks."""
        said = self.said["healthcheck"]
        if said.get("disable"):
            return None
        kind, *words = said["test"]
        return ["/bin/sh", "-c", words[0]] if kind == "CMD-SHELL" else [str(word) for word in words]

    @property
    def health_within(self) -> float:
        """Seconds after which no answer is one."""
        return float(str(self.said["healthcheck"]["timeout"]).removesuffix("s"))

    @property
    def waits_for(self) -> dict[str, str]:
        """After whom it starts, and what of them it waits for."""
        found = self.said.get("depends_on") or {}
        return {name: how["condition"] for name, how in found.items()}

    @property
    def stops_within(self) -> float:
        return float(str(self.said.get("stop_grace_period", "10s")).removesuffix("s"))

    @property
    def limits(self) -> dict[str, str]:
        """What it may use: memory, memory with swap, processors, processes."""
        names = ("mem_limit", "memswap_limit", "cpus", "pids_limit")
        return {name: str(self.said[name]) for name in names if name in self.said}


@dataclass(frozen=True)
class Composed:
    """The whole file."""

    services: dict[str, Service]
    internal: dict[str, bool]
    """Each network, and whether nothing leads out of it."""

    def in_order(self) -> list[Service]:
        """Each after all that it waits for."""
        placed: dict[str, Service] = {}
        while len(placed) < len(self.services):
            ready = [
                one for one in self.services.values()
                if one.name not in placed and set(one.waits_for) <= set(placed)
            ]  # fmt: skip
            if not ready:
                raise ValueError("services wait for each other")
            placed.update((one.name, one) for one in ready)
        return list(placed.values())


def read(path: Path, variables: Mapping[str, str]) -> Composed:
    """The file with what would stand in `.env`. Raises `NotSet`, `ValueError`."""
    said = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    said = filled(
        {key: value for key, value in said.items() if not key.startswith("x-")}, variables
    )
    for name, service in said["services"].items():
        if unknown := set(service) - KNOWN:
            raise ValueError(f"{name}: {', '.join(sorted(unknown))}")
    return Composed(
        {name: Service(name, service) for name, service in said["services"].items()},
        {name: bool((how or {}).get("internal")) for name, how in said["networks"].items()},
    )


def filled(value: Any, variables: Mapping[str, str]) -> Any:
    """The same, with every `${NAME}`, `${NAME:-else}` and `${NAME:?why}` filled in."""
    if isinstance(value, dict):
        return {key: filled(inner, variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, variables) for inner in value]
    if not isinstance(value, str):
        return value

    def one(found: re.Match[str]) -> str:
        name, how, rest = found.groups()
        known = variables.get(name, "")
        if known or how is None:
            return known
        if how == ":?":
            raise NotSet(rest)
        return str(filled(rest, variables))

    return VARIABLE.sub(one, value)


def shown(words: list[str]) -> str:
    """A command as a person would type it."""
    return shlex.join(words)
