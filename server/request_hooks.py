"""What happens around every request: language, TLS, gate, headers, compression, and letting go.

Declines to decide what a page may show or do: each of them asks that itself.
"""

from __future__ import annotations

import asyncio
import gzip
import time

from quart import Response, current_app, g, request
from werkzeug.exceptions import Forbidden, RequestEntityTooLarge

from realtime import trace
from server import guessing, words
from server.accounts.sign_ins import renew
from server.care.installing import SHARED
from server.desk.place import place
from server.figures import NO_ROUTE, REQUESTS
from server.limits import READ, WRITE
from server.security import LARGEST_BODY, comes_from_us, headers_for
from server.web import (
    BY_SCRIPTS,
    FORM,
    SIGN_IN,
    read_cookie,
    remember,
    services,
    spend,
    write_cookie,
)

SMALLEST_TO_COMPRESS = 600


async def settle() -> None:
    """Language and theme, before anything can go wrong, so that an error speaks it too."""
    g.began = time.perf_counter()
    trace.begin()
    chosen = words.as_lang(request.cookies.get("lang"))
    g.lang = chosen or words.accepted(request.headers.get("Accept-Language"))
    g.place = await place()
    g.lang = chosen or words.accepted(request.headers.get("Accept-Language"), g.place.language)
    g.chosen = chosen is not None
    theme = request.cookies.get("theme")
    g.theme = theme if theme in ("light", "dark") else "auto"


async def over_tls() -> Response | None:
    """Whoever comes without TLS to a place that has it is sent on; the proxy says how they came."""
    settings = services().settings
    plain = request.headers.get("X-Forwarded-Proto", "").lower() == "http"
    if not (settings.secure and plain):
        return None
    if request.method not in ("GET", "HEAD"):
        # Its form went over the line readable: sending it again would hide that.
        raise Forbidden
    return Response("", 301, {"Location": settings.public_url + request.full_path.rstrip("?")})


async def gate() -> None:
    """Rate, then where it comes from, then the form's own token."""
    if request.path.startswith("/static/"):
        return
    guessing.hold_up()
    writing = request.method not in ("GET", "HEAD", "OPTIONS")
    spend(WRITE if writing else READ)
    # A phone's own share sheet has no form of ours behind it, and nothing is done with it.
    if not writing or request.path == SHARED:
        return
    if (request.content_length or 0) > LARGEST_BODY:
        # Before anybody asks for it, so that it is the same for whoever does not read it.
        raise RequestEntityTooLarge
    ours = comes_from_us(request.headers, services().settings.origins)
    if ours is False:
        raise Forbidden
    view = current_app.view_functions.get(request.endpoint or "")
    if request.is_json and hasattr(view, BY_SCRIPTS):
        # Another site cannot send JSON without asking first, and we answer no such question.
        return
    token = (await request.form).get("_token")
    if not services().keys.form_token_holds(read_cookie(FORM), token):
        raise Forbidden


async def finish(response: Response) -> Response:
    """Headers on everything, caching by who is asking, compression of pages."""
    guessing.count(response)
    route = request.url_rule.rule if request.url_rule else NO_ROUTE
    REQUESTS.note(route, response.status_code, g.get("began"))
    for name, value in headers_for(services().settings).items():
        response.headers[name] = value
    if "new_form_browser" in g:
        write_cookie(response, FORM, g.new_form_browser, None)
    if g.get("to_renew") or g.get("signed_anew"):
        await go_on_remembering(response)
    if "Cache-Control" not in response.headers:
        # What is for one person, or lies beyond the door, is kept by no browser.
        private = g.get("person") is not None or "private" in g or request.method == "POST"
        response.headers["Cache-Control"] = "no-store" if private else "private, no-cache"
    if response.mimetype == "text/html":
        await compress(response)
    return response


async def go_on_remembering(response: Response) -> None:
    """Browsers keep a cookie 400 days at most; whoever comes back has it for ever."""
    signed = g.get("signed_anew") or read_cookie(SIGN_IN)
    # An answer that sets the cookie itself, such as a sign-out, has the last word.
    if not signed or f"{SIGN_IN}=" in "".join(response.headers.getlist("Set-Cookie")):
        return
    if g.to_renew:
        async with services().database.session() as session:
            await renew(session, g.to_renew)
            await session.commit()
    remember(response, signed, lasting=g.lasting)


async def compress(response: Response) -> None:
    """Gzip a page for whoever accepts it."""
    response.headers["Vary"] = "Accept-Encoding, Cookie, Accept-Language"
    body = await response.get_data(as_text=False)
    accepts = "gzip" in request.headers.get("Accept-Encoding", "")
    if accepts and len(body) > SMALLEST_TO_COMPRESS:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"


async def let_go(_error: BaseException | None) -> None:
    """Close the request's database session; what was not committed is undone."""
    session = g.pop("db", None)
    if session is not None:
        # Somebody who hangs up ends the request, and not its connection's way back.
        await asyncio.shield(session.close())
