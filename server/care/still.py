"""The people of a picture that stands still: who sits where in the guides' drawings of the room.

Nobody real, and no meeting: declines to know how a seat is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seat:
    """One petal: `looks` is the room's own class for the state, `flag` an icon, '1' or nothing."""

    name: str
    looks: str = ""
    flag: str = ""
    turn: int = 0
    """Degrees clockwise from twelve o'clock."""

    @property
    def letters(self) -> str:
        """What stands in the petal."""
        last = self.name.rsplit(" ", 1)[-1]
        return last[:2]

    @property
    def named_at(self) -> int:
        """How far below the petal's middle its name stands: away from that of the ring."""
        upright = self.turn in (0, 180)
        return (54 if upright else 43) if 90 <= self.turn <= 270 else (-44 if upright else -39)

    @property
    def lean(self) -> int:
        """Where the flag sits, in degrees from the outer end: on the side away from the name."""
        if self.turn == 180:
            return 70
        return 40 if 0 < self.turn < 90 or 180 < self.turn <= 270 else -40


@dataclass(frozen=True)
class Picture:
    """A ring of seats, and where the stick is."""

    seats: tuple[Seat, ...]
    on: str
    held: bool

    @property
    def points(self) -> int:
        """Where the stick points, in degrees like a seat's."""
        return next(seat.turn for seat in self.seats if seat.name == self.on)


def around(*seats: Seat, on: str, held: bool = True) -> Picture:
    """The seats clockwise, the first at six o'clock as one's own always is."""
    each = 360 // len(seats)
    placed = (
        Seat(seat.name, seat.looks, seat.flag, (180 + each * at) % 360)
        for at, seat in enumerate(seats)
    )
    return Picture(tuple(placed), on, held)


HELD = around(
    Seat("Melati", "is-you"),
    Seat("Bu Sari", "is-fac", "host"),
    Seat("Rina", "is-hold"),
    Seat("Siti", "is-next", "1"),
    Seat("Dewi"),
    Seat("Bayu"),
    Seat("Wulan"),
    Seat("Hendra", "is-obs", "eye"),
    on="Rina",
)
OFFERED = around(
    Seat("Bu Sari", "is-fac is-you", "host"),
    Seat("Rina"),
    Seat("Siti", "is-offered"),
    Seat("Dewi", "is-out", "cup"),
    Seat("Bayu", "is-next", "1"),
    Seat("Wulan", "is-need", "care"),
    Seat("Hendra", "is-obs", "eye"),
    Seat("Melati"),
    on="Siti",
    held=False,
)
LEGEND = (
    ("hold", Seat("Rina", "is-hold")),
    ("next", Seat("Siti", "is-next", "1")),
    ("fac", Seat("Bu Sari", "is-fac", "host")),
    ("obs", Seat("Hendra", "is-obs", "eye")),
    ("out", Seat("Dewi", "is-out", "cup")),
    ("away", Seat("Bayu", "is-away")),
    ("need", Seat("Wulan", "is-need", "care")),
)
