"""Somebody of one circle with the identifiers of another: they learn nothing and change nothing."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, get_args

import orjson
import pytest

from realtime.domain.commands import Command
from realtime.domain.meeting import CircleId, Meeting, MemberId, Phase, TurnId
from realtime.domain.reading import turn_of
from realtime.wire import dump_meeting, parse_meeting
from tests.realtime.matrix import CIRCLE, Stage, me, samples

ELSEWHERE = CircleId("elsewhere-jumat")
NAMED = {"member_id", "to", "before", "named", "turn_id"}
"""Fields of commands that hold an identifier."""
FREE = {"seconds", "on", "off", "yes", "done", "ban", "revoke", "stay", "closing", "type"}
"""And those that hold none."""
SPOKEN = {"prompt", "order", "floor", "phase"}
ASKING = ("member", "holder", "facilitator")


def another(meeting: Meeting) -> Meeting:
    """The same evening in another circle: every person and the turn are others."""
    text = (
        dump_meeting(meeting)
        .replace(b'"m-', b'"elsewhere-')
        .replace(CIRCLE.encode(), ELSEWHERE.encode())
    )
    moved = parse_meeting(text)
    turn = turn_of(meeting)
    assert turn
    return parse_meeting(dump_meeting(moved).replace(turn[1].encode(), b"elsewhere-turn-under-way"))


def with_ids(command: Command, member: str, turn: str) -> dict[str, Any]:
    filled: dict[str, Any] = dict(vars(command))
    for name in filled:
        if name == "turn_id":
            filled[name] = TurnId(turn)
        elif name == "named":
            filled[name] = (MemberId(member),)
        elif name in ("member_id", "to", "before"):
            filled[name] = MemberId(member)
    return filled


COMMANDS = [kind.type for kind in get_args(Command) if NAMED & {f.name for f in fields(kind)}]
EVENTS = ("whisper", "retract", "sound_answer", "sound_leave")


def test_every_field_of_a_command_is_known_to_hold_an_identifier_or_none() -> None:
    used = {field.name for kind in get_args(Command) for field in fields(kind)}
    assert used == NAMED | FREE | SPOKEN


async def answered(stage: Stage, who: str, event: str, payload: object) -> tuple[str, Meeting]:
    """What somebody is told, and what became of their own circle."""
    there = another(await stage.put("held", Phase.SHARING, "as it is"))
    stage.memory.meetings[ELSEWHERE] = stage.live.room.known[ELSEWHERE] = there
    stage.socket(who)
    answer = await stage.live.events._any("sid", event, payload)
    assert stage.memory.meetings[ELSEWHERE] == there
    assert stage.memory.sequences.get(ELSEWHERE, 0) == 0
    return orjson.dumps(answer).decode(), stage.meeting


@pytest.mark.parametrize("who", ASKING)
@pytest.mark.parametrize("row", COMMANDS)
async def test_a_command_with_anothers_ids_is_answered_as_one_with_made_up_ones(
    row: str, who: str
) -> None:
    stage = Stage()
    command: Any = samples()[row][1]
    seen = []
    for member, turn in (
        ("elsewhere-member", "elsewhere-turn-under-way"),
        ("made-up", "made-up-turn"),
    ):
        meeting = await stage.put("held", Phase.SHARING, "as it is")
        sent = {
            "command_id": "a-new-command",
            "seen": [meeting.epoch, meeting.shown],
            "command": with_ids(command, member, turn),
        }
        said, after = await answered(stage, who, "command", sent)
        assert "elsewhere-" not in said
        assert b'"elsewhere-' not in dump_meeting(after)
        seen.append((said, replace(after, touched=(), done=())))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("who", ASKING)
@pytest.mark.parametrize("event", EVENTS)
async def test_an_event_with_anothers_ids_is_answered_as_one_with_made_up_ones(
    event: str, who: str
) -> None:
    stage = Stage()
    seen = []
    for made in ("elsewhere-of-another-circle", "elsewhere-that-never-was"):
        payload: dict[str, str] = {
            "whisper": {"id": "a-new-line", "to": made.replace("of-another-circle", "member")},
            "retract": {"id": made},
            "sound_answer": {"ticket": made, "sdp": "v=0"},
            "sound_leave": {"ticket": made},
        }[event]
        words = {"text": "halo"} if event == "whisper" else {}
        seen.append(await answered(stage, who, event, payload | words))
    assert seen[0] == seen[1]


async def test_one_who_is_in_both_circles_is_asked_at_each_door_by_itself() -> None:
    stage = Stage()
    there = another(await stage.put("held", Phase.SHARING, "as it is"))
    stage.memory.meetings[ELSEWHERE] = stage.live.room.known[ELSEWHERE] = there
    assert await stage.connect("not_come") is None
    assert me("not_come") not in {w.member_id for w in stage.memory.meetings[ELSEWHERE].waiting}
