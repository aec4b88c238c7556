"""`make soak`: the state machines for a million steps, on every core. Tells what broke, and ends.

A violation prints the shortest way to it, to be made a test, and the seed that draws it again.
Declines to remember it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import secrets
import signal
import sys
import time
import traceback
from collections import Counter
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from tests.realtime.domain.machine import AnyMeeting, at_length
from tests.realtime.several import SeveralProcesses
from tests.steps import STEPS, told

MACHINES = (AnyMeeting, SeveralProcesses)
MEETINGS, PRESSES = 50, 80
"""So many at a time: after each such batch the count goes on."""
TOLD_EVERY = 10.0
Batch = tuple[Counter[str], str]
"""Steps taken, and how it broke, if it did."""


def work(first: int, batches: Queue[Batch]) -> None:
    """Take the machines in turn until something breaks, or whoever counts has enough."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    turn, broken = first, ""
    while not broken:
        STEPS.clear()
        broken = batch(MACHINES[turn % len(MACHINES)], secrets.randbelow(2**32))
        batches.put((Counter(STEPS), broken))
        turn += 1


def batch(machine: type[AnyMeeting], number: int) -> str:
    """The meetings that this number draws; how they broke, and how to have them again."""
    try:
        run_state_machine_as_test(seed(number)(machine), settings=at_length(MEETINGS, PRESSES))
    except Exception:
        again = f"make soak ARGS='--seed {number} --machine {machine.name}'"
        return f"{traceback.format_exc()}The same again: {again}\n"
    return ""


def one_batch(name: str, number: int) -> int:
    """What was found, once more, and nothing else."""
    broken = batch(next(machine for machine in MACHINES if machine.name == name), number)
    print(broken, end="")
    print(told(1 if broken else 0))
    return 1 if broken else 0


def next_batch(batches: Queue[Batch], workers: list[BaseProcess]) -> Batch:
    while True:
        try:
            return batches.get(timeout=5)
        except queue.Empty:
            if not all(worker.is_alive() for worker in workers):
                return Counter(), "A worker ended without a word."


def count(steps: int, batches: Queue[Batch], workers: list[BaseProcess]) -> str:
    """Add the batches up until there are enough; how it broke, if it did."""
    counted: Counter[str] = Counter()
    began = last_told = time.monotonic()
    broken = ""
    while counted.total() < steps and not broken:
        batch, broken = next_batch(batches, workers)
        counted += batch
        now = time.monotonic()
        if now - last_told >= TOLD_EVERY:
            last_told = now
            print(f"{counted.total():,} steps, {counted.total() / (now - began):.0f} a second")
    STEPS.clear()
    STEPS.update(counted)
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, help="only the batch that it draws, with --machine")
    parser.add_argument("--machine", choices=[one.name for one in MACHINES], default="processes")
    asked = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    if asked.seed is not None:
        return one_batch(asked.machine, asked.seed)
    # Ended from outside, it still ends its workers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    batches: Queue[Batch] = multiprocessing.Queue()
    workers: list[BaseProcess] = [
        multiprocessing.Process(target=work, args=(first, batches), daemon=True)
        for first in range(asked.workers)
    ]
    for worker in workers:
        worker.start()
    try:
        broken = count(asked.steps, batches, workers)
    finally:
        for worker in workers:
            worker.terminate()
    print(broken, end="")
    print(told(1 if broken else 0))
    print(f"steps {STEPS.total()}, violations {1 if broken else 0}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
