"""Random people, presses, lost connections and clocks: what must hold after every single step."""

from __future__ import annotations

from typing import get_args

import pytest

from realtime.domain import commands as c
from realtime.domain.commands import Command
from realtime.domain.meeting import MemberId
from realtime.domain.stick import carry_out
from tests.realtime.domain.circle import Circle, trio
from tests.realtime.domain.machine import AnyMeeting, at_length, pressed

pytestmark = pytest.mark.timeout(300)

TestAnyMeeting = AnyMeeting.TestCase
TestAnyMeeting.settings = at_length(200, 70)


def test_every_command_is_pressed_by_the_random_people() -> None:
    for kind in get_args(Command):
        assert pressed(kind) is not None


def test_two_writers_on_one_state_never_double_a_move() -> None:
    """Whoever loses the race decides again on the winner's state: the same press moves once."""
    circle: Circle = trio()
    circle.start()
    circle.accept()
    press = c.PassStick(circle.turn_id, None)
    won = carry_out(circle.meeting, circle.person, press, "a", circle.now, "x")
    lost = carry_out(won, MemberId("sari"), press, "b", circle.now, "y")
    assert lost is won
