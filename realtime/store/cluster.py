"""Which server of a cluster has which slot, as its members tell. Declines to move anything.

Redirections are followed; a map that is no longer true is asked for anew, by one at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis.asyncio.connection import ConnectionPool
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import AskError, MovedError, TryAgainError

from realtime.ports import OutOfReach
from realtime.store.node import PATIENCE, Node, Script, StoreFault
from realtime.store.pipe import Word
from realtime.store.places import Address, Places, pool_of

MOST_ASKED = 8
"""Members that are asked for the map at once."""
WAIT = 0.05
"""Seconds until a key that is on its way between two servers is asked for again."""


class Cluster:
    """The servers of one cluster, each reached by a `Node` that `made` makes."""

    def __init__(self, places: Places, made: Callable[[ConnectionPool], Node]) -> None:
        self._places, self._made = places, made
        self._nodes: dict[Address, Node] = {}
        self._slots: list[Address | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        self.members: tuple[Address, ...] = ()
        """Everybody, replicas too, as last told."""
        self._looking: asyncio.Task[None] | None = None

    async def answer(self, key: bytes, words: tuple[Word, ...], script: Script | None) -> Any:
        """From whoever has the key's slot. Raises `OutOfReach`."""
        asking: Address | None = None
        tries = asyncio.get_running_loop().time() + PATIENCE
        while True:
            address = asking or await self.place_of(key)
            try:
                return await self._node(address).answer(words, script, asking=asking is not None)
            except MovedError as moved:
                # Nothing of it was carried out. The one that answered knows it better than we do.
                asking, self._slots[moved.slot_id] = None, where(moved, address)
                self.look_soon()
            except AskError as ask:
                asking = where(ask, address)
            except TryAgainError:
                asking = None
                await asyncio.sleep(WAIT)
            except OutOfReach:
                self.look_soon()
                raise
            if asyncio.get_running_loop().time() > tries:
                raise OutOfReach

    async def place_of(self, key: bytes) -> Address:
        """Whoever has the key, by what is known. Raises `OutOfReach`."""
        slot = key_slot(key)
        if (found := self._slots[slot]) is None:
            await self.look()
            if (found := self._slots[slot]) is None:
                raise OutOfReach
        return found

    def pool(self, address: Address) -> ConnectionPool:
        return self._node(address).pool

    def look_soon(self) -> asyncio.Task[None]:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
            # What it found out is nobody's to wait for.
            self._looking.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._looking

    async def look(self) -> None:
        """Ask for the map. Raises `OutOfReach` where nobody tells one."""
        await asyncio.shield(self.look_soon())

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
        nodes, self._nodes = list(self._nodes.values()), {}
        for node in nodes:
            await node.close()

    def _node(self, address: Address) -> Node:
        node = self._nodes.get(address)
        if node is None:
            node = self._nodes[address] = self._made(pool_of(self._places.url_of(address)))
        return node

    async def _look(self) -> None:
        """Of several maps the newest counts: one who is cut off from the others has an old one."""
        known = dict.fromkeys((*self._nodes, *self._places.addresses, *self.members))
        asked = list(known)[:MOST_ASKED]
        told = await asyncio.gather(*map(self._map_of, asked), return_exceptions=True)
        maps = [one for one in told if not isinstance(one, BaseException)]
        if not maps:
            raise OutOfReach
        _, lines, teller = max(maps, key=lambda one: one[0])
        slots: list[Address | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        members: dict[Address, None] = {}
        for first, last, *servers in lines:
            homes = [home(server, teller) for server in servers]
            members.update(dict.fromkeys(homes))
            slots[int(first) : int(last) + 1] = [homes[0]] * (int(last) - int(first) + 1)
        self._slots, self.members = slots, tuple(members)
        await self._let_go(set(filter(None, slots)))

    async def _map_of(self, address: Address) -> tuple[tuple[bool, int], list[Any], Address]:
        node = self._node(address)
        about, lines = await asyncio.gather(
            node.answer(("CLUSTER", "INFO")), node.answer(("CLUSTER", "SLOTS"))
        )
        told = dict(line.split(":", 1) for line in about.decode().split() if ":" in line)
        works = told.get("cluster_state") == "ok"
        return (works, int(told.get("cluster_current_epoch", 0))), lines, address

    async def _let_go(self, primaries: set[Address]) -> None:
        """Whoever may come back as a primary is met anew, for its history is another then."""
        for address in [one for one in self._nodes if one not in primaries]:
            node = self._nodes.pop(address)
            with suppress(OutOfReach, StoreFault):
                await node.close()


def where(redirected: AskError, teller: Address) -> Address:
    """A server that knows no name for itself leaves it out."""
    return redirected.host or teller[0], redirected.port


def home(server: list[Any], teller: Address) -> Address:
    host = server[0].decode() if server[0] else ""
    return (teller[0] if host in {"", "?"} else host), int(server[1])
