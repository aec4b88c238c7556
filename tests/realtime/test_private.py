"""The bytes on other people's sockets: what is private sends them nothing, not even a frame."""

from __future__ import annotations

from realtime.client import RoomClient
from realtime.domain.commands import (
    Accept,
    Admit,
    Ask,
    Command,
    Decline,
    HandOver,
    LowerHand,
    NameSuccessor,
    NeedHand,
    Offer,
    Quieten,
    Remind,
    SpeakHere,
    StartRound,
    StepOut,
    TakeHand,
)
from realtime.domain.meeting import Order, Wording
from tests.realtime.conftest import House


async def caught_up(*people: RoomClient) -> list[int]:
    """Everything sent so far has come: how many frames each has now.

    The first, a facilitator, hides a message that never was: that comes to everybody inside
    after all that was caused before, on the same line.
    """
    count = len(people[0].retracted) + 1
    assert (await people[0].retract(f"sampai-sini-{count}")).ok
    for person in people:
        await person.until(lambda p: len(p.retracted) >= count)
    return [len(person.frames) for person in people]


def since(person: RoomClient, mark: int) -> list[str]:
    """The frames from that mark on, without those that `caught_up` waits for."""
    return [frame for frame in person.frames[mark:] if "sampai-sini" not in frame]


async def frames_caused(
    house: House, host: RoomClient, actor: RoomClient, others: list[RoomClient], command: Command
) -> list[list[str]]:
    return await frames_of_all(host, others, (actor, command))


async def frames_of_all(
    host: RoomClient, others: list[RoomClient], *moves: tuple[RoomClient, Command]
) -> list[list[str]]:
    """Of several moves at once: asking after each is more than a facilitator may do in a second."""
    marks = await caught_up(host, *others)
    for actor, command in moves:
        assert (await actor.send(command)).ok
    await caught_up(host, *others)
    return [since(person, mark) for person, mark in zip(others, marks[1:], strict=True)]


async def test_a_call_for_a_hand_sends_other_members_no_frame_at_all(house: House) -> None:
    host, dewi, rina, siti = await house.seat("Bu Sari", "Dewi", "Rina", "Siti")
    await siti.send(StepOut())
    await rina.until(lambda p: p.meeting and "stepped_out" in str(p.meeting.seats))
    version = rina.meeting.version if rina.meeting else -1
    assert await frames_caused(house, host, dewi, [rina], NeedHand()) == [[]]
    await host.until(lambda p: p.facilitating and p.facilitating.hands)
    assert host.facilitating and host.facilitating.hands[0].member_id == dewi.me
    await dewi.until(lambda p: p.you and p.you.hand_sent)
    assert await frames_caused(house, host, host, [rina], TakeHand(dewi.me, done=False)) == [[]]
    assert await frames_caused(house, host, host, [rina], TakeHand(dewi.me, done=True)) == [[]]
    # Nor does what comes later tell: the version they see moved by one, for one thing shown.
    await host.send(StartRound(Wording("Apa kabar?"), Order.SEATS))
    await rina.until(lambda p: p.meeting and p.meeting.round)
    assert rina.meeting and rina.meeting.version == version + 1
    for person in (rina, siti):
        assert 'hand_sent":true' not in "".join(person.frames)
        assert '"hands":[{' not in "".join(person.frames)


async def test_a_word_to_the_holder_reaches_no_screen_but_theirs(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    await host.send(StartRound(Wording(""), Order.SEATS))
    await dewi.until(lambda p: p.you and p.you.offered)
    await dewi.send(Accept())
    await dewi.until(lambda p: p.you and p.you.turn_id)
    assert dewi.you and dewi.you.turn_id
    (caused,) = await frames_caused(house, host, host, [rina], Remind(dewi.you.turn_id))
    assert caused == []
    await dewi.until(lambda p: p.you and p.you.wind_up == 1)
    assert 'wind_up":1' not in "".join(rina.frames)


async def test_where_somebody_speaks_from_and_who_may_take_over_reach_nobody_else(
    house: House,
) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    moves = (
        (dewi, SpeakHere()),
        (host, NameSuccessor(dewi.me)),
        (host, HandOver(dewi.me, stay=True)),
        (dewi, Ask()),
        (host, LowerHand(None)),
    )
    assert await frames_of_all(host, [rina], *moves) == [[]]
    await dewi.until(lambda p: p.you and p.you.successor and p.you.handing)


async def test_that_the_floor_was_taken_is_told_to_all_and_who_had_no_turn_to_nobody(
    house: House,
) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    await host.send(Quieten(dewi.me, on=True))
    await dewi.until(lambda p: p.you and p.you.quietened)
    await rina.until(lambda p: p.meeting and p.meeting.notices[-1].kind == "quietened")
    await host.until(lambda p: p.facilitating and dewi.me in p.facilitating.unheard)
    assert "unheard" not in "".join(rina.frames)
    assert 'quietened":true' not in "".join(rina.frames)


async def test_asking_moves_nothing_on_the_screens_of_others(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    assert await frames_caused(house, host, dewi, [rina], Ask()) == [[]]
    await host.until(lambda p: p.facilitating and p.facilitating.asked)
    await dewi.until(lambda p: p.you and p.you.place == 1)


async def test_who_is_at_the_door_is_for_facilitators_alone(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    marks = await caught_up(host, dewi)
    rina = await house.come("Rina")
    await host.until(lambda p: p.facilitating and p.facilitating.waiting)
    await caught_up(host, dewi)
    assert since(dewi, marks[1]) == []
    await host.send(Admit(rina.me))
    await dewi.until(lambda p: p.meeting and len(p.meeting.seats) == 3)


async def test_somebody_at_the_door_receives_nothing_of_the_room(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    rina = await house.come("Rina")
    await rina.until(lambda p: p.lobby)
    await host.send(StartRound(Wording("Apa kabar?"), Order.SEATS))
    await dewi.until(lambda p: p.you and p.you.offered)
    await host.say("selamat malam")
    await rina.until(lambda p: p.lobby and p.lobby.state == "late")
    await rina.sync()
    received = "".join(rina.frames)
    for word in ("Dewi", "m-Dewi", "Apa kabar", "selamat malam", "meeting", "said"):
        assert word not in received


async def test_turns_and_standings_are_told_to_nobody_else(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    await host.send(StartRound(Wording(""), Order.SEATS))
    await dewi.until(lambda p: p.you and p.you.offered)
    await dewi.send(Decline())
    await rina.until(lambda p: p.you and p.you.offered)
    await rina.send(Decline())
    await dewi.until(lambda p: p.you and p.you.offered)
    await host.send(Offer(dewi.me))
    await caught_up(host, dewi, rina)
    for person in (dewi, rina):
        meetings = "".join(f for f in person.frames if f.startswith('42["meeting"'))
        for private in ("standing", "deferred", "declined", "turn_id", 'nods"', "first_visit"):
            assert private not in meetings
        assert not any(frame.startswith('42["facilitating"') for frame in person.frames)


async def test_the_same_state_is_the_same_bytes_for_every_seat(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    await host.send(StartRound(Wording("Apa kabar?"), Order.SEATS))
    for person in (host, dewi, rina):
        await person.until(lambda p: p.meeting and p.meeting.round)
    last = {[f for f in p.frames if f.startswith('42["meeting"')][-1] for p in (host, dewi, rina)}
    assert len(last) == 1
