"""What needs no server: names, calendars and answers of sound, read by the very functions."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
import unicodedata
from typing import Any

from hypothesis import strategies as st
from icalendar import Calendar

from realtime.audio.sdp import BadAnswer, read_answer
from server.circles.calendar import Shown, feed
from server.circles.names import LONGEST, BadName, clean_name, graphemes, name_key
from server.circles.schedule import Times
from tests.fuzz.place import Place
from tests.fuzz.rooms import answers
from tests.fuzz.texts import BIDI, nasty

SLOW = 0.05
"""Seconds of this thread's own work."""


@contextlib.contextmanager
def soon() -> Any:
    began = time.thread_time()
    yield
    took = time.thread_time() - began
    assert took < SLOW, f"took {took * 1000:.0f} ms"


def names(place: Place) -> Any:
    def test(raw: str) -> None:
        place.did["names"] += 1
        with soon():
            try:
                name = clean_name(raw)
            except BadName:
                return
        assert clean_name(name) == name, "a clean name is clean"
        assert not set(name) & set(BIDI), "nothing turns text round"
        assert graphemes(name) <= LONGEST
        assert name_key(name), "somebody who is called nothing"
        seen = [c for c in name if unicodedata.category(c)[0] in "LN" and c not in BLANK]
        assert seen, "a name that nobody sees"

    return (nasty,), test


# Written out again on purpose: what clean_name forgets must not be forgotten here as well.
BLANK = set("\u115f\u1160\u3164\uffa0\u2800\u034f\u180e")


def same_names(place: Place) -> Any:
    """A name with something unseen put in reads as the name: it must be the same one, or none."""

    def test(at: int, unseen: str) -> None:
        place.did["names"] += 1
        name = "Bu Sari"
        try:
            other = clean_name(name[:at] + unseen + name[at:])
        except BadName:
            return
        assert name_key(other) == name_key(name), f"{other!r} passes for {name!r}"

    hidden = st.text(
        "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u115f\u3164\ufe0f\u180e\u061c\u2800 ",
        min_size=1,
        max_size=3,
    )
    return (st.integers(0, 7), hidden), test


def calendars(place: Place) -> Any:
    times = Times(
        starts="2026-01-01T19:30",
        rule="FREQ=WEEKLY",
        timezone="Asia/Jakarta",
        minutes=75,
        changes=(),
    )
    now = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)

    def test(raw: str) -> None:
        place.did["calendars"] += 1
        try:
            title = clean_name(raw, longest=60)
        except BadName:
            return
        made = feed(times, Shown("uid", "id", title, "https://lingkar.example/c/x"), now)
        read = Calendar.from_ical(made)
        events = [one for one in read.walk() if one.name == "VEVENT"]
        assert len(events) == 1, "a title that becomes a meeting"
        assert "ATTENDEE" not in events[0]
        assert all(len(line) <= 75 for line in made.split(b"\r\n"))

    return (nasty,), test


def sdp(place: Place) -> Any:
    def test(text: str) -> None:
        place.did["sdp"] += 1
        with soon(), contextlib.suppress(BadAnswer):
            read_answer(text)

    return (st.one_of(answers(), nasty),), test
