"""What journeys of the talking stick share: a round begun, a turn taken, the middle as it reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import expect

from realtime.client import RoomClient
from realtime.domain.commands import (
    Accept,
    SetPhase,
    StartRound,
)
from realtime.domain.meeting import Order, Phase, TurnId, Wording
from tests.journeys.browsing import PATIENCE, Person
from tests.journeys.seated import Evening

QUESTION = Wording("Apa yang berat minggu ini?")


@asynccontextmanager
async def line(night: Evening, name: str) -> AsyncIterator[RoomClient]:
    """A member over a socket that ends with the block, as a lost network would end it."""
    cookie = f"{night.circle.cookie_name}={night.circle.members[name]}"
    async with RoomClient.connect(night.house.base, night.circle.slug, cookie) as client:
        await client.until(lambda room: room.meeting and room.you)
        yield client


async def start(night: Evening) -> None:
    """A round over everybody, in the order of their seats."""
    await night.sari.send(SetPhase(Phase.SHARING))
    assert (await night.sari.send(StartRound(QUESTION, Order.SEATS))).ok


async def take(client: RoomClient) -> TurnId:
    """Wait for the offer and accept it; gives the turn."""
    await client.until(lambda room: room.you and room.you.offered)
    await client.send(Accept())
    await client.until(lambda room: room.you and room.you.turn_id)
    assert client.you and client.you.turn_id
    return client.you.turn_id


async def core(person: Person, key: str, name: str = "", patience: float = PATIENCE) -> None:
    """Wait until the middle of the circle reads so."""
    said = person.page.locator(".core__said")
    text = f"{person.words(key)} {name or person.words(f'{key}.b')}"
    await expect(said).to_have_text(text, timeout=patience)
