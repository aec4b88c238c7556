"""The sockets of a running room: who comes in and goes out, and what is refused on the way."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed, InvalidStatus

from realtime import line
from realtime.client import ConnectRefused, RoomClient, RoomClosed
from realtime.domain.commands import (
    Accept,
    Admit,
    Close,
    Extend,
    HandOver,
    Leave,
    Lock,
    NeedHand,
    PassStick,
    Remove,
    SetFloor,
    SpeakHere,
    StartRound,
    StepOut,
    TakeOn,
    TurnAway,
)
from realtime.domain.meeting import Floor, Order, Presence, TurnId, Wording
from realtime.domain.refusal import Reason
from tests.realtime.conftest import House


def presence(person: RoomClient, name: str) -> Presence | None:
    seats = person.meeting.seats if person.meeting else ()
    return next((seat.presence for seat in seats if seat.name == name), None)


async def tab(house: House, name: str, tab: str) -> RoomClient:
    """One more connection of a person, under an id of its own."""
    opening = RoomClient.connect(house.url, house.slug, f"name={name}", tab=tab)
    person = await house.stack.enter_async_context(opening)
    await person.until(lambda p: p.meeting and p.you)
    return person


async def ended(person: RoomClient) -> None:
    """Wait until the server has closed this person's line."""
    while not person.closed:
        await person.change()


# --- Coming in ---


async def test_a_facilitator_sits_down_and_a_member_waits_until_let_in(house: House) -> None:
    host = await house.come("Bu Sari")
    dewi = await house.come("Dewi")
    await dewi.until(lambda p: p.lobby)
    assert dewi.lobby and (dewi.lobby.state, dewi.lobby.host) == ("waiting", "Bu Sari")
    assert not any(frame.startswith('42["meeting"') for frame in dewi.frames)
    assert (await host.send(Admit(dewi.me))).ok
    await dewi.until(lambda p: p.meeting and p.you)
    assert dewi.meeting and [seat.name for seat in dewi.meeting.seats] == ["Bu Sari", "Dewi"]
    assert dewi.joined and dewi.joined.seated


@pytest.mark.parametrize(
    ("cookie", "reason"), [("", "not_signed_in"), ("name=Orang", "not_a_member")]
)
async def test_a_stranger_is_refused_with_the_reason(
    house: House, cookie: str, reason: str
) -> None:
    with pytest.raises(ConnectRefused) as refusal:
        async with RoomClient.connect(house.url, house.slug, cookie):
            pass
    assert refusal.value.reason == reason


async def test_an_older_client_is_asked_to_reload(house: House) -> None:
    with pytest.raises(ConnectRefused) as refusal:
        await house.come("Dewi", protocol=0)
    assert refusal.value.reason == Reason.OLD_CLIENT


async def test_another_site_cannot_open_a_socket_in_a_members_browser(house: House) -> None:
    address = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    with pytest.raises(InvalidStatus):
        await open_websocket(address, additional_headers={"Origin": "http://elsewhere.example"})


async def test_a_fourth_tab_is_refused_and_the_other_three_stay(house: House) -> None:
    tabs = [await house.come("Bu Sari") for _ in range(3)]
    with pytest.raises(ConnectRefused) as refusal:
        await house.come("Bu Sari")
    assert refusal.value.reason == Reason.TOO_MANY_TABS
    for tab in tabs:
        assert (await tab.sync()).ok


async def test_who_never_says_hello_is_closed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "HELLO_SECONDS", 0.1)
    address = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    async with open_websocket(address) as socket:
        assert (await socket.recv()).startswith("0")  # type: ignore[arg-type]
        # The beat of all lines may come first.
        assert [said async for said in socket] in ([], ["2"])
        with pytest.raises(ConnectionClosed):
            await socket.recv()


# --- Staying ---


