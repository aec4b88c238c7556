"""Networks of a test's own: hosts in namespaces and the cables between them. Needs root and Linux.

Nothing leaves the machine: a host without a route reaches nobody. Declines to delay and to lose
packets; that is `lossy` and `rope`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

NEW_NETWORK = 0x40000000
"""CLONE_NEWNET, for setns."""


def missing() -> str | None:
    """Why there are no networks to be had here; None where there are."""
    if os.getuid() != 0:
        return "only root makes networks"
    needed = {
        "ip": "iproute2",
        "openssl": "openssl",
        "turnserver": "coturn",
        "chromium": "chromium",
    }
    lacking = [package for tool, package in needed.items() if shutil.which(tool) is None]
    if lacking:
        return f"not installed; on Debian: apt-get install {' '.join(lacking)}"
    with contextlib.suppress(subprocess.CalledProcessError), Host("may") as host:
        ip(*host.at, "link", "add", "may0", "type", "veth", "peer", "name", "may1")
        return None
    return "this machine lets nobody make networks"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, stderr=subprocess.DEVNULL)


@dataclass(frozen=True)
class Cable:
    """One end of a cable, with its address; `beyond` is the address at its other end."""

    host: Host | None
    name: str
    address: str
    beyond: str

    def plug(self, *, way_out: bool = False) -> None:
        """Be on that network, and by it on all others, where it is the way out."""
        ip(*self._at, "addr", "replace", f"{self.address}/24", "dev", self.name)
        ip(*self._at, "link", "set", self.name, "up")
        if way_out:
            ip(*self._at, "route", "replace", "default", "via", self.beyond, "dev", self.name)

    def pull(self) -> None:
        """As when somebody walks out of the Wi-Fi: the address goes with it."""
        ip(*self._at, "addr", "flush", "dev", self.name)
        ip(*self._at, "link", "set", self.name, "down")

    @property
    def _at(self) -> tuple[str, ...]:
        return self.host.at if self.host else ()


class Host:
    """A host of its own inside this machine, gone at the end with all its cables."""

    def __init__(self, name: str) -> None:
        self.name = f"lk{os.getpid()}{name}"
        self.at = ("-n", self.name)
        self.inside = ("ip", "netns", "exec", self.name)

    def __enter__(self) -> Host:
        ip("netns", "add", self.name)
        ip(*self.at, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        ip("netns", "delete", self.name)

    def passes_on(self, yes: bool) -> None:
        """Whether it is a way for others to somewhere else, or a wall."""
        told = f"echo {int(yes)} > /proc/sys/net/ipv4/ip_forward"
        subprocess.run([*self.inside, "sh", "-c", told], check=True)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets made in here are this host's, for as long as they live."""
        libc = ctypes.CDLL(None, use_errno=True)
        with Path("/proc/thread-self/ns/net").open() as home, self._file.open() as there:
            if libc.setns(there.fileno(), NEW_NETWORK):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                assert libc.setns(home.fileno(), NEW_NETWORK) == 0

    @property
    def _file(self) -> Path:
        return Path("/run/netns") / self.name

    def chromium(self, folder: Path) -> Path:
        """A program that is a browser on this host."""
        program = folder / "chromium"
        words = " ".join([*self.inside, "chromium"])
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        program.chmod(0o755)
        return program


def lay(one: Host, other: Host | None, net: int, name: str) -> tuple[Cable, Cable]:
    """A cable between two hosts (None is this machine), with the addresses .1 and .2 on it.

    The addresses are of RFC 2544: they are never a real place.
    """
    net = net + 4 * (os.getpid() % 60)
    ends = [f"198.18.{net}.{last}" for last in (1, 2)]
    far = ("netns", other.name) if other else ()
    theirs = f"{name}{os.getpid()}" if other is None else f"{name}1"
    peer = ("peer", "name", theirs, *far)
    ip("link", "add", f"{name}0", "netns", one.name, "type", "veth", *peer)
    cables = Cable(one, f"{name}0", *ends), Cable(other, theirs, *reversed(ends))
    for cable in cables:
        cable.plug()
    return cables


class Carrier:
    """Carries what is on a port here to a host's own `localhost`."""

    def __init__(self) -> None:
        self._ends: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """As when a network is left: what was open is no more."""
        for end in self._ends:
            end.transport.abort()

    async def carry(
        self, near: asyncio.StreamReader, back: asyncio.StreamWriter, port: int
    ) -> None:
        far, onward = await asyncio.open_connection("127.0.0.1", port)
        self._ends |= {back, onward}
        await asyncio.gather(pour(near, onward), pour(far, back))
        self._ends -= {back, onward}


@asynccontextmanager
async def carried(host: Host, port: int, at: str = "127.0.0.1") -> AsyncIterator[Carrier]:
    """Whatever listens here on `port` is to be had on that host too: for itself, or for others."""
    with host.entered():
        listening = socket.create_server((at, port))
    carrier = Carrier()
    server = await asyncio.start_server(
        lambda near, back: carrier.carry(near, back, port), sock=listening
    )
    try:
        yield carrier
    finally:
        server.close()


async def pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65536):
            into.write(data)
            await into.drain()
    into.close()


# --- coturn ---


@dataclass(frozen=True)
class Coturn:
    """A TURN server that runs: its three doors, what it shares, and which certificate is its."""

    urls: tuple[str, str, str]
    """By UDP, by TCP, by TLS on 443."""
    secret: str
    spki: str
    """The hash of its key, by which a browser is told to believe this one certificate."""


def certificate(folder: Path, address: str) -> str:
    """A certificate for that address, which nobody vouches for; returns the hash of its key."""
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    made += ["-nodes", "-days", "2", "-subj", "/CN=turn", "-addext", f"subjectAltName=IP:{address}"]
    keys = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*made, *keys], check=True, capture_output=True)
    hashed = (
        "openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform der"
        " | openssl dgst -sha256 -binary | openssl base64"
    )
    done = subprocess.run(hashed, shell=True, cwd=folder, check=True, capture_output=True)
    return done.stdout.decode().strip()


@asynccontextmanager
async def coturn(host: Host, near: str, far: str) -> AsyncIterator[Coturn]:
    """coturn on that host: people come to `near`, and it speaks for them from `far`."""
    secret = "shared by two"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spki = certificate(folder, near)
        process = await asyncio.create_subprocess_exec(
            *(*host.inside, "turnserver", "-n", "--no-cli", "--use-auth-secret"),
            *(f"--static-auth-secret={secret}", "--realm=lingkar", "--log-file=stdout"),
            *(f"--listening-ip={near}", f"--relay-ip={far}", "--listening-port=3478"),
            *("--tls-listening-port=443", "--cert=cert.pem", "--pkey=key.pem"),
            *("--userdb=users", "--pidfile=pid"),
            cwd=folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await is_open(host, near, 3478)
            await is_open(host, near, 443)
            plain = f"turn:{near}:3478?transport="
            doors = (f"{plain}udp", f"{plain}tcp", f"turns:{near}:443?transport=tcp")
            yield Coturn(doors, secret, spki)
        finally:
            process.terminate()
            await process.wait()


async def is_open(host: Host, address: str, port: int) -> None:
    """Wait until something answers there."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(20):
        while True:
            with host.entered():
                probe = socket.socket()
            probe.setblocking(False)
            with contextlib.suppress(ConnectionError):
                await loop.sock_connect(probe, (address, port))
                probe.close()
                return
            probe.close()
            await asyncio.sleep(0.05)
