"""Carries TCP and UDP from a port to another address, as an engine's own proxy does.

`kind:address:port:address:port` for each. Declines to look into anything, and to run for long:
it ends with whoever started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import signal
import sys
from typing import cast

CHUNK = 65536


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def serve_tcp(address: str, port: int, inner: str, inner_port: int) -> None:
    async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(inner, inner_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, back), carry(there, writer))
        writer.close()
        back.close()

    await asyncio.start_server(came, address, port)


class Inner(asyncio.DatagramProtocol):
    """What comes back for one who came."""

    def __init__(self, outer: asyncio.DatagramTransport, who: tuple[str, int]) -> None:
        self._outer, self._who = outer, who

    def datagram_received(self, data: bytes, _: object) -> None:
        self._outer.sendto(data, self._who)


class Outer(asyncio.DatagramProtocol):
    """A way of its own for everybody who comes, so that answers find back."""

    def __init__(self, inner: tuple[str, int]) -> None:
        self._inner = inner
        self._ways: dict[tuple[str, int], asyncio.Task[asyncio.DatagramTransport]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, who: tuple[str, int]) -> None:
        if who not in self._ways:
            self._ways[who] = asyncio.create_task(self._open(who))
        way = self._ways[who]
        if way.done():
            way.result().sendto(data)
        else:
            way.add_done_callback(lambda opened: opened.result().sendto(data))

    async def _open(self, who: tuple[str, int]) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: Inner(self._transport, who), remote_addr=self._inner
        )
        return transport


async def serve_udp(address: str, port: int, inner: str, inner_port: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(
        lambda: Outer((inner, inner_port)), local_addr=(address, port)
    )


async def main(words: list[str]) -> None:
    for word in words:
        kind, address, port, inner, inner_port = word.split(":")
        serve = serve_udp if kind == "udp" else serve_tcp
        await serve(address, int(port), inner, int(inner_port))
    print("carrying", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    asyncio.run(main(sys.argv[1:]))
