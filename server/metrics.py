"""Lets this machine's Prometheus read the figures of all processes of a server, at one address.

A process started by `serve` answers on a socket in a folder of this account alone; the parent
asks all of them and says which figure is whose: `web0`, `sound0`. Off unless
LINGKAR_METRICS_PORT is set, and never on the port that people come to.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from server.listening import CannotServe
from server.private_places import private_folder
from server.settings import Settings

if TYPE_CHECKING:
    from prometheus_client import Metric

    from server.figures import Figures

HERE = "127.0.0.1"
PATIENCE = 2.0
"""Seconds that a process has to answer; one that does not is left out this time."""
LONGEST = 4 * 1024 * 1024


class Collector:
    """What a registry of Prometheus' library asks."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        return self._figures()


def text_of(figures: Figures) -> bytes:
    """The figures as Prometheus reads them."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector(figures))
    return generate_latest(registry)


def merged(texts: Iterable[tuple[str, bytes]]) -> Figures:
    """The figures of several processes, each labelled with the name of the one that has them."""
    from prometheus_client.core import Metric
    from prometheus_client.parser import text_string_to_metric_families

    families: dict[str, Metric] = {}
    for process, text in texts:
        for one in text_string_to_metric_families(text.decode()):
            family = families.setdefault(one.name, Metric(one.name, one.documentation, one.type))
            for sample in one.samples:
                labels = {**sample.labels, "process": process}
                family.add_sample(sample.name, labels, sample.value)
    return lambda: iter(families.values())


# --- One process ---


@contextlib.asynccontextmanager
async def readable(settings: Settings, process: str, figures: Figures) -> AsyncIterator[None]:
    """Let the figures of this process be read meanwhile: by its parent, or where it has none."""
    if settings.metrics_socket is not None:

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(text_of(figures))
            writer.close()

        # The one that was here before has nothing more to say.
        settings.metrics_socket.unlink(missing_ok=True)
        async with await asyncio.start_unix_server(answer, settings.metrics_socket):
            yield
        return

    async def own() -> bytes:
        return text_of(merged([(process, text_of(figures))]))

    async with page(settings.metrics_port, own):
        yield


# --- All of them ---


@contextlib.asynccontextmanager
async def gathered(settings: Settings) -> AsyncIterator[Path | None]:
    """The page of all of them, and the folder in which each is asked; None where nobody asks."""
    with private_folder(wanted=settings.metrics_port is not None) as places:
        if places is None:
            yield None
            return
        async with page(settings.metrics_port, lambda: of_all(places)):
            yield places


async def of_all(directory: Path) -> bytes:
    """What every process there says now."""
    places = sorted(directory.iterdir())
    said = await asyncio.gather(*(asked(place) for place in places))
    return text_of(merged((place.name, text) for place, text in zip(places, said, strict=True)))


async def asked(place: Path) -> bytes:
    """What one process says; nothing where it does not answer in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_unix_connection(place, limit=LONGEST)
            try:
                return await reader.read()
            finally:
                writer.close()
    except OSError:
        return b""


@contextlib.asynccontextmanager
async def page(port: int | None, text: Callable[[], Awaitable[bytes]]) -> AsyncIterator[None]:
    """Answer on that port of this machine alone; nothing where there is none."""
    if port is None:
        yield
        return

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE * 2):
                words = (await reader.readuntil(b"\r\n\r\n")).split()
                found = words[:2] == [b"GET", b"/metrics"]
                body = await text() if found else b""
                status = b"200 OK" if found else b"404 Not Found"
                writer.write(
                    b"HTTP/1.1 %b\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                    b"Cache-Control: no-store\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                    % (status, len(body))
                    + body
                )
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(answer, HERE, port)
    except OSError:
        raise CannotServe(f"Port {port} for figures is taken; see LINGKAR_METRICS_PORT.") from None
    async with server:
        yield