async def test_two_tabs_are_one_person_and_the_seat_stays_until_the_last_is_gone(
    house: House,
) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    other = await house.come("Dewi")
    await other.until(lambda p: p.meeting)
    assert other.meeting and len(other.meeting.seats) == 2
    await host.say("selamat malam")
    for tab in (dewi, other):
        await tab.until(lambda p: p.said)
    await dewi.vanish()
    assert (await host.send(SetFloor(Floor.QUIET))).ok
    await host.until(lambda p: p.meeting and p.meeting.floor is Floor.QUIET)
    assert presence(host, "Dewi") is Presence.HERE
    await other.vanish()
    await host.until(lambda p: presence(p, "Dewi") is Presence.AWAY)


async def test_coming_back_gives_the_same_seat_and_the_present_and_no_old_words(
    house: House,
) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await host.say("satu")
    await dewi.until(lambda p: p.said)
    await dewi.vanish()
    await host.until(lambda p: presence(p, "Dewi") is Presence.AWAY)
    await host.say("kata yang kedua")
    again = await house.come("Dewi")
    await again.until(lambda p: p.meeting and p.you)
    assert again.joined and again.joined.seq == 2
    assert again.said == []
    assert presence(again, "Dewi") is Presence.HERE
    await host.say("tiga")
    await again.until(lambda p: p.said)
    assert [said.seq for said in again.said] == [3]
    assert "kata yang kedua" not in "".join(again.frames)


async def test_edge_07_the_holder_speaks_from_one_tab_until_they_move_it(house: House) -> None:
    host, rina, _ = await house.seat("Bu Sari", "Rina", "Dewi")
    phone, laptop = await tab(house, "Dewi", "phone"), await tab(house, "Dewi", "laptop")
    await host.send(StartRound(Wording(""), Order.BY_HAND, named=(phone.me,)))
    for device in (phone, laptop):
        await device.until(lambda p: p.you and p.you.offered)
    await phone.send(Accept())
    for device in (phone, laptop):
        await device.until(lambda p: p.you and p.you.speaks_from == "phone")
    assert (await phone.say("dari ponsel")).ok
    assert (await laptop.say("dari laptop")).reason is Reason.ELSEWHERE
    assert (await laptop.send(SpeakHere())).ok
    assert (await laptop.say("sekarang dari sini")).ok
    assert (await phone.say("masih bicara")).reason is Reason.ELSEWHERE
    await laptop.vanish()
    await phone.until(lambda p: p.you and p.you.speaks_from == "")
    assert (await phone.say("kembali ke ponsel")).ok
    assert rina.meeting and rina.holder == phone.me


async def test_edge_06_who_was_slower_gets_the_present_state_and_who_acted(house: House) -> None:
    host, other, dewi = await house.seat("Bu Sari", "Bu Ani", "Dewi")
    assert other.meeting
    seen = [other.meeting.epoch, other.meeting.version]
    assert (await host.send(SetFloor(Floor.QUIET))).ok
    await other.until(lambda p: p.meeting and p.meeting.floor is Floor.QUIET)
    frames = len(other.frames)
    slower = await other.emit(
        "command",
        {"command_id": "of-bu-ani", "seen": seen, "command": SetFloor(Floor.STICK)},
    )
    assert (slower.ok, slower.reason, slower.by) == (False, Reason.CONFLICT, host.me)
    again = [frame for frame in other.frames[frames:] if frame.startswith('42["meeting"')]
    assert len(again) == 1
    beside = await other.emit(
        "command", {"command_id": "also-ani", "seen": seen, "command": Lock(True)}
    )
    assert beside.ok
    await dewi.until(lambda p: p.meeting and p.meeting.locked)
    assert dewi.meeting and dewi.meeting.floor is Floor.QUIET


async def test_who_begins_to_facilitate_gets_the_guide_once_and_nobody_else_does(
    house: House,
) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    assert host.guide and host.guide.soft_seconds == house.door.frame.soft_seconds
    await host.send(HandOver(dewi.me, stay=True))
    await dewi.until(lambda p: p.you and p.you.handing)
    assert dewi.guide is None
    await dewi.send(TakeOn(yes=True))
    await dewi.until(lambda p: p.guide and p.facilitating)
    await host.send(Lock(True))
    await rina.until(lambda p: p.meeting and p.meeting.locked)
    for person, times in ((host, 1), (dewi, 1), (rina, 0)):
        assert sum(frame.startswith('42["guide"') for frame in person.frames) == times


