"""How often: a person notices no limit, a script meets it at once, nobody is locked out."""

from __future__ import annotations

from typing import get_args

import pytest

from realtime.domain.commands import Command
from realtime.limits import (
    ALL_EVENTS,
    COMMANDS,
    DOOR,
    EVENTS,
    FAILED_JOINS,
    LONGEST_AT_DOOR,
    LONGEST_WAIT,
    WORDS,
    Bucket,
    Connection,
    FailedJoins,
    Pace,
    network,
)

NOW = 1_000.0


def test_a_bucket_gives_its_burst_and_then_no_faster_than_it_fills() -> None:
    bucket = Bucket.full(WORDS, NOW)
    for _ in range(WORDS.burst):
        taken = bucket.take(WORDS, NOW)
        assert taken is not None
        bucket = taken
    assert bucket.take(WORDS, NOW + 1.9) is None
    assert bucket.take(WORDS, NOW + 2.1) is not None


def test_a_bucket_never_holds_more_than_its_burst_however_long_one_waits() -> None:
    assert Bucket(0, NOW).by(WORDS, NOW + 86_400).left == WORDS.burst


def test_a_clock_that_steps_back_takes_nothing_away_and_gives_nothing() -> None:
    assert Bucket(3, NOW).by(WORDS, NOW - 3_600).left == 3


def test_five_messages_in_ten_seconds_and_no_sixth() -> None:
    connection = Connection()
    assert [connection.may("say", NOW + at / 10) for at in range(6)] == [True] * 5 + [False]
    assert connection.may("say", NOW + 2.6)
    assert not connection.may("say", NOW + 2.7)


def test_ten_events_a_second_whatever_they_are() -> None:
    connection = Connection()
    events = ["nod", "sync"] * 5 + ["say", "command"]
    allowed = [connection.may(event, NOW, "ask") for event in events]
    assert allowed == [True] * ALL_EVENTS.burst + [False, False]
    assert connection.may("say", NOW + 1)


def test_a_hand_that_hurries_is_no_flood_and_a_script_is() -> None:
    hand, script = Connection(), Connection()
    for at in range(200):
        # Twenty presses a second: half of them are refused, and nothing more.
        hand.may("nod", NOW + at / 20)
        script.may("nod", NOW + at / 2000)
    assert not hand.floods
    assert script.floods


def test_a_nod_takes_nothing_from_the_words() -> None:
    connection = Connection()
    for at in range(30):
        connection.may("nod", NOW + at / 5)
    assert connection.may("say", NOW + 6.5)


def test_a_command_too_fast_takes_nothing_from_the_other_commands() -> None:
    connection = Connection()
    asked = [connection.may("command", NOW + at / 5, "ask") for at in range(14)]
    assert asked.count(True) < 14
    assert connection.may("command", NOW + 14 / 5, "leave")


def test_two_connections_have_a_budget_each() -> None:
    first, second = Connection(), Connection()
    for _ in range(6):
        first.may("say", NOW)
    assert not first.may("say", NOW)
    assert second.may("say", NOW)


def test_what_is_not_listed_never_passes() -> None:
    connection = Connection()
    assert not connection.may("shout", NOW)
    assert not connection.may("command", NOW, "become_king")
    assert connection.may("command", NOW, "ask")


def test_every_command_has_a_budget_and_every_budget_a_command() -> None:
    kinds = {kind.type for kind in get_args(Command)}
    assert kinds == set(COMMANDS)
    assert "command" in EVENTS


def test_twenty_failed_joins_cost_nothing_and_the_next_ones_wait_longer_and_longer() -> None:
    joins = FailedJoins()
    for _ in range(FAILED_JOINS.burst - 1):
        joins.failed("203.0.113.7", NOW)
        assert joins.wait("203.0.113.7", NOW) == 0
    waits = []
    for _ in range(200):
        joins.failed("203.0.113.7", NOW)
        waits.append(joins.wait("203.0.113.7", NOW))
    assert waits[0] > 0
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_a_network_that_failed_often_is_slowed_down_but_never_banned() -> None:
    joins = FailedJoins()
    for _ in range(10_000):
        joins.failed("203.0.113.7", NOW)
    assert 0 < joins.wait("203.0.113.7", NOW) <= LONGEST_WAIT
    assert joins.wait("203.0.113.7", NOW + 2 * FAILED_JOINS.seconds) == 0
    assert joins.wait("198.51.100.7", NOW) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.200", True),
        ("203.0.113.7", "203.0.114.7", False),
        ("::ffff:203.0.113.7", "203.0.113.9", True),
        ("2001:db8:1:2::1", "2001:db8:1:ff::9", True),
        ("2001:db8:1:2::1", "2001:db8:2:2::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "no address", True),
    ],
)
def test_an_address_counts_with_its_neighbours(one: str, other: str, same: bool) -> None:
    assert (network(one) == network(other)) is same


def test_however_many_networks_knock_memory_is_bounded_and_the_worst_stay_known() -> None:
    joins = FailedJoins(most=100)
    for _ in range(60):
        joins.failed("203.0.113.7", NOW)
    for at in range(5_000):
        joins.failed(f"10.{at // 250}.{at % 250}.1", NOW + at / 1000)
    assert len(joins._buckets) <= 100
    assert joins.wait("203.0.113.7", NOW + 5) > 0


def test_a_full_circle_comes_to_its_door_and_nobody_waits_longer_than_four_seconds() -> None:
    pace = Pace()
    waits = [pace.wait(NOW) for _ in range(30)]
    assert waits[: DOOR.burst] == [0.0] * DOOR.burst
    assert None not in waits
    assert max(wait for wait in waits if wait is not None) <= LONGEST_AT_DOOR


def test_two_hundred_at_one_door_come_no_faster_than_five_a_second() -> None:
    pace = Pace()
    heard = [wait for at in range(200) if (wait := pace.wait(NOW + at * 0.02)) is not None]
    # In four seconds, and in the four after them for the last of those who were heard.
    assert DOOR.burst + 20 <= len(heard) <= DOOR.burst + 40 + 1
    # Whoever is told to come again later finds the door as anybody does.
    assert pace.wait(NOW + 60) == 0.0
