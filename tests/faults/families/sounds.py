"""Sound: its process killed, and junk at its port. Whoever listens is told; writing goes on."""

from __future__ import annotations

import asyncio
import os
import random
import re
import socket
import time

from realtime.client import Ack
from tests.faults.checks import Broken
from tests.faults.house import House
from tests.faults.people import CANARY, People, gathered
from tests.faults.person import Person
from tests.faults.rows import Houses, Seen, row

AGAIN = 5.0
ANSWERED = 1.0
JUNK = 20_000
MEGABYTE = 1024 * 1024
GROWN = 8 * MEGABYTE


async def join(person: Person) -> Ack:
    return await person.now().emit("sound_join", {"listen_only": True})


def lost(person: Person) -> bool:
    """Whether they read that their sound is gone, by no doing of theirs."""
    return person.room is not None and any(g.why == "lost" for g in person.room.sound_gone)


async def sound_again(people: People, who: Person) -> None:
    """Ask as the page does, until somebody answers."""
    async with asyncio.timeout(30):
        while not (ack := await join(who)).ok:
            assert ack.reason in ("sound_away", "too_fast"), ack.reason
            await asyncio.sleep(0.5)


@row(
    "sound-killed",
    "kill -9 of the sound process in mid-round",
    "told that sound is gone; writing and the stick go on; sound again once one runs",
)
async def the_sound_process_is_killed(houses: Houses) -> Seen:
    house = await houses.shared()
    assert house.sound is not None
    async with gathered(house, medium="sound") as people:
        before, ani, budi = await people.told(), people["Ani"], people["Budi"]
        for person in (ani, budi):
            await sound_again(people, person)
        began = time.monotonic()
        await house.sound.kill()
        await people.until(
            lambda: all(lost(person) for person in (ani, budi)), "told that sound is gone"
        )
        told = time.monotonic() - began
        await people.hear(await ani.say(f"tanpa suara {CANARY}"))
        await house.sound.start()
        up = time.monotonic()
        await asyncio.gather(*(sound_again(people, p) for p in (ani, budi)))
        again = time.monotonic() - up
        await people.whole_again(before)
        await people.go_on()
        times = {"told": (told, AGAIN), "sound again": (again, AGAIN)}
        return Seen("told; words and the stick as ever; sound again", times)


def port_of(house: House) -> int:
    assert house.sound is not None
    found = re.search(r"Sound on UDP port (\d+)", house.sound.said())
    assert found, house.sound.said()
    return int(found[1])


def datagrams(chance: random.Random) -> list[bytes]:
    """What looks like STUN, DTLS, RTP and RTCP, and what looks like nothing."""
    starts = (b"\x00\x01", b"\x01\x01", b"\x16\xfe\xfd", b"\x80\x6f", b"\x81\xc9", b"\x80\xc8", b"")
    cookie = b"\x21\x12\xa4\x42"
    found = []
    for number in range(JUNK):
        start = starts[number % len(starts)]
        body = chance.randbytes(chance.randrange(0, 1200))
        if start in (b"\x00\x01", b"\x01\x01"):
            # A check by its outside, with attributes whose lengths lie.
            body = len(body).to_bytes(2, "big") + cookie + body
        found.append(start + body)
    return [*found, b"\x00\x01\x00\x00" + cookie + os.urandom(12), b"\0" * 65_000]


@row(
    "sound-junk",
    f"{JUNK} datagrams of junk STUN, DTLS and RTP at the sound port; junk SDP in answers",
    "nothing is answered for long, nothing grows; a join beside it is answered",
)
async def the_port_is_full_of_junk(houses: Houses) -> Seen:
    house = await houses.shared()
    assert house.sound is not None
    async with gathered(house, medium="sound") as people:
        before, ani, budi = await people.told(), people["Ani"], people["Budi"]
        await sound_again(people, ani)
        memory, lives = house.sound.memory(), house.sound.pid
        junk = datagrams(random.Random(7))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            slowest = 0.0
            for number, one in enumerate(junk):
                try:
                    line.sendto(one, ("127.0.0.1", port_of(house)))
                except OSError:
                    continue
                if number == JUNK // 2:
                    began = time.monotonic()
                    ack = await join(budi)
                    slowest = time.monotonic() - began
                    assert ack.ok, ack.reason
                if number % 200 == 0:
                    await asyncio.sleep(0)
        for sdp in (
            "",
            "v=0",
            "a" * 14_000,
            "v=0\r\nm=audio 9 x 1\r\n" + "a=candidate:1 1 udp 1 203.0.113.9 9 typ host\r\n" * 300,
        ):
            ack = await ani.now().emit("sound_answer", {"ticket": "tidak-ada-tiket", "sdp": sdp})
            assert not ack.ok, "junk SDP was taken"
        if house.sound.pid != lives or not house.sound.runs:
            raise Broken("the sound process did not live through it")
        grown = house.sound.memory() - memory
        if grown > GROWN:
            raise Broken(f"memory grew by {grown / MEGABYTE:.1f} MB")
        assert not any(p.room and p.room.sound_gone for p in (ani, budi)), "somebody's sound ended"
        await people.whole_again(before)
        await people.go_on()
        return Seen(
            f"nothing ended; memory {grown / MEGABYTE:+.1f} MB",
            {"join beside it": (slowest, ANSWERED)},
        )
