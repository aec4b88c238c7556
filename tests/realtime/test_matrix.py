"""Every event and command, by everybody, in every phase and state, on the real gateway."""

from __future__ import annotations

import time
from collections import Counter
from typing import get_args

import pytest

from realtime.domain.commands import Command
from realtime.domain.meeting import Phase
from realtime.domain.refusal import Reason
from realtime.payloads import CLIENT_EVENTS
from tests.realtime.matrix import CIRCLE, Cell, Stage, every_cell, me, read, samples
from tests.steps import LINES

NOT_NOW = {
    Reason.ENDED,
    Reason.FLOOR_HELD,
    Reason.FLOOR_QUIET,
    Reason.LOCKED,
    Reason.PAUSED,
    Reason.STICK_TAKEN,
    Reason.WRONG_PHASE,
}
"""Refusals because of how the room is; any other one is because of who asks."""


def test_every_event_and_every_command_has_a_row_and_an_example() -> None:
    rows = {row.partition(".")[0] for state, row in read()[0] if state == "as it is"}
    commands = {kind.type for kind in get_args(Command)}
    assert rows == {"connect"} | (set(CLIENT_EVENTS) - {"command"}) | commands
    assert {row for _, row in read()[0]} - {"connect", "*"} == set(samples())


async def outcome(stage: Stage, cell: Cell) -> str:
    """What became of it, in the letters of the table, with whatever should not have."""
    before = await stage.put(cell.stick, cell.phase, cell.state)
    heard = stage.memory.sequences.get(CIRCLE, 0)
    if cell.row == "connect":
        reason = await stage.connect(cell.who)
    else:
        reason = await stage.send(cell.who, cell.row)
    if reason is None:
        return "y"
    if stage.meeting != before or stage.memory.sequences.get(CIRCLE, 0) != heard:
        return f"refused ({reason}), and changed something"
    if reason in (Reason.FAULT, Reason.MALFORMED, Reason.UNKNOWN_EVENT, Reason.TOO_FAST):
        return reason
    return "s" if reason in NOT_NOW else "n"


async def test_every_cell_of_the_matrix_is_as_it_was_meant() -> None:
    stage, began = Stage(), time.perf_counter()
    wrong: list[str] = []
    counted: Counter[str] = Counter()
    for cell in every_cell():
        counted[cell.expected] += 1
        seen = await outcome(stage, cell)
        if seen != cell.expected:
            wrong.append(f"{cell}: meant {cell.expected}, seen {seen}")
    LINES.append(
        f"matrix of the room: {counted.total()} cells, {counted['y']} carried out,"
        f" {counted['n']} refused for who, {counted['s']} for when,"
        f" {time.perf_counter() - began:.1f} s"
    )
    assert not wrong, f"{len(wrong)} cells:\n" + "\n".join(wrong)


@pytest.mark.parametrize("state", ["as it is", "locked"])
async def test_whoever_connects_to_a_door_that_asks_waits_there(state: str) -> None:
    stage = Stage()
    await stage.put("held", Phase.SHARING, state)
    assert await stage.connect("not_come") is None
    assert stage.meeting.seat(me("not_come")) is None
    assert [w.member_id for w in stage.meeting.waiting] == [me("waiting"), me("not_come")]
