"""Who of many voices has one of three slots."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from realtime.audio.slots import SILENCE, SLOTS, Slots
from realtime.domain.meeting import MemberId

A, B, C, D = (MemberId(name) for name in "abcd")


def three_voices(now: float) -> Slots:
    slots = Slots()
    assert [slots.claim(name, now, voiced=True) for name in (A, B, C)] == [0, 1, 2]
    return slots


def test_whoever_comes_first_is_heard_and_a_fourth_waits() -> None:
    slots = three_voices(10.0)
    assert slots.claim(D, 10.0, voiced=True) is None
    assert slots.owners == (A, B, C)


def test_the_first_free_slot_is_taken() -> None:
    slots = three_voices(10.0)
    assert slots.release(B) == 1
    assert slots.claim(D, 10.1, voiced=True) == 1
    assert slots.claim(B, 10.2, voiced=True) is None


def test_silence_takes_no_slot_but_goes_out_in_ones_own() -> None:
    slots = Slots()
    assert slots.claim(A, 1.0, voiced=False) is None
    assert slots.claim(A, 1.0, voiced=True) == 0
    assert slots.claim(A, 1.1, voiced=False) == 0


def test_whoever_is_silent_for_long_loses_the_slot_though_packets_come() -> None:
    slots = three_voices(10.0)
    slots.claim(A, 11.0, voiced=True)
    slots.claim(B, 11.9, voiced=False)
    assert slots.expired(10.0 + SILENCE - 0.01) == ()
    assert slots.expired(10.0 + SILENCE) == (B, C)


def test_whoever_has_no_slot_releases_none() -> None:
    assert Slots().release(A) is None


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.booleans(), st.sampled_from(["claim", "release"]))
    )
)
def test_nobody_has_two_slots_and_no_slot_two_voices(
    steps: list[tuple[str, bool, str]],
) -> None:
    slots = Slots()
    for now, (name, voiced, what) in enumerate(steps):
        member = MemberId(name)
        before = slots.owners
        if what == "release":
            slots.release(member)
            assert member not in slots.owners
            continue
        slot = slots.claim(member, float(now), voiced=voiced)
        assert (slot is None) == (member not in slots.owners)
        if slot is None:
            assert None not in before or not voiced
        held = [owner for owner in slots.owners if owner is not None]
        assert len(held) == len(set(held)) <= SLOTS
        assert all(old in (None, new) for old, new in zip(before, slots.owners, strict=True))
