"""What the tests of the rules ask of a circle: views, refusals, presses from one tab of several.

Asserts nothing about the rules themselves.
"""

from __future__ import annotations

import pytest

from realtime import present
from realtime.domain import chat
from realtime.domain.commands import (
    Arrived,
    BecomeObserver,
    Command,
    HandOver,
    Leave,
    Quieten,
    Remove,
    TabLost,
    TakeOn,
    Tick,
)
from realtime.domain.meeting import Held, Instant, Meeting, MemberId, NoticeKind
from realtime.domain.refusal import Reason, Refused
from realtime.domain.stick import carry_out, decide
from realtime.views import FacilitatorView, YouView
from tests.realtime.domain.circle import SARI, SERVER, Circle


def refused(circle: Circle, who: MemberId, command: Command) -> Reason:
    """Why the circle says no to it; the meeting is as it was."""
    before = circle.look()
    with pytest.raises(Refused) as caught:
        circle.do(who, command)
    assert circle.look() is before
    return caught.value.reason


def press(
    circle: Circle, who: MemberId, command: Command, *, seen: int | None = None, tab: str = ""
) -> Meeting:
    """Press something on a screen that showed `seen` last, from the connection `tab`."""
    fresh = circle.fresh()
    circle.meeting = carry_out(
        circle.meeting, who, command, f"id-{fresh}", circle.now, fresh, seen=seen, tab=tab
    )
    return circle.meeting


def conflict(circle: Circle, who: MemberId, command: Command, seen: int) -> str | None:
    """Who was faster, as somebody is told who set the same part."""
    before = circle.look()
    with pytest.raises(Refused) as caught:
        press(circle, who, command, seen=seen)
    assert caught.value.reason is Reason.CONFLICT
    assert circle.look() is before
    return caught.value.by


def you(circle: Circle, who: MemberId) -> YouView:
    view = present.you_view(circle.look(), who, circle.now)
    assert view is not None
    return view


def told(circle: Circle) -> FacilitatorView:
    """What facilitators see."""
    return present.facilitator_view(circle.look(), circle.now)


def held(circle: Circle) -> Held:
    stick = circle.look().stick
    assert isinstance(stick, Held)
    return stick


def notices(circle: Circle) -> list[tuple[NoticeKind, MemberId | None, MemberId | None]]:
    return [(n.kind, n.member_id, n.by) for n in circle.look().notices]


def silent(circle: Circle, who: MemberId, *, tab: str = "") -> Reason | None:
    """Why this person may say nothing now; None where they may."""
    try:
        chat.may_say(circle.look(), who, tab)
    except Refused as no:
        return no.reason
    return None


def lose_tab(circle: Circle, who: MemberId, tab: str) -> None:
    circle.meeting = decide(circle.meeting, who, TabLost(tab), circle.now, circle.fresh())


def arrive_from(circle: Circle, who: MemberId, tab: str) -> None:
    here = Arrived(who.title(), False, False, first_visit=False, tab=tab)
    circle.meeting = decide(circle.meeting, who, here, circle.now, circle.fresh())


def tick(circle: Circle, until: Instant, noticed: Instant) -> None:
    """A process sees to the deadlines up to `until` when its own clock says `noticed`."""
    circle.now = noticed
    circle.meeting = decide(circle.meeting, SERVER, Tick(noticed), until, circle.fresh())


LOSSES = ("leaves", "observes", "quietened", "removed", "facilitates")
"""Every way in which somebody stops being a member with the floor."""


def lose_the_floor(circle: Circle, who: MemberId, how: str) -> None:
    """One of `LOSSES`, by themselves or by Sari, who facilitates."""
    if how == "leaves":
        circle.do(who, Leave())
    elif how == "observes":
        circle.do(who, BecomeObserver())
    elif how == "quietened":
        circle.do(SARI, Quieten(who, on=True))
    elif how == "removed":
        circle.do(SARI, Remove(who, ban=False))
    else:
        circle.do(SARI, HandOver(who, stay=True))
        circle.do(who, TakeOn(True))
