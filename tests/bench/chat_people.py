"""The circles of a benchmark of words: who is in them, where they connect, what was heard.

Knows the peers by what they are told at the door. Declines to measure anything itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from realtime.domain.meeting import CircleId
from realtime.ports import MeetingStore
from realtime.views import PROTOCOL
from tests.bench.chat_peers import Contender
from tests.bench.circles import people_named, seated, short_names
from tests.bench.machines import cookie
from tests.bench.sound_child import Child

PEOPLE = 20
AT_ONCE = 50


async def gather(
    load: Child, store: MeetingStore, servers: Sequence[Contender], circles: int, group: str = ""
) -> float:
    """That many more circles, each spread over these processes. The seconds that it took."""
    whole = [await one_circle(store, servers) for _ in range(circles)]
    took: float = await load.ask(
        "connect",
        group=group or servers[0].name,
        circles=whole,
        at_once=AT_ONCE,
        awaits="meeting" if servers[0].room else "connect",
    )
    return took


async def one_circle(store: MeetingStore, servers: Sequence[Contender]) -> list[Any]:
    circle_id = CircleId(secrets.token_urlsafe(12))
    people = people_named(short_names(PEOPLE))
    if servers[0].room:
        await store.swap(None, seated(circle_id, people))
    coming: list[Any] = []
    for at, person in enumerate(people):
        server = servers[at % len(servers)]
        auth: dict[str, Any] = {"circle": circle_id}
        if server.room:
            tab = secrets.token_urlsafe(9)
            auth |= {"protocol": PROTOCOL, "tab": tab, "observer": False}
        else:
            auth |= {"member": person.member, "name": person.name}
        who = cookie(person.name, person.member, person.facilitator)
        coming.append((server.url, who, auth))
    return coming
