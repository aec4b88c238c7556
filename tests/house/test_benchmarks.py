"""The benchmarks still run and end with their line. Declines to say anything about a time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.sockets import masked, take_frame
from tests.bench.table import Table, percentile, ratio
from tests.bench.weight import weigh

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
@pytest.mark.timeout(240)
def test_the_bench_of_the_stick_ends_with_its_ratio() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.stick", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=230,
    )
    assert told.returncode == 0, told.stderr
    last = told.stdout.strip().splitlines()[-1]
    found = re.fullmatch(r"RATIO redis_round_trip (\d+\.\d\d)", last)
    assert found and float(found.group(1)) > 0, last
    for words in ("press to all seats", "CPU of the room", "meeting, 40-character names", "p99"):
        assert words in told.stdout


@pytest.mark.long
@pytest.mark.timeout(240)
def test_the_bench_of_the_pages_ends_with_its_ratio() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.pages", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=230,
    )
    assert told.returncode == 0, told.stderr
    assert re.fullmatch(r"RATIO bare \d+\.\d\d", told.stdout.strip().splitlines()[-1])
    assert all(words in told.stdout for words in ("filtered landing", "circle", "PostgreSQL"))


@pytest.mark.long
@pytest.mark.timeout(240)
def test_the_bench_of_the_words_tells_each_ratio_and_each_peer_that_is_missing() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.chat", "--quick", "--alone"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=230,
    )
    assert told.returncode == 0, told.stderr
    *_, last = lines = told.stdout.strip().splitlines()
    assert re.fullmatch(r"RATIO stock \d+\.\d\d", last)
    for peer in ("node", "node_redis", "picows"):
        assert f"NOT MEASURED: {peer}, because nobody asked for it" in lines
    for words in (
        "CPU a delivery, 2 circles",
        "one order by Redis",
        "two of one server",
        "at once",
    ):
        assert words in told.stdout


def test_a_ratio_is_told_in_one_line_of_three_words() -> None:
    assert ratio("peer", 2.345) == "RATIO peer 2.35"


def test_a_percentile_is_one_of_the_samples() -> None:
    samples = [float(number) for number in range(100, 0, -1)]
    assert [percentile(samples, part) for part in (0.5, 0.99, 1.0)] == [51.0, 100.0, 100.0]


def test_a_table_lines_its_columns_up() -> None:
    table = Table("Title", [("a", "1"), ("long", "100")])
    assert table.render() == "Title\n  a       1\n  long  100\n"


def test_a_frame_is_taken_only_once_it_is_whole() -> None:
    buffer = bytearray(b"\x81\x05hel")
    assert take_frame(buffer) is None
    buffer += b"lo\x81"
    assert take_frame(buffer) == (0x81, b"hello")
    assert buffer == b"\x81"


def test_a_masked_frame_says_its_length_and_hides_nothing_else() -> None:
    for size in (0, 5, 125, 126, 5000):
        frame = masked(b"x" * size)
        start = 2 if size < 126 else 4
        mask, mixed = frame[start : start + 4], frame[start + 4 :]
        assert bytes(byte ^ mask[at % 4] for at, byte in enumerate(mixed)) == b"x" * size


def test_a_repeated_frame_weighs_little_after_the_first() -> None:
    frame = b'{"member_id":"abcdefghijklmnop"}' * 5
    of = weigh([("meeting", frame), ("meeting", frame)])["meeting"]
    assert (of.plain, of.alone > of.after) == (len(frame), True)
