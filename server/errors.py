"""What goes wrong, as a kind page. Logs say what kind and where, never what anybody sent."""

from __future__ import annotations

from quart import Quart, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from realtime.domain.refusal import Reason, Refused
from realtime.notes import Note, named, note
from server.accounts.queries import Crowded
from server.care.showing import without_database
from server.database import AWAY, is_away
from server.figures import REQUESTS
from server.web import Invalid, TooFast, page

SPOKEN = {400, 403, 404, 405, 410, 413, 429, 500, 503}
PASSING = {429, 500, 503}
"""What passes by itself."""
REFUSALS = {
    Reason.NOT_SIGNED_IN: 403,
    Reason.NOT_A_MEMBER: 404,
    Reason.OUT_OF_REACH: 503,
    Reason.TOO_FAST: 429,
}


def register_errors(app: Quart) -> None:
    """One page for each kind."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(TooFast, too_fast)
    app.register_error_handler(Crowded, crowded)
    app.register_error_handler(Invalid, invalid)
    for kind in (*AWAY, DBAPIError):
        app.register_error_handler(kind, out_of_reach)
    app.register_error_handler(Exception, fault)


async def error_page(status: int) -> Response:
    """The page for a status, from the catalogue."""
    if "lang" not in g:
        g.lang, g.theme = "id", "auto"
    try:
        lines = without_database(g.lang).lines
        return await page("error.html", status, status=status, lines=lines, again=again(status))
    except Exception as error:
        # Even the page about a fault can have one.
        told(Note.PAGE_FAULT, error)
        return Response(f"{status}\n", status, content_type="text/plain; charset=utf-8")


def again(status: int) -> str | None:
    """Where to ask once more for what may be there in a moment; what was sent is not sent twice."""
    if status not in PASSING or request.method != "GET":
        return None
    # With two strokes at its beginning a path would be another place.
    return None if request.path.startswith(("//", "/\\")) else request.full_path.rstrip("?")


async def http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    answer = await error_page(status if status in SPOKEN else 400 if status < 500 else 500)
    answer.status_code = status
    return answer


async def refused(error: Refused) -> Response:
    return await error_page(REFUSALS.get(error.reason, 403))


async def too_fast(error: TooFast) -> Response:
    answer = await error_page(429)
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


async def crowded(_error: Crowded) -> Response:
    return await too_fast(TooFast(2))


async def invalid(_error: Invalid) -> Response:
    """Expired, used up, taken back and made up all look the same."""
    return await page("invitation_bad.html", 410, lines=without_database(g.lang).lines)


async def out_of_reach(error: Exception) -> Response:
    """The database does not answer: meetings go on, this page has to wait."""
    if not is_away(error):
        return await fault(error)
    REQUESTS.without_database += 1
    told(Note.PAGE_OUT_OF_REACH, error)
    answer = await error_page(503)
    answer.headers["Retry-After"] = "5"
    return answer


async def fault(error: Exception) -> Response:
    told(Note.PAGE_FAULT, error)
    return await error_page(500)


def told(line: Note, error: Exception) -> None:
    """Kind and place, and which of our routes: never the path, which may carry an address."""
    rule = request.url_rule.rule if request and request.url_rule else ""
    note(
        line, error=error, route=named(rule, {one.rule for one in current_app.url_map.iter_rules()})
    )
