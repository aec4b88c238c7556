"""Slows down whoever guesses addresses of circles. Declines to remember whom, and to ban.

A miss counts for the sign-in where there is one, else for the network: members who share their
network with a guesser go on as they are.
"""

from __future__ import annotations

from quart import Response, request

from server.accounts.queries import PURPOSE
from server.limits import Budget, prefix
from server.web import SIGN_IN, TooFast, read_cookie, services

MISSES = Budget(60, 600)
"""Circles that do not exist, or not for them."""
UNDER = ("/c/",)


def guesser() -> str:
    """Whom a miss counts for. A cookie that we did not sign is none."""
    token = services().keys.unsign(PURPOSE, read_cookie(SIGN_IN))
    return f"signed {token}" if token else prefix(request.remote_addr)


def hold_up() -> None:
    """Before anything is looked up: whoever missed too often is not told of a hit either."""
    if request.path.startswith(UNDER):
        wait = services().limits.wait_for(MISSES, guesser(), cost=0)
        if wait:
            raise TooFast(wait)


def count(response: Response) -> None:
    """One miss more, where this was one."""
    if response.status_code == 404 and request.path.startswith(UNDER):
        services().limits.wait_for(MISSES, guesser())
