"""After everything: nothing that was said came to rest anywhere, and no process stumbled."""

from __future__ import annotations

import re

from redis.asyncio import Redis

from tests.faults.checks import Broken
from tests.faults.house import House
from tests.faults.people import CANARY, gathered
from tests.faults.rows import Houses, Seen, row
from tests.privacy.canaries import Canary, Search
from tests.privacy.places import in_folder, in_keyspace

BUG = re.compile(r"^.*(?:Traceback|fault=|page\.fault|hearing_failed|bus_failed).*$", re.MULTILINE)


@row(
    "nothing-kept",
    "all of the above, with a canary in every word",
    "no word in a database, a key, a log or a file; no bug in a log",
)
async def nothing_is_kept(houses: Houses) -> Seen:
    house = await houses.shared()
    search = Search({"words": Canary("words", CANARY)})
    async with gathered(house) as people:
        await people.hear(await people["Ani"].say(f"terakhir {CANARY}"))
        async with Redis.from_url(f"redis://127.0.0.1:{house.valkey_port}") as redis:
            kept = await in_keyspace(redis, search)
            await redis.set("disengaja", CANARY)
            seen = await in_keyspace(redis, search)
            await redis.delete("disengaja")
        if not seen:
            raise Broken("the search does not find what was put there on purpose")
    stumbled: set[str] = set()
    for one in houses.houses():
        kept |= in_folder(one.folder, search)
        stumbled |= bugs(one)
    if kept:
        raise Broken(f"words came to rest: {kept}")
    if stumbled:
        raise Broken(f"processes stumbled: {'; '.join(sorted(stumbled))}")
    return Seen(f"{len(houses.houses())} houses searched, a canary put on purpose was found")


def bugs(house: House) -> set[str]:
    return {line.strip() for line in BUG.findall(house.logs())}
