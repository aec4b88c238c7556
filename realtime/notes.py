"""The only way to say something in a log: an enumerated line, and fields that cannot hold words.

A field is a number, a yes or no, a name out of a list that stands in the code, or an error, of
which its kind and place are written and never its text. So nothing that was said can get in,
and nothing has to be taken out again. Declines to log anything else.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from realtime import trace

LOGGER = "lingkar.notes"
"""Whose messages may be printed as they are; nobody but `note` has it."""
OTHER = "other"
OURS = ("/server/", "/realtime/")
_log = logging.getLogger(LOGGER)


class Note(StrEnum):
    """Everything that a process may say of itself."""

    ANSWERING_FAILED = "sound.answering_failed"
    BOX_FAILED = "sound.box_failed"
    BUS_FAILED = "bus.failed"
    BUS_UNREADABLE = "bus.unreadable"
    EVENT_FAULT = "event.fault"
    GATE_SHUT = "gate.shut"
    GUIDE_UNREADABLE = "guide.unreadable"
    HEARING_FAILED = "bus.hearing_failed"
    JOB_FAILED = "jobs.failed"
    LINE_FAULT = "line.fault"
    PAGE_FAULT = "page.fault"
    PAGE_OUT_OF_REACH = "page.out_of_reach"
    PROCESS_ENDED = "process.ended"
    PROCESS_NOT_STARTED = "process.not_started"
    REDIS_UNPROVEN = "redis.unproven"
    RELOADED = "process.reloaded"
    RELOAD_FAILED = "process.reload_failed"
    REMINDERS_SENT = "reminders.sent"
    SOUND_FAILED = "sound.failed"
    SWAP_ON = "swap.on"
    UNCAUGHT = "uncaught"


@dataclass(frozen=True)
class Name:
    """One or more words out of a list; made by `named` alone."""

    words: str


Field = int | None | Name | BaseException


def named(found: str | Iterable[str], known: Collection[str]) -> Name:
    """What was found, where the list has it; whatever else it is, is 'other'."""
    each = [found] if isinstance(found, str) else found
    return Name(",".join(word if word in known else OTHER for word in each))


def note(line: Note, level: int = logging.ERROR, /, **fields: Field) -> None:
    """Say it, with these fields."""
    # Lines about one thing that somebody asked for bear its name.
    about = [f"trace={name}"] if (name := trace.now()) else []
    _log.log(level, " ".join([line, *(written(*field) for field in fields.items()), *about]))


def written(name: str, value: object) -> str:
    """`name=value`; an error gives its kind and its place instead."""
    match value:
        case BaseException():
            return f"kind={type(value).__name__} at={place_of(value)}"
        case Name(words):
            return f"{name}={words}"
        case int() | None:
            return f"{name}={value}"
        case _:
            # For whoever passes a type checker by: words are not written, whatever they are.
            return f"{name}=?"


def place_of(error: BaseException) -> str:
    """Where it went wrong: the last line of ours on the way there, else the last of all."""
    # Not by traceback.extract_tb: with its locals it could be asked for more than the place.
    steps = [
        (frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    ours = [step for step in steps if any(part in step[0] for part in OURS)] or steps
    return f"{Path(ours[-1][0]).name}:{ours[-1][1]}" if ours else "?"
