"""What a listener notices when datagrams get lost, with and without repair inside the voice.

`make bench-loss`: real browsers, 5, 10 and 20 % of what comes down lost. Prints and asserts
nothing: a busy machine makes numbers worse.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from pathlib import Path
from unittest import mock

from playwright.async_api import Browser, async_playwright

from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from tests.bench.table import Table, ratio
from tests.journeys.seated import House, a_house, evening
from tests.journeys.sounding import Figures, Singer, come, singers, sound_process
from tests.sound.lossy import Lossy, lossy

LOSSES = (0.0, 0.05, 0.10, 0.20)
SETTLE_SECONDS = 6.0
"""Reports go once a second, and a voice adapts slowly."""
# The speaker's browser is told that nobody could make use of a repair.
PLAIN = """
const set = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (given) {
  const sdp = given.sdp.replaceAll('useinbandfec=1', 'useinbandfec=0');
  return set.call(this, {type: given.type, sdp});
};
"""


def relay_of(house: House) -> tuple[str, int]:
    """Where the sound process listens: the one UDP socket that it has."""
    process = Path(f"/proc/{sound_process(house)}")
    open_ = {link.readlink().name for link in (process / "fd").iterdir() if link.is_symlink()}
    for line in (process / "net/udp").read_text().splitlines()[1:]:
        columns = line.split()
        if f"socket:[{columns[9]}]" in open_:
            return "127.0.0.1", int(columns[1].partition(":")[2], 16)
    raise LookupError("the sound process listens nowhere")


def noticed(before: Figures, after: Figures) -> dict[str, float]:
    """The gain of each count in the slot that the one voice is in."""
    return {what: after["1"][what] - before["1"][what] for what in after["1"]}


async def measure(listener: Singer, door: Lossy, seconds: float) -> list[dict[str, float]]:
    found = []
    for loss in LOSSES:
        door.loss = loss
        await asyncio.sleep(SETTLE_SECONDS)
        before = await listener.figures()
        await asyncio.sleep(seconds)
        found.append(noticed(before, await listener.figures()))
    door.loss = 0.0
    return found


async def one_call(
    house: House, choir: list[Browser], door: Lossy, seconds: float, *, repair: bool
) -> list[dict[str, float]]:
    async with evening(house, choir[1], "Melati", "Siti", medium="sound") as night:
        melati = await come(night, choir[0], 0, "Melati", script="" if repair else PLAIN)
        siti = await come(night, choir[1], 1, "Siti", speak=False)
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(SetFloor(Floor.OPEN))
        await melati.open()
        await siti.page.wait_for_function("noted[0].slice(-50).some(e => e[2] > 0.02)")
        return await measure(siti, door, seconds)


async def run(seconds: float) -> None:
    async with lossy() as door, async_playwright() as playwright:
        told = {"LINGKAR_SOUND_ADDRESS": "{}:{}".format(*door.address)}
        folder = Path(tempfile.mkdtemp())
        async with singers(playwright, folder, 2, vowels=True) as choir:
            with mock.patch.dict(os.environ, told):
                async with a_house(folder / "data") as house:
                    door.relay = relay_of(house)
                    found = {
                        repair: await one_call(house, choir, door, seconds, repair=repair)
                        for repair in (True, False)
                    }
    show(found)


def show(found: dict[bool, list[dict[str, float]]]) -> None:
    table = Table("Samples made up by the listener's browser, of all it played")
    table.row("lost on the way", "with repair", "without", "repaired packets", "lost packets")
    for loss, with_, without in zip(LOSSES, found[True], found[False], strict=True):
        table.row(
            f"{loss:.0%}",
            *(f"{one['concealed'] / one['samples']:.1%}" for one in (with_, without)),
            f"{with_['fec']:.0f}",
            f"{with_['lost']:.0f}",
        )
    table.print()
    pairs = list(zip(found[True], found[False], strict=True))[1:]
    parts = [a["concealed"] / b["concealed"] for a, b in pairs if b["concealed"]]
    print(ratio("without_repair", statistics.median(parts)) if parts else "NOT MEASURED: no loss")


if __name__ == "__main__":
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--seconds", type=float, default=15.0, help="for each loss")
    asyncio.run(run(reading.parse_args().seconds))
