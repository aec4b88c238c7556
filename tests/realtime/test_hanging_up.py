"""How a line ends: a goodbye is no fault, and a fault is told by its kind alone."""

from __future__ import annotations

import pytest

from realtime.line import Line, Message


async def send(_message: Message) -> None:
    """Nobody is there to hear."""


async def raising(error: Exception) -> None:
    raise error


async def test_somebody_who_hangs_up_in_the_middle_of_a_word_is_no_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await Line(send).run(raising(ConnectionResetError("kata rahasia")))
    assert caplog.records == []


async def test_a_fault_is_told_by_its_kind_and_never_by_what_it_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await Line(send).run(raising(ValueError("kata rahasia")))
    assert [record.getMessage() for record in caplog.records] == ["line fault=ValueError"]
