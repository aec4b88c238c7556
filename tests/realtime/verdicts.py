"""Judges what several processes do to one meeting, by the time as it really is.

Knows of each deadline since when it stands and who saw it; carries nothing out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from realtime.clock import UNSEEN_SECONDS
from realtime.domain import commands as c
from realtime.domain.conduct import moved_by_outage
from realtime.domain.deadlines import LAST_WORDS, deadlines
from realtime.domain.meeting import Frame, Held, Instant, Meeting, Phase
from realtime.domain.reading import stamp, turn_of
from realtime.domain.stick import decide, next_deadline, open_meeting
from tests.realtime.domain.past import Past
from tests.realtime.processes import BASE, Deed, Process, Sky

DISAGREE = 6.0
"""Seconds by which two clocks may differ: their skews, and what a jump leaves behind."""


class Verdicts:
    def __init__(self, sky: Sky) -> None:
        self._sky = sky
        self.frame = Frame(title="")
        self._past = Past()
        self._then: dict[int, list[tuple[Meeting, Past, Instant]]] = {}
        """How it stood at each version, what was seen of it and when: it may go on from there."""
        self._newest = (0, 0)
        self._stands: dict[Instant, tuple[float, float]] = {}
        """Deadline -> since when it stands, and how long it had to go by its setter's clock."""
        self._next: tuple[Instant | None, float] = (None, 0.0)
        self._outages = 0.0
        self._outage = 0.0
        """By how much the last one moved what runs out."""
        self._warned = 0.0
        """When the holder was last without a warning."""

    @property
    def past(self) -> Past:
        return self._past

    def judge(self, before: Meeting | None, new: Meeting, deed: Deed, now: Instant) -> Instant:
        """A swap was won. Whatever may not be is an error; the instant by which it was decided."""
        if self._is_anew(before, new, deed):
            self._judge_anew(new, deed, now)
        elif before is None or new.epoch != before.epoch:
            now = self._judge_again(before, new, deed, now)
        elif new.phase is Phase.ENDED and not new.seats:
            left = (new.waiting, new.hands, new.done, new.notices, new.round, new.touched)
            assert not any(left), "something is left of the people"
        else:
            self._judge_change(before, new, deed, now)
        self._newest = max(self._newest, stamp(new))
        self._then.setdefault(new.version, []).append((new, self._past.copy(), now))
        self._note_deadlines(new, deed.process.clock.last)
        return now

    def _is_anew(self, before: Meeting | None, new: Meeting, deed: Deed) -> bool:
        """Opened by a process that knew of no meeting, in an empty store."""
        return before is None and new.version == 1 and isinstance(deed.what, c.Arrived)

    def _judge_anew(self, new: Meeting, deed: Deed, now: Instant) -> None:
        self._past = Past()
        opened = replace(open_meeting(new.circle_id, self.frame, now), epoch=new.epoch)
        self._past.compare(opened, new, deed.actor, deed.what, now)

    def _judge_again(
        self, before: Meeting | None, new: Meeting, deed: Deed, now: Instant
    ) -> Instant:
        """After a loss, from what a process knew; or an ended one, by a facilitator."""
        assert stamp(new) > self._newest, "a meeting went back"
        if before is not None and before.phase is Phase.ENDED:
            assert isinstance(deed.what, c.Arrived)
            assert deed.what.facilitator
            assert set(before.removed) <= set(new.removed)
            self._past = Past()
            return now
        for was, past, then in self._then.get(new.version - 1, []):
            was = replace(was, epoch=new.epoch, version=new.version, shown=new.shown)
            for by in (0.0, self._outage):
                if moved_by_outage(was, by) == new:
                    self._past = past.copy()
                    return then + by
        raise AssertionError("taken up again from a meeting that never was")

    def _judge_change(self, before: Meeting, new: Meeting, deed: Deed, now: Instant) -> None:
        assert stamp(new) > stamp(before), "a meeting went back"
        self._past.compare(before, new, deed.actor, deed.what, now)
        if deed.done:
            assert deed.done not in self._past.done, "a repeat changed something"
            self._past.done.add(deed.done)
        if isinstance(deed.what, c.Tick):
            self._judge_deadline(before, new, deed, now)

    def _judge_deadline(self, before: Meeting, new: Meeting, deed: Deed, until: Instant) -> None:
        """Carried out once, and not before its time."""
        due = next_deadline(before)
        assert due is not None, "time changed a meeting without a deadline"
        assert due <= until, "a deadline was carried out before its instant"
        told = decide(before, deed.actor, c.Tick(deed.process.clock.last), until, "t")
        # Its stick apart: a turn that begins has a token of its own.
        assert replace(told, stick=new.stick) == new, "later deadlines came along"
        again = next_deadline(new)
        assert again is None or again > until, "a deadline was left standing"
        since, left = self._stands[due]
        if cut_short(before, new):
            assert self._sky.passed >= self._warned + LAST_WORDS - DISAGREE, "no minute was left"
        passed = self._sky.passed - since
        assert passed >= left - DISAGREE, f"carried out after {passed} s of {left} s"

    def _note_deadlines(self, new: Meeting, now: Instant) -> None:
        if not (isinstance(new.stick, Held) and new.stick.warned is not None):
            # Until there is a warning it is ahead.
            self._warned = self._sky.passed
        standing = set(deadlines(new))
        self._stands = {at: seen for at, seen in self._stands.items() if at in standing}
        for at in standing:
            self._stands.setdefault(at, (self._sky.passed, at - now))
        if next_deadline(new) != self._next[0]:
            self._next, self._outages = (next_deadline(new), self._sky.passed), 0.0

    def check_watched(self, process: Process, until: Instant) -> None:
        """Its own monotonic clock must have seen the time pass, outages not counted."""
        due = process.room.due.get(until)
        if due is not None:
            assert process.clocks.monotonic() >= due, "carried out unseen"
        else:
            assert not process.serving, "carried out what it was never told of"

    def back_after(self, seconds: float, moved: float) -> None:
        self._outages += seconds
        self._outage = moved

    def emptied(self, known: Iterable[Meeting | None]) -> tuple[int, int] | None:
        """The store is. The newest that is known has to stand; where none is, another opens."""
        newest = max((stamp(m) for m in known if m is not None), default=None)
        if newest is None:
            self._newest = (0, 0)
            self._stands.clear()
        return newest

    def check_nothing_is_forgotten(
        self, stored: Meeting | None, processes: Sequence[Process], every: float
    ) -> None:
        """While one process hears and looks, no deadline stands for long after its time."""
        at, now = next_deadline(stored) if stored else None, self._sky.passed
        if at is None:
            return
        attentive = min((max(p.began, p.deaf_until) for p in processes), default=now)
        watched = max(self._next[1], attentive) + UNSEEN_SECONDS
        latest = max(at - BASE, watched) + DISAGREE + 2 * every + self._outages
        assert now <= latest, "a deadline was forgotten"

    def check_emptied(self, stored: Meeting | None) -> None:
        if stored and stored.phase is Phase.ENDED:
            assert not (stored.seats or stored.hands or stored.waiting), "people left after the end"


def cut_short(before: Meeting, after: Meeting) -> bool:
    """Did time end somebody's turn while they held the stick?"""
    held = isinstance(before.stick, Held) and after.phase is not Phase.ENDED
    return held and turn_of(before) != turn_of(after)
