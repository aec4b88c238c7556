"""A meeting as JSON: whole, exact, and nothing that this version does not know."""

from __future__ import annotations

import traceback
from dataclasses import fields, replace

import orjson
import pytest

from realtime.domain.meeting import (
    Asked,
    CircleId,
    Frame,
    Hand,
    Handing,
    Held,
    Meeting,
    MemberId,
    Notice,
    NoticeKind,
    Offered,
    Phase,
    PlaceHeld,
    Presence,
    Resting,
    Role,
    Round,
    Seat,
    Standing,
    Step,
    Stick,
    Touched,
    TurnId,
    Unfinished,
    Waiting,
    Wording,
)
from realtime.wire import Unreadable, dump_meeting, parse_meeting

SITI = MemberId("siti")
TURN = TurnId("t")
FULL = Meeting(
    CircleId("c"),
    Frame(
        "Pagi",
        door="open",
        prompts=(Wording("Apa kabar?"),),
        agenda=(Step(Phase.OPENING, 5, Wording("Buka"), Wording("Selamat datang")),),
    ),
    opened=1_764_000_000.123456,
    prompt=Wording('“Kabar” \n\u2028 "hari ini" 🌱'),
    seats=(Seat(SITI, "Siti", Role.MEMBER, Presence.AWAY, 2.5, Standing.DEFERRED, True, 3, 4.5),),
    waiting=(Waiting(SITI, "Siti", True, 1.0),),
    unfinished=(Unfinished(SITI, TURN, 1.0, 2.0),),
    round=Round(2, (SITI,)),
    asked=(Asked(SITI, 1.0),),
    ready=(SITI,),
    interjecting=(SITI,),
    hands=(Hand(SITI, 1.0),),
    handing=Handing(SITI, None, stay=True),
    successor=SITI,
    quietened=(SITI,),
    notices=(Notice(1, NoticeKind.REMOVED, SITI, None),),
    touched=(Touched("floor", SITI, 3),),
    removed=(SITI,),
    turned_away=(SITI,),
    done=("command-1",),
)
STICKS: list[Stick] = [
    Resting(),
    Offered(SITI, 1.0),
    Held(SITI, TURN, 1.0, 2.0),
    PlaceHeld(SITI, TURN, 3.0, 1.0, 2.0),
]


@pytest.mark.parametrize("stick", STICKS, ids=lambda stick: str(stick.kind))
def test_a_meeting_comes_back_as_it_was(stick: Stick) -> None:
    meeting = replace(FULL, stick=stick)
    assert parse_meeting(dump_meeting(meeting)) == meeting
    assert set(orjson.loads(dump_meeting(meeting))) == {field.name for field in fields(Meeting)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"version":0', b'"version":0,"said":"x"'),
        (b'"first_visit":true', b'"first_visit":true,"age":7'),
        (b'"version":0', b'"version":"0"'),
        (b'"locked":false', b'"locked":0'),
        (b'"role":"member"', b'"role":"moderator"'),
        (b'"title":"Pagi",', b""),
        (b'"circle_id":"c"', b'"circle_id":"c'),
    ],
)
def test_what_is_unknown_or_only_looks_right_is_refused(old: bytes, new: bytes) -> None:
    good = dump_meeting(FULL)
    assert old in good
    with pytest.raises(Unreadable):
        parse_meeting(good.replace(old, new, 1))


def test_nothing_is_no_meeting() -> None:
    for data in (b"null", b"", b"[]", b"{}"):
        with pytest.raises(Unreadable):
            parse_meeting(data)


def test_a_refusal_quotes_nothing_of_what_it_refused() -> None:
    canary = "kenari".upper()
    with pytest.raises(Unreadable) as caught:
        parse_meeting(orjson.dumps({"prompt": canary}))
    assert canary not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
