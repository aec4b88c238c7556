"""What must hold of every meeting at every moment, as plain checks. Draws nothing at random."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from realtime import present
from realtime.domain import chat
from realtime.domain.audience import facilitators, on_line
from realtime.domain.meeting import (
    Floor,
    Held,
    Instant,
    Meeting,
    MemberId,
    Offered,
    Phase,
    PlaceHeld,
    Presence,
    Resting,
    Role,
    Seat,
)
from realtime.domain.reading import (
    PENDING,
    attended,
    greets,
    newcomers_of,
    open_round,
    seated,
    stick_person,
    turn_of,
    unfinished_of,
)
from realtime.domain.refusal import Refused
from realtime.domain.stick import next_deadline
from tests.realtime.domain.circle import ADI, SARI

FACILITATORS = (SARI, ADI)
MEMBERS = tuple(MemberId(n) for n in ("rina", "siti", "budi", "tono", "wati", "joko"))
PEOPLE = FACILITATORS + MEMBERS
TABS = ("phone", "laptop")
COMPANIONS = {MEMBERS[0]: MEMBERS[1], MEMBERS[2]: FACILITATORS[0], MEMBERS[3]: MEMBERS[3]}
"""Newcomer -> who accompanies them; one is paired with nobody but themselves."""
PAIRS = tuple(
    (person, to)
    for at, person in enumerate(PEOPLE)
    for to in (None, COMPANIONS.get(person), PEOPLE[at - 1], PEOPLE[(at + 1) % len(PEOPLE)])
)


def the_stick_is_with_somebody_who_can_have_it(m: Meeting, _: Instant) -> None:
    member = stick_person(m)
    if member is None:
        return
    seat = m.seat(member)
    assert seat is not None
    assert seat.role is not Role.OBSERVER
    assert member not in m.removed
    assert member not in m.quietened, "the floor was taken from whoever has the stick"
    allowed = {
        Held: {Presence.HERE},
        Offered: {Presence.HERE, Presence.AWAY},
        PlaceHeld: {Presence.AWAY},
    }
    assert seat.presence in allowed[type(m.stick)]


def everybody_still_to_speak_has_exactly_one_place(m: Meeting, _: Instant) -> None:
    current = open_round(m)
    order = current.order if current else ()
    assert len(set(order)) == len(order)
    pending = {s.member_id for s in seated(m) if s.standing in PENDING}
    if current is None:
        # What a closed round leaves behind: nobody waits in it, but where the meeting ended.
        assert not pending or m.phase is Phase.ENDED
        return
    for member in pending:
        interrupted = unfinished_of(m, member) is not None
        at_stick = stick_person(m) == member
        places = (member in order) + (interrupted or at_stick)
        assert places == 1, f"{member} has {places} places"
    assert set(order) <= pending


def a_round_is_open_only_while_somebody_is_to_speak(m: Meeting, _: Instant) -> None:
    if open_round(m):
        assert any(s.standing in PENDING for s in seated(m))


def may_write(m: Meeting, person: MemberId, tab: str = "") -> bool:
    with suppress(Refused):
        chat.may_say(m, person, tab)
        return True
    return False


def words_follow_the_floor(m: Meeting, _: Instant) -> None:
    writing = {person for person in PEOPLE if may_write(m, person)}
    facilitating = {s.member_id for s in m.facilitators_present()}
    here = {s.member_id for s in m.seats if s.presence is Presence.HERE}
    observing = {s.member_id for s in m.seats if s.role is Role.OBSERVER}
    assert writing <= here - observing
    assert not writing & set(m.quietened), "somebody quietened writes"
    holder = m.holder()
    # Whoever types what is spoken writes whatever the floor, but in no pause.
    free = facilitating | ({m.typist} if m.typist and not m.paused else set())
    if m.floor is Floor.STICK and not isinstance(m.stick, Resting):
        assert writing <= free | ({holder} if holder else set())
    if m.floor is Floor.QUIET or m.paused:
        assert writing <= free
    if m.phase is not Phase.ENDED:
        assert not set(m.quietened) & facilitating, "a facilitator without the floor"


def the_holder_speaks_from_one_connection(m: Meeting, _: Instant) -> None:
    holder = m.holder()
    seat = m.seat(holder) if holder else None
    if holder and seat and seat.tab:
        others = (tab for tab in TABS if tab != seat.tab)
        assert not any(may_write(m, holder, tab) for tab in others)


def seats_are_unique_and_not_too_many(m: Meeting, _: Instant) -> None:
    ids = [s.member_id for s in m.seats]
    assert len(set(ids)) == len(ids)
    assert len(seated(m)) <= m.frame.seats + len(FACILITATORS)
    gone = {s.member_id for s in m.seats if s.presence is Presence.LEFT}
    assert set(m.removed) & set(ids) <= gone
    assert not {w.member_id for w in m.waiting} & {s.member_id for s in seated(m)}


def left_alone_it_is_paused_and_locked(m: Meeting, now: Instant) -> None:
    if m.phase is Phase.ENDED or turn_of(m) or attended(m, now):
        return
    assert m.paused
    assert m.locked
    assert isinstance(m.stick, Resting)


def a_silence_is_called_only_where_the_circle_agreed(m: Meeting, _: Instant) -> None:
    if m.silence:
        assert m.paused
        assert m.frame.bell


def a_warning_is_given_only_where_the_circle_agreed(m: Meeting, _: Instant) -> None:
    if isinstance(m.stick, Held) and m.stick.warned is not None:
        assert m.frame.hard_limit


def with_nothing_private(seat: Seat) -> Seat:
    """A seat as every other seat may know it."""
    return Seat(seat.member_id, seat.name, seat.role, seat.presence)


def the_door_and_the_typing_are_with_one_member_at_most(m: Meeting, _: Instant) -> None:
    for helper in (m.greeter, m.typist):
        if helper is not None:
            seat = m.seat(helper)
            assert seat is not None
            assert seat.role is Role.MEMBER
            assert seat.presence is not Presence.LEFT
            assert helper not in m.quietened


def private_lines_join_only_who_may(m: Meeting, _: Instant) -> None:
    """A line is between one person and the facilitators, or between two who are paired."""
    facilitating = facilitators(m)
    # Each with themselves, the facilitators and their neighbour; pairs sit side by side.
    for person, to in PAIRS:
        with suppress(Refused):
            line, of = chat.may_whisper(m, person, to)
            people = on_line(m, line, of)
            assert person in people, "somebody does not see what they wrote"
            if line == "facilitators":
                assert people - facilitating <= {of}
                assert person == of or person in facilitating
            else:
                assert people == {person, to}
                assert to is not None
                assert to in (
                    COMPANIONS.get(person),
                    *(n for n, k in COMPANIONS.items() if k == person),
                )
                assert not people & facilitating


def known_to(person: MemberId, seat: Seat) -> Seat:
    """A seat as that person may know it: their own, and that they accompany whoever sits there."""
    if seat.member_id == person:
        return seat
    bare = with_nothing_private(seat)
    return replace(bare, companion=person) if seat.companion == person else bare


def members_see_no_fact_that_is_for_facilitators(m: Meeting, now: Instant) -> None:
    """Take out what is not for them: what they see must stay the same, to the last bit."""
    bare = replace(
        m,
        seats=tuple(map(with_nothing_private, m.seats)),
        waiting=(),
        hands=(),
        asked=(),
        ready=(),
        handing=None,
        successor=None,
        touched=(),
        done=(),
        turned_away=(),
        removed=(),
    )
    assert present.meeting_view(bare, now) == present.meeting_view(m, now)
    for person in PEOPLE:
        mine = replace(
            m,
            seats=tuple(known_to(person, s) for s in m.seats),
            waiting=m.waiting if greets(m, person) else (),
            hands=tuple(h for h in m.hands if h.member_id in (person, *newcomers_of(m, person))),
            ready=tuple(r for r in m.ready if r == person),
            handing=m.handing if m.handing and m.handing.to == person else None,
            successor=m.successor if m.successor == person else None,
            quietened=tuple(q for q in m.quietened if q == person),
            touched=(),
            done=(),
            removed=(),
        )
        assert present.you_view(mine, person, now) == present.you_view(m, person, now)


def every_view_can_be_built(m: Meeting, now: Instant) -> None:
    present.facilitator_view(m, now)
    present.guide_view(m)
    for person in PEOPLE:
        present.lobby_view(m, person)


def after_the_end_nothing_is_left_to_do(m: Meeting, _: Instant) -> None:
    if m.phase is Phase.ENDED:
        assert next_deadline(m) is None
        assert isinstance(m.stick, Resting)


ALWAYS: tuple[Callable[[Meeting, Instant], None], ...] = (
    the_stick_is_with_somebody_who_can_have_it,
    everybody_still_to_speak_has_exactly_one_place,
    a_round_is_open_only_while_somebody_is_to_speak,
    words_follow_the_floor,
    the_holder_speaks_from_one_connection,
    seats_are_unique_and_not_too_many,
    left_alone_it_is_paused_and_locked,
    a_silence_is_called_only_where_the_circle_agreed,
    a_warning_is_given_only_where_the_circle_agreed,
    the_door_and_the_typing_are_with_one_member_at_most,
    private_lines_join_only_who_may,
    members_see_no_fact_that_is_for_facilitators,
    every_view_can_be_built,
    after_the_end_nothing_is_left_to_do,
)
