"""The machine that everything stands on: its public address, a bridge for each network, its ports.

Network namespaces and virtual cables; a port of the machine that the file publishes is carried
inside by `tests.rehearsal.ports`, as an engine's own proxy does. Declines to touch the network
that this machine really has: whoever lays the wires leaves it first.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.rehearsal.composed import Composed

MACHINE = "lr-machine"
STREET = ("lr-street", "203.0.113.1")
"""Our own end of the cable to the machine: where browsers are."""
PUBLIC = "203.0.113.10"
ROOT = Path(__file__).parents[2]


def ip(*words: str, inside: str = "") -> None:
    where = ["-n", inside] if inside else []
    subprocess.run(["ip", *where, *words], check=True, capture_output=True)


@dataclass
class Place:
    """The network namespace of one instance, and whom it knows by name."""

    space: str
    addresses: dict[str, str]
    """Its own, by network."""
    _known: list[tuple[str, str]]

    @property
    def inside(self) -> list[str]:
        """Before a command: run it there."""
        return ["nsenter", f"--net=/run/netns/{self.space}"]

    def hosts(self) -> str:
        """What an engine's name server would answer."""
        lines = [f"{address} {name}" for address, name in self._known]
        return "\n".join(["127.0.0.1 localhost", *lines, ""])


@dataclass
class Wires:
    """All of it, for as long as the `with` lasts."""

    composed: Composed
    domain: str
    _spaces: list[str] = field(default_factory=list)
    _addresses: dict[tuple[str, int, str], str] = field(default_factory=dict)
    _carrying: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def lay(self) -> None:
        """The machine, the street, and a bridge for each network of the file."""
        leave_the_network()
        self._space(MACHINE)
        ip("link", "add", STREET[0], "type", "veth", "peer", "name", "street", "netns", MACHINE)
        ip("addr", "add", f"{STREET[1]}/24", "dev", STREET[0])
        ip("link", "set", STREET[0], "up")
        ip("addr", "add", f"{PUBLIC}/24", "dev", "street", inside=MACHINE)
        ip("link", "set", "street", "up", inside=MACHINE)
        for number, network in enumerate(self.composed.internal):
            ip("link", "add", f"br{number}", "type", "bridge", inside=MACHINE)
            ip("link", "set", f"br{number}", "up", inside=MACHINE)
            if not self.composed.internal[network]:
                ip("addr", "add", f"172.30.{number}.1/24", "dev", f"br{number}", inside=MACHINE)
        host = 10
        for service in self.composed.services.values():
            for instance in range(1, service.replicas + 1):
                host += 1
                for network in service.networks:
                    number = list(self.composed.internal).index(network)
                    self._addresses[service.name, instance, network] = f"172.30.{number}.{host}"

    def place(self, name: str, instance: int) -> Place:
        """A namespace with a cable to each network of that service."""
        space = f"lr-{name}{instance}"
        self._space(space)
        # An engine lets everybody have the low ports.
        low = ["sysctl", "-qw", "net.ipv4.ip_unprivileged_port_start=0"]
        subprocess.run(["nsenter", f"--net=/run/netns/{space}", *low], check=True)
        own = {}
        for at, network in enumerate(self.composed.services[name].networks):
            number = list(self.composed.internal).index(network)
            address = own[network] = self._addresses[name, instance, network]
            port = f"p{number}-{address.rpartition('.')[2]}"
            peer = ("peer", "name", port, "netns", MACHINE)
            ip("link", "add", f"eth{at}", "netns", space, "type", "veth", *peer)
            ip("link", "set", port, "master", f"br{number}", "up", inside=MACHINE)
            ip("addr", "add", f"{address}/24", "dev", f"eth{at}", inside=space)
            ip("link", "set", f"eth{at}", "up", inside=space)
            if not self.composed.internal[network]:
                ip("route", "replace", "default", "via", f"172.30.{number}.1", inside=space)
        return Place(space, own, self._known_in(name, set(own)))

    def _known_in(self, name: str, networks: set[str]) -> list[tuple[str, str]]:
        """Whom somebody in these networks finds; the domain is this machine, whoever asks."""
        found = [
            (address, other)
            for (other, _, network), address in self._addresses.items()
            if network in networks
        ]
        open_ones = [network for network in networks if not self.composed.internal[network]]
        return [*found, *([(PUBLIC, self.domain)] if open_ones else [])]

    def publish(self, name: str) -> None:
        """Carry what comes to the machine's ports into the first instance of that service."""
        service = self.composed.services[name]
        if not service.ports:
            return
        network = next(one for one in service.networks if not self.composed.internal[one])
        inner = self._addresses[name, 1, network]
        words = [f"{p.kind}:{PUBLIC}:{p.outside}:{inner}:{p.inside}" for p in service.ports]
        there = ["nsenter", f"--net=/run/netns/{MACHINE}"]
        proxy = [*there, sys.executable, "-m", "tests.rehearsal.ports", *words]
        carrying = subprocess.Popen(proxy, cwd=ROOT, stdout=subprocess.PIPE)
        self._carrying.append(carrying)
        assert carrying.stdout is not None
        assert carrying.stdout.readline() == b"carrying\n"

    def _space(self, name: str) -> None:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True)
        ip("netns", "add", name)
        self._spaces.append(name)
        ip("link", "set", "lo", "up", inside=name)

    def take_away(self) -> None:
        """Nothing of it is left."""
        for carrying in self._carrying:
            carrying.terminate()
            carrying.wait()
        subprocess.run(["ip", "link", "delete", STREET[0]], capture_output=True)
        for space in reversed(self._spaces):
            subprocess.run(["ip", "netns", "delete", space], capture_output=True)


def leave_the_network() -> None:
    """From here on this process, and what it starts, is on the street and nowhere else."""
    clone_newnet = 0x40000000
    if ctypes.CDLL(None, use_errno=True).unshare(clone_newnet):
        raise OSError(ctypes.get_errno(), "no network namespace can be made")
    ip("link", "set", "lo", "up")


@contextmanager
def wires(composed: Composed, domain: str) -> Iterator[Wires]:
    laid = Wires(composed, domain)
    try:
        laid.lay()
        yield laid
    finally:
        laid.take_away()