# --- Going out ---


async def test_somebody_removed_is_told_closed_and_not_let_in_again(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    assert (await host.send(Remove(dewi.me, ban=False))).ok
    await ended(dewi)
    assert dewi.gone and dewi.gone.reason == "removed"
    with pytest.raises(ConnectRefused) as refusal:
        await house.come("Dewi")
    assert refusal.value.reason == Reason.REMOVED
    await host.say("kita lanjut")
    await rina.until(lambda p: p.said)
    assert "kita lanjut" not in "".join(dewi.frames)


async def test_somebody_banned_hears_that_it_is_for_good(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    assert (await host.send(Remove(dewi.me, ban=True))).ok
    await ended(dewi)
    assert dewi.gone and dewi.gone.reason == "banned"
    assert house.door.banned == {"Dewi"}


async def test_a_member_can_ban_nobody(house: House) -> None:
    _host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    answer = await dewi.send(Remove(rina.me, ban=True))
    assert answer.reason is Reason.NOT_ALLOWED
    assert house.door.banned == set()


async def test_leaving_closes_every_tab_of_that_person_alone(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    other = await house.come("Dewi")
    await dewi.send(Leave())
    await ended(dewi)
    await ended(other)
    assert dewi.gone and dewi.gone.reason == "left"
    assert (await host.sync()).ok


async def test_somebody_turned_away_learns_it_and_nothing_of_the_room(house: House) -> None:
    host = await house.come("Bu Sari")
    dewi = await house.come("Dewi")
    await host.send(TurnAway(dewi.me))
    await ended(dewi)
    assert dewi.lobby and dewi.lobby.state == "turned_away"
    assert dewi.meeting is None


async def test_closing_says_goodbye_to_all_and_leaves_nobody_in_the_store(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    assert (await host.send(Close())).ok
    for person in (host, dewi):
        await ended(person)
        assert person.gone and person.gone.reason == "ended"
    assert house.door.visits == [(host.me, dewi.me)]
    left = await house.live.room.load(house.circle_id)
    assert left is not None
    assert left.seats == ()
    with pytest.raises(ConnectRefused) as refusal:
        await house.come("Dewi")
    assert refusal.value.reason == Reason.ENDED


async def test_a_facilitator_can_open_the_circle_again_the_same_evening(house: House) -> None:
    host = await house.come("Bu Sari")
    await host.send(Close())
    await ended(host)
    again = await house.come("Bu Sari")
    await again.until(lambda p: p.meeting)
    assert again.joined and host.joined and again.joined.epoch > host.joined.epoch


# --- What is refused ---


async def test_a_malformed_payload_is_told_so_and_the_room_goes_on(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    right = {"command_id": "12345678", "seen": [1, 1], "command": {"type": "ask"}}
    bad: list[tuple[str, object]] = [
        ("command", right | {"command": {"type": "fly"}}),
        ("command", right | {"command": {"type": "ask", "as": 1}}),
        ("command", right | {"command_id": "short"}),
        ("command", right | {"seen": ["1", 1]}),
        ("say", {"id": "12345678"}),
        ("say", {"id": "12345678", "text": 3}),
        ("say", ["12345678", "text"]),
        ("nod", None),
    ]
    for event, payload in bad:
        answer = await dewi.emit(event, payload)
        assert answer.reason is Reason.MALFORMED, (event, payload)
    assert (await host.say("masih di sini")).ok


async def test_no_payload_names_its_own_actor_or_its_circle(house: House) -> None:
    _, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    for more in ({"member_id": rina.me}, {"circle": "other"}):
        answer = await dewi.emit("say", {"id": "12345678", "text": "halo", **more})
        assert answer.reason is Reason.MALFORMED


@pytest.mark.parametrize("event", ["shout", "connect", "disconnect", "*", "message", "joined"])
async def test_an_event_nobody_knows_is_refused(house: House, event: str) -> None:
    (host,) = await house.seat("Bu Sari")
    answer = await host.emit(event, {})
    assert answer.reason is Reason.UNKNOWN_EVENT
    assert (await host.sync()).ok


async def test_a_frame_too_large_is_answered_and_not_passed_on(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    answer = await host.emit("say", {"id": "12345678", "text": "x" * 20_000})
    assert answer.reason is Reason.TOO_LARGE
    await host.say("kecil")
    await dewi.until(lambda p: p.said)
    assert dewi.said[0].text == "kecil"


@pytest.mark.parametrize(
    "frame",
    [
        "4",
        "",
        "9",
        "42",
        "42[",
        "42{}",
        '451-["say",{"_placeholder":true,"num":0}]',
        '42["say"' + "[" * 9000,
        "40",
        "4" + "[" * 9000,
    ],
)
async def test_junk_closes_that_line_and_leaves_no_ghost(house: House, frame: str) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await dewi.send_raw(frame)
    await ended(dewi)
    await host.until(lambda p: presence(p, "Dewi") is Presence.AWAY)
    assert (await host.sync()).ok


async def test_a_command_of_an_earlier_life_of_the_meeting_gets_the_present_one(
    house: House,
) -> None:
    (host,) = await house.seat("Bu Sari")
    frames = len(host.frames)
    answer = await host.emit(
        "command",
        {"command_id": "12345678", "seen": [0, 1], "command": {"type": "pause"}},
    )
    assert answer.reason is Reason.CONFLICT
    assert any(frame.startswith('42["meeting"') for frame in host.frames[frames:])


async def test_a_repeated_command_and_a_stale_turn_change_nothing(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    start = StartRound(Wording("Apa kabar?"), Order.SEATS)
    first = await host.send(start, command_id="the-same-id")
    again = await host.send(start, command_id="the-same-id")
    assert first.ok and again.ok and first.version == again.version
    await dewi.until(lambda p: p.you and p.you.offered)
    stale = await dewi.send(PassStick(TurnId("long-gone"), None))
    assert stale.ok and stale.version == first.version


async def test_a_number_no_person_would_send_is_malformed(house: House) -> None:
    (host,) = await house.seat("Bu Sari")
    answer = await host.send(Extend(TurnId("t"), 10**9))
    assert answer.reason is Reason.MALFORMED


async def test_somebody_at_the_door_can_send_nothing_into_the_room(house: House) -> None:
    host = await house.come("Bu Sari")
    dewi = await house.come("Dewi")
    assert (await dewi.say("halo")).reason is Reason.NOT_SEATED
    assert (await dewi.nod()).reason is Reason.NOT_SEATED
    assert (await dewi.send(NeedHand())).reason is Reason.NOT_SEATED
    assert (await dewi.observe(True)).ok
    await host.until(lambda p: p.facilitating and p.facilitating.waiting[0].observer)


async def test_a_script_that_hurries_is_slowed_and_nobody_else_notices(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    answers = await asyncio.gather(*(dewi.sync() for _ in range(30)))
    assert Reason.TOO_FAST in {answer.reason for answer in answers}
    assert (await host.sync()).ok


async def test_a_script_that_floods_is_closed_and_keeps_its_seat(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    for _ in range(200):
        await dewi.send_raw('42["tidak_ada",{}]')
    with pytest.raises(RoomClosed):
        await dewi.until(lambda _: False)
    assert (await host.sync()).ok
    again = await house.come("Dewi")
    await again.until(lambda p: p.meeting)


async def test_a_lost_line_is_an_error_for_whoever_still_writes(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await dewi.vanish()
    with pytest.raises(RoomClosed):
        await dewi.send(StepOut())
    assert (await host.sync()).ok
