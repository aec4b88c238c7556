"""Who may whisper to whom, and who reads it, by the rules alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from realtime.domain.audience import on_line
from realtime.domain.chat import may_whisper
from realtime.domain.commands import Leave, Quieten, Remove, StepOut
from realtime.domain.meeting import MemberId
from realtime.domain.reading import companion_of, newcomers_of
from realtime.domain.refusal import Reason, Refused
from tests.realtime.domain.circle import BUDI, RINA, SARI, SITI, Circle, trio


def paired() -> Circle:
    """Rina is new here, and Siti accompanies her."""
    circle = trio()
    seat = replace(circle.seat(RINA), companion=SITI)
    circle.meeting = circle.look().reseat(seat)
    return circle


def why(circle: Circle, actor: MemberId, to: MemberId | None) -> Reason:
    with pytest.raises(Refused) as refused:
        may_whisper(circle.look(), actor, to)
    return refused.value.reason


def test_a_member_writes_to_the_facilitators_and_a_newcomer_to_their_companion() -> None:
    circle = paired()
    assert may_whisper(circle.look(), BUDI, None) == ("facilitators", BUDI)
    assert may_whisper(circle.look(), SARI, BUDI) == ("facilitators", BUDI)
    assert may_whisper(circle.look(), RINA, SITI) == ("companion", RINA)
    assert may_whisper(circle.look(), SITI, RINA) == ("companion", RINA)
    for actor, to in ((BUDI, RINA), (RINA, BUDI), (BUDI, BUDI), (BUDI, SARI)):
        assert why(circle, actor, to) is Reason.NOT_ALLOWED


def test_a_line_is_read_by_its_own_people_alone() -> None:
    circle = paired()
    assert on_line(circle.look(), "facilitators", BUDI) == {SARI, BUDI}
    assert on_line(circle.look(), "companion", RINA) == {RINA, SITI}
    assert on_line(circle.look(), "companion", BUDI) == frozenset()


@pytest.mark.parametrize(
    ("how", "reason"), [("removed", Reason.REMOVED), ("gone", Reason.NOT_SEATED)]
)
def test_whoever_is_not_in_the_meeting_any_more_writes_no_line(how: str, reason: Reason) -> None:
    circle = paired()
    if how == "removed":
        circle.do(SARI, Remove(RINA, ban=False))
    else:
        circle.do(RINA, Leave())
    assert why(circle, RINA, None) is reason
    assert why(circle, RINA, SITI) is reason
    assert why(circle, SITI, RINA) is Reason.NOT_ALLOWED


def test_a_break_keeps_the_line_and_being_asked_to_listen_keeps_that_to_the_facilitators() -> None:
    circle = paired()
    circle.do(RINA, StepOut())
    assert may_whisper(circle.look(), RINA, None) == ("facilitators", RINA)
    circle.do(SARI, Quieten(SITI, on=True))
    assert may_whisper(circle.look(), SITI, None) == ("facilitators", SITI)
    assert why(circle, SITI, RINA) is Reason.QUIETENED


def test_nobody_is_their_own_companion_whatever_a_seat_says() -> None:
    circle = trio()
    circle.meeting = circle.look().reseat(replace(circle.seat(RINA), companion=RINA))
    assert companion_of(circle.look(), RINA) is None
    assert newcomers_of(circle.look(), RINA) == ()
    assert why(circle, RINA, RINA) is Reason.NOT_ALLOWED
