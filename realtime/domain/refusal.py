"""Why something was refused. Holds no sentences: the catalogues do, under `reason.<value>`."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Every expected no. Each value has words in both catalogues, held by a test."""

    # Who is asking
    NOT_SIGNED_IN = "not_signed_in"
    NOT_A_MEMBER = "not_a_member"
    NOT_PLEDGED = "not_pledged"
    BANNED = "banned"
    REMOVED = "removed"
    NOT_SEATED = "not_seated"
    NOT_ALLOWED = "not_allowed"
    STEPPED_OUT = "stepped_out"
    # The state of the room
    EARLY = "early"
    FULL = "full"
    LOCKED = "locked"
    NO_FACILITATOR = "no_facilitator"
    ENDED = "ended"
    WRONG_PHASE = "wrong_phase"
    PAUSED = "paused"
    NO_BELL = "no_bell"
    NOT_YOUR_TURN = "not_your_turn"
    NOT_OFFERED = "not_offered"
    STICK_TAKEN = "stick_taken"
    NOBODY_WAITING = "nobody_waiting"
    NOT_IN_ROUND = "not_in_round"
    NO_SUCH_SEAT = "no_such_seat"
    NOT_HERE = "not_here"
    LAST_FACILITATOR = "last_facilitator"
    # Words
    FLOOR_HELD = "floor_held"
    FLOOR_QUIET = "floor_quiet"
    OBSERVERS_LISTEN = "observers_listen"
    NODS_OFF = "nods_off"
    QUIETENED = "quietened"
    ELSEWHERE = "elsewhere"
    TOO_LONG = "too_long"
    EMPTY = "empty"
    NOT_YOURS = "not_yours"
    # Sound
    NO_SOUND = "no_sound"
    SOUND_AWAY = "sound_away"
    # The message itself
    MALFORMED = "malformed"
    UNKNOWN_EVENT = "unknown_event"
    TOO_LARGE = "too_large"
    OLD_CLIENT = "old_client"
    NEW_CLIENT = "new_client"
    TOO_FAST = "too_fast"
    TOO_MANY_TABS = "too_many_tabs"
    # The server's own troubles
    CONFLICT = "conflict"
    OUT_OF_REACH = "out_of_reach"
    NOT_KEPT = "not_kept"
    FAULT = "fault"


class Refused(Exception):
    """An expected no, with its reason. Carries nothing that anybody said."""

    def __init__(self, reason: Reason, by: str | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.by = by
        """Whoever was faster, where that is the reason."""
