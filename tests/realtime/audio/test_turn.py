"""coturn's passwords: as it computes them, for a while, and with nobody's name in them."""

from __future__ import annotations

import pytest

from realtime.audio.turn import Turn, credential

NOW = 1_790_000_000.0


def test_the_password_is_the_one_that_coturn_computes() -> None:
    # printf 1790003600:abc | openssl dgst -sha1 -hmac rahasia -binary | base64
    assert credential("rahasia", "1790003600:abc") == "gr/BjfKJY90mdhpioSzaHiih0js="


def test_a_password_lasts_for_its_time_and_names_nobody() -> None:
    turn = Turn(("turn:a", "turns:a:443?transport=tcp"), "rahasia", 3600)
    (one,), (other,) = turn.ice_servers(NOW), turn.ice_servers(NOW)
    assert one.urls == ("turn:a", "turns:a:443?transport=tcp")
    until, _, word = one.username.partition(":")
    assert int(until) == NOW + 3600
    assert word != other.username.partition(":")[2], "a name that comes twice tells who it is"
    assert one.credential == credential("rahasia", one.username)


@pytest.mark.parametrize("turn", [Turn((), "rahasia"), Turn(("turn:a",), "")])
def test_without_a_server_or_a_secret_there_is_none(turn: Turn) -> None:
    assert turn.ice_servers(NOW) == ()


def test_the_secret_is_in_no_word_about_it() -> None:
    assert "rahasia" not in repr(Turn(("turn:a",), "rahasia"))
