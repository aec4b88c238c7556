"""What a listener notices when datagrams get lost, with and without repair inside the voice.

`make bench-loss`: real browsers, 5, 10 and 20 % of what comes down lost. Two speak at once, one
of them without repair, so that both go through the same weather. Prints and asserts nothing: a
busy machine makes numbers worse.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from playwright.async_api import Browser, async_playwright

from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from tests.bench.table import Table, ratio
from tests.journeys.seated import House, a_house, evening
from tests.journeys.sounding import Figures, Singer, come, singers
from tests.sound.lossy import Lossy, free_udp_port, lossy

LOSSES = (0.0, 0.05, 0.10, 0.20)
SETTLE_SECONDS = 20.0
"""Reports go once a second, and a browser believes them slowly: two thirds after ten."""
WORDS = (
    "Halo semuanya. Minggu ini berat sekali, tetapi kemarin anak saya tertawa waktu makan malam. "
    "Saya belum tahu bagaimana besok. Untuk hari ini sudah cukup, terima kasih."
)
# The speaker's browser is told that nobody could make use of a repair.
PLAIN = """
const set = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (given) {
  const sdp = given.sdp.replaceAll('useinbandfec=1', 'useinbandfec=0');
  return set.call(this, {type: given.type, sdp});
};
"""


def speech(folder: Path) -> Path:
    """A voice that says something: Opus repairs speech, and takes an even tone for music."""
    said = folder / "speech.wav"
    subprocess.run(["espeak-ng", "-v", "id", "-s", "150", "-w", said, WORDS], check=True)
    return said


# What the speaker's browser was told of the loss, and what it sends in a second.
TOLD = """async () => {
  const one = connections.findLast(c => c.connectionState !== 'closed');
  const stats = [...(await one.getStats()).values()];
  const remote = stats.find(s => s.type === 'remote-inbound-rtp');
  const out = stats.find(s => s.type === 'outbound-rtp');
  return {told: remote?.fractionLost ?? -1, bytes: out.bytesSent, packets: out.packetsSent};
}"""


@dataclass
class Row:
    """One loss, and what became of the two voices under it."""

    loss: float
    seconds: float
    repaired: dict[str, float]
    plain: dict[str, float]
    sent: tuple[dict[str, float], dict[str, float]]

    @property
    def ratio(self) -> float:
        """Made up with repair over made up without."""
        return self.repaired["concealed"] / self.plain["concealed"]


def noticed(before: Figures, after: Figures, slot: str) -> dict[str, float]:
    """The gain of each count in a slot."""
    return {what: after[slot][what] - before[slot][what] for what in after[slot]}


async def told(speaker: Singer) -> dict[str, float]:
    found: dict[str, float] = await speaker.page.evaluate(TOLD)
    return found


async def measure(
    listener: Singer, speakers: tuple[Singer, Singer], door: Lossy, seconds: float
) -> list[Row]:
    rows = []
    for loss in LOSSES:
        door.loss = loss
        await asyncio.sleep(SETTLE_SECONDS)
        before, early = await listener.figures(), [await told(one) for one in speakers]
        await asyncio.sleep(seconds)
        after, late = await listener.figures(), [await told(one) for one in speakers]
        sent = [
            {"told": b["told"], "bytes": b["bytes"] - a["bytes"]}
            for a, b in zip(early, late, strict=True)
        ]
        repaired, plain = (noticed(before, after, slot) for slot in ("1", "2"))
        rows.append(Row(loss, seconds, repaired, plain, (sent[0], sent[1])))
    door.loss = 0.0
    return rows


async def one_call(house: House, choir: list[Browser], door: Lossy, seconds: float) -> list[Row]:
    async with evening(house, choir[2], "Melati", "Siti", "Wati", medium="sound") as night:
        melati = await come(night, choir[0], 0, "Melati")
        siti = await come(night, choir[1], 1, "Siti", script=PLAIN)
        wati = await come(night, choir[2], 2, "Wati", speak=False)
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(SetFloor(Floor.OPEN))
        # First come, first slot.
        for slot, speaker in enumerate((melati, siti)):
            await speaker.open()
            await wati.page.wait_for_function(
                "slot => noted[slot].slice(-50).some(e => e[2] > 0.01)", arg=slot
            )
        return await measure(wati, (melati, siti), door, seconds)


async def run(seconds: float) -> None:
    async with lossy() as door, async_playwright() as playwright:
        port = free_udp_port()
        door.relay = ("127.0.0.1", port)
        told = {
            "LINGKAR_SOUND_ADDRESS": "{}:{}".format(*door.address),
            "LINGKAR_SOUND_PORT": str(port),
        }
        folder = Path(tempfile.mkdtemp())
        async with singers(playwright, folder, 3, spoken=speech(folder)) as choir:
            with mock.patch.dict(os.environ, told):
                async with a_house(folder / "data") as house:
                    show(await one_call(house, choir, door, seconds))


def show(rows: list[Row]) -> None:
    table = Table("Samples made up by the listener's browser, of all it played")
    table.row("lost on the way", "with repair", "without", "repairs", "lost", "told", "kb/s", "")
    for row in rows:
        shares = (one["concealed"] / one["samples"] for one in (row.repaired, row.plain))
        table.row(
            f"{row.loss:.0%}",
            *(f"{share:.1%}" for share in shares),
            f"{row.repaired['fec']:.0f}",
            f"{row.repaired['lost']:.0f}",
            f"{row.sent[0]['told']:.1%}",
            *(f"{sent['bytes'] * 8 / 1000 / row.seconds:.1f}" for sent in row.sent),
        )
    table.print()
    parts = [row.ratio for row in rows if row.loss and row.plain["concealed"]]
    print(ratio("without_repair", statistics.median(parts)) if parts else "NOT MEASURED: no loss")


if __name__ == "__main__":
    if shutil.which("espeak-ng") is None:
        sys.exit("NOT MEASURED: it is Debian's espeak-ng that speaks here, and it is not installed")
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--seconds", type=float, default=15.0, help="for each loss")
    asyncio.run(run(reading.parse_args().seconds))
