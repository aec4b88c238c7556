"""Every way a person and a meeting can stand to each other, as far as who is heard goes.

Written to `audible_cases.json`, against which the browser's copy of the rule is tested too.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from realtime.audio.floor import audible
from realtime.domain.meeting import (
    CircleId,
    Floor,
    Frame,
    Held,
    Meeting,
    MemberId,
    Offered,
    Phase,
    PlaceHeld,
    Presence,
    Resting,
    Role,
    Seat,
    Stick,
    TurnId,
)
from realtime.present import meeting_view, you_view

FILE = Path(__file__).with_name("audible_cases.json")
ME, OTHER = MemberId("me"), MemberId("other")
HERE, THERE = "this-tab", "other-tab"
TURN = TurnId("t1")


def held(by: MemberId) -> Held:
    return Held(by, TURN, 0.0, 60.0)


STICKS: dict[str, Stick] = {
    "resting": Resting(),
    "offered": Offered(ME, 0.0),
    "mine": held(ME),
    "another's": held(OTHER),
    "kept for me": PlaceHeld(ME, TURN, 90.0, 10.0, 50.0),
}
HUSHES = {"going on": (False, False), "paused": (True, False), "silence": (True, True)}


@dataclasses.dataclass(frozen=True)
class Case:
    """A meeting as it could be, of which `ME` asks whether they may be heard from `HERE`."""

    name: str
    meeting: Meeting

    @property
    def heard(self) -> bool:
        tab = audible(self.meeting).get(ME)
        return tab is not None and tab in ("", HERE)


def every_case() -> Iterator[Case]:
    """All of them: roles, presences, floors, sticks, hushes, tabs, and what is special."""
    for role, presence, floor, stick, hush, interjects, quietened, tab in itertools.product(
        Role, Presence, Floor, STICKS, HUSHES, (False, True), (False, True), ("", HERE, THERE)
    ):
        for ended in (False, True):
            paused, silence = HUSHES[hush]
            words = (role, presence, floor, stick, hush, f"interjects={interjects}")
            name = ", ".join((*words, f"quietened={quietened}", f"tab={tab}", f"ended={ended}"))
            yield Case(
                name,
                Meeting(
                    CircleId("c"),
                    Frame("Kamis", sound=True),
                    phase=Phase.ENDED if ended else Phase.SHARING,
                    floor=floor,
                    paused=paused,
                    silence=silence,
                    stick=STICKS[stick],
                    interjecting=(ME,) if interjects else (),
                    quietened=(ME,) if quietened else (),
                    seats=(
                        Seat(ME, "Aku", role, presence, tab=tab),
                        Seat(OTHER, "Rina", Role.MEMBER),
                    ),
                ),
            )


def telling() -> list[Case]:
    """Those that a browser's rule could get wrong: one thing out of the ordinary, or two."""
    return [case for case in every_case() if is_telling(case.meeting)]


def is_telling(meeting: Meeting) -> bool:
    seat = meeting.seats[0]
    if seat.presence not in (Presence.HERE, Presence.STEPPED_OUT):
        return False
    hushed = meeting.paused or meeting.silence
    off = seat.presence is not Presence.HERE, bool(meeting.quietened)
    odd = (*off, meeting.phase is Phase.ENDED, meeting.silence)
    mine_here = meeting.stick == STICKS["mine"] and seat.tab == HERE
    if any(odd):
        return sum(odd) == 1 and mine_here
    if meeting.floor is not Floor.STICK or hushed:
        return mine_here
    return seat.tab == HERE or meeting.stick == STICKS["mine"]


def written() -> str:
    """The file: `tab`, and cases of `name`, `meeting`, `you` (what the rule reads), `heard`."""
    cases = [as_seen(case) for case in telling()]
    lines = ",\n".join(json.dumps(case) for case in cases)
    return f'{{"tab": "{HERE}", "cases": [\n{lines}\n]}}\n'


def as_seen(case: Case) -> dict[str, Any]:
    meeting, you = meeting_view(case.meeting, 0.0), you_view(case.meeting, ME, 0.0)
    assert you is not None
    return {
        "name": case.name,
        "meeting": {
            "phase": meeting.phase,
            "floor": meeting.floor,
            "stick": dataclasses.asdict(meeting.stick),
            "paused": meeting.paused,
            "silence": meeting.silence,
            "interjecting": meeting.interjecting,
        },
        "you": {
            "member_id": you.member_id,
            "role": you.role,
            "presence": you.presence,
            "quietened": you.quietened,
            "speaks_from": you.speaks_from,
        },
        "heard": case.heard,
    }


def removed(meeting: Meeting) -> Meeting:
    return replace(meeting, removed=(ME,))


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
