"""What every way of signing in ends with: a sign-in for this browser, its proof, and where to go.

Checks nothing: whoever calls it has.
"""

from __future__ import annotations

from quart import Response, request

from server.accounts.devices import device_of
from server.accounts.proving import prove
from server.accounts.queries import sign_in
from server.accounts.tables import Person
from server.circles.queries import my_circles
from server.limits import PER_PERSON, prefix
from server.security import hashed
from server.web import TooFast, db, remember, services, who


def this_device() -> str:
    """What this browser says it is, as coarse as can be."""
    return device_of(request.user_agent.string)


async def home_of(person: Person) -> str:
    """Where somebody goes on who asked for no page."""
    if person.organiser or any(mine.facilitates for mine in await my_circles(db(), person)):
        return "/kelola"
    return "/aku"


async def onward(person: Person, wanted: str) -> str:
    """The page that they wanted, or their own."""
    return wanted if wanted != "/" else await home_of(person)


async def let_in(response: Response, person_id: str, *, lasting: bool = True) -> None:
    """This browser is that person now. If it was already, this was the proof of it. Commits."""
    already = await who()
    if already is not None and already.id == person_id:
        await db().commit()
        prove(response, person_id)
        return
    signed = await sign_in(db(), services().keys, person_id, this_device(), lasting=lasting)
    await db().commit()
    remember(response, signed, lasting=lasting)
    prove(response, person_id, signed)


def spend_on(name: str) -> None:
    """Take one try at somebody's way in, from wherever it comes; the name is not remembered.

    From a network that they came in from before they have tries of their own: whoever guesses
    elsewhere shuts nobody out.
    """
    limits, here = services().limits, from_here(name)
    whose = here if limits.is_familiar(here) else f"person {hashed(name).hex()[:16]}"
    wait = limits.wait_for(PER_PERSON, whose)
    if wait:
        raise TooFast(wait)


def came_in(name: str) -> None:
    """Their passphrase was right, from here."""
    services().limits.note_familiar(from_here(name))


def from_here(name: str) -> str:
    """Somebody and a network in one, as a hash that tells neither."""
    return f"familiar {hashed(f'{name} {prefix(request.remote_addr)}').hex()[:24]}"
