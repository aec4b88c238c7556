"""What every page handler uses: services, the request's session, who is asking, cookies, forms.

Decides nothing; each handler does.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from quart import Response, current_app, g, render_template, request
from quart.json.provider import DefaultJSONProvider
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import PURPOSE, SIGN_IN_LIVES, sign_in_behind
from server.accounts.sign_ins import wants_renewal
from server.accounts.tables import Person, SignIn
from server.assets import Assets
from server.database import Database
from server.limits import Budget, Limits
from server.security import Keys
from server.settings import Settings
from server.words import Lang

YEAR = 365 * 86400


class Json(DefaultJSONProvider):
    """What a page sends: nested deeper than a thousand it is no JSON."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return orjson.loads(s)


@dataclass(frozen=True)
class Services:
    """What lives as long as the process."""

    settings: Settings
    keys: Keys
    database: Database
    assets: Assets
    limits: Limits


View = TypeVar("View", bound=Callable[..., Any])
BY_SCRIPTS = "takes_json"


def takes_json(view: View) -> View:
    """This one is asked by our own scripts. Every other one takes forms with their token alone."""
    setattr(view, BY_SCRIPTS, True)
    return view


class TooFast(Exception):
    """Come back in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Invalid(Exception):
    """An invitation or set-up link that does not work, whatever the reason."""


def services() -> Services:
    """The services of the application that answers this request."""
    found: Services = current_app.extensions["lingkar"]
    return found


def db() -> AsyncSession:
    """The one database session of this request; closed by itself, committed by the handler."""
    if "db" not in g:
        g.db = services().database.session()
    session: AsyncSession = g.db
    return session


def lang() -> Lang:
    """The language of this answer."""
    found: Lang = g.lang
    return found


def spend(budget: Budget, *, cost: float = 1) -> None:
    """Take one try from this address. Raises `TooFast`."""
    wait = services().limits.wait(budget, request.remote_addr, cost)
    if wait:
        raise TooFast(wait)


# --- cookies ---


def cookie_name(settings: Settings, name: str) -> str:
    """`__Host-` ties a cookie to this very host over TLS; plain http cannot have it."""
    return f"__Host-{name}" if settings.secure else name


def read_cookie(name: str) -> str | None:
    return request.cookies.get(cookie_name(services().settings, name))


def write_cookie(response: Response, name: str, value: str, max_age: int | None) -> None:
    """A cookie that scripts cannot read. `max_age` None: until the browser closes."""
    settings = services().settings
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        secure=settings.secure,
        samesite="Lax",
    )


def drop_cookie(response: Response, name: str) -> None:
    settings = services().settings
    response.delete_cookie(
        cookie_name(settings, name),
        path="/",
        httponly=True,
        secure=settings.secure,
        samesite="Lax",
    )


# --- who is asking ---

SIGN_IN = "lingkar"
FORM = "lingkar-form"


async def who() -> Person | None:
    """The person behind this browser, looked up once a request."""
    if "person" not in g:
        found = await sign_in_behind(db(), services().keys, read_cookie(SIGN_IN))
        g.person, g.sign_in = found or (None, None)
        g.to_renew = g.sign_in.token_hash if wants_renewal(g.sign_in) else None
        if g.sign_in is not None:
            # Whoever comes back carries the newest key away, and is not signed out with the old.
            g.signed_anew = services().keys.signed_anew(PURPOSE, read_cookie(SIGN_IN))
            g.lasting = g.sign_in.lasting
    person: Person | None = g.person
    return person


async def this_sign_in() -> SignIn | None:
    """The sign-in that this browser holds."""
    await who()
    found: SignIn | None = g.sign_in
    return found


def remember(response: Response, signed: str, *, lasting: bool = True) -> None:
    """This browser is somebody from now on; not `lasting`: until it is closed."""
    write_cookie(response, SIGN_IN, signed, SIGN_IN_LIVES if lasting else None)


# --- answers ---


def form_token() -> str:
    """The hidden field of a form; a browser without a form cookie gets one with this answer."""
    if "form_browser" not in g:
        g.form_browser = read_cookie(FORM) or ""
        if not g.form_browser:
            g.form_browser = g.new_form_browser = secrets.token_urlsafe(12)
    return services().keys.form_token(g.form_browser)


async def page(template: str, status: int = 200, /, **values: Any) -> Response:
    """A rendered page."""
    html = await render_template(template, **values)
    return Response(html, status, content_type="text/html; charset=utf-8")


def see_other(where: str) -> Response:
    """Go on with a GET, to a path of our own."""
    return Response("", 303, {"Location": where}, content_type="text/plain")


def local_path(wanted: str | None) -> str:
    """A path of our own to go on to; never another site."""
    good = (
        wanted
        and wanted.startswith("/")
        and not wanted.startswith(("//", "/\\"))
        and all(" " < char < "\x7f" and char != "\\" for char in wanted)
    )
    return wanted if good and wanted else "/"
