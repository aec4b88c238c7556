"""Puts the pages together: routes, words, templates, hooks. Knows nothing of the live room."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from quart import Quart, Response, g, request

from server import care, words
from server.accounts.codes import codes
from server.accounts.ending import ending
from server.accounts.me import me
from server.accounts.passkey_routes import passkeys
from server.accounts.routes import accounts
from server.accounts.second_step import steps
from server.accounts.ways_in import ways_in
from server.assets import HASHES, STATIC, Assets, drawing, icon, icons
from server.care.forgetting import forgetting
from server.care.installing import installing
from server.care.offline import offline
from server.care.routes import care as care_pages
from server.circles.calendar_routes import calendars
from server.circles.changes_routes import changes
from server.circles.editing import editing
from server.circles.entry import entry
from server.circles.finding_routes import finding
from server.circles.followups import followups
from server.circles.guide_routes import guides
from server.circles.invitations import invitations
from server.circles.inviting import inviting
from server.circles.keeping import keeping
from server.circles.members_routes import people as members_pages
from server.circles.shelf import shelf
from server.database import Database
from server.desk.figure_routes import figures
from server.desk.holder_routes import holders
from server.desk.line_routes import help_desk
from server.desk.own_lines import own_lines
from server.desk.place import place
from server.desk.report_routes import told
from server.desk.routes import desk
from server.errors import register_errors
from server.limits import Limits
from server.meetings.absence import absences
from server.meetings.aftercare import aftercare
from server.meetings.leaving import leaving
from server.meetings.reporting import reporting
from server.meetings.routes import meetings
from server.preferences import preferences
from server.reminders.routes import reminders
from server.request_hooks import finish, gate, let_go, over_tls, settle
from server.security import LARGEST_BODY, Keys
from server.settings import Settings
from server.web import (
    Json,
    Services,
    form_token,
    services,
)

Around = Callable[[], AbstractAsyncContextManager[None]]
FOREVER = "public, max-age=31536000, immutable"
SLOWEST_BODY = 30
"""Seconds for a form to come: 64 KB over the slowest of phone networks."""


def make_pages(
    settings: Settings, keys: Keys, database: Database, around: Around | None = None
) -> Quart:
    """The pages as an application. `around` is entered while it serves."""
    return opened(laid_out(), settings, keys, database, around)


def laid_out() -> Quart:
    """Every route, template and gate, for no instance yet."""
    app = Quart("server", static_folder=None, template_folder=str(STATIC.parent / "templates"))
    app.json = Json(app)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_PARTS=60, BODY_TIMEOUT=SLOWEST_BODY)
    people = (accounts, passkeys, ways_in, steps, codes, me, ending)
    desks = (desk, help_desk, figures, holders, own_lines, told)
    gatherings = (finding, entry, invitations, inviting, guides)
    evenings = (meetings, aftercare, absences, leaving, reporting)
    circle_keeping = (editing, keeping, members_pages, shelf, followups)
    schedules = (changes, calendars, reminders)
    pages = (*schedules, *circle_keeping, *desks, *gatherings, *evenings, *people)
    for part in (*pages, care_pages, preferences, offline, forgetting, installing):
        app.register_blueprint(part)
    app.add_url_rule("/static/built/<path:name>", "built", built)
    register_errors(app)
    app.before_request(settle)
    app.before_request(over_tls)
    app.before_request(gate)
    app.after_request(finish)
    app.teardown_request(let_go)
    prepare_templates(app)
    return app


def opened(
    app: Quart, settings: Settings, keys: Keys, database: Database, around: Around | None = None
) -> Quart:
    """The same, with what belongs to one instance."""
    app.extensions["lingkar"] = Services(settings, keys, database, Assets(), Limits())
    enter = around or own_lifetime(database)

    @app.while_serving
    async def lifetime() -> AsyncGenerator[None, None]:
        async with enter():
            # Read before anybody asks, so that no page waits for it.
            await place()
            yield

    return app


def own_lifetime(database: Database) -> Around:
    """Pages without a room: the database alone."""

    @asynccontextmanager
    async def around() -> AsyncIterator[None]:
        await database.migrate()
        yield
        await database.close()

    return around


def prepare_templates(app: Quart) -> None:
    """What templates may call. They get words by key and never hold any."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        t=lambda key, **params: words.html(g.lang, key, **params),
        bdi=words.bdi,
        clock=words.clock,
        decimal=words.decimal,
        say=words.html,
        drawing=drawing,
        icon=icon,
        petal=icons()["petal"],
        form_token=form_token,
        asset=lambda source: services().assets.entry(source),
        sri=lambda address: services().assets.integrity(address),
        lines_checked=care.CHECKED,
    )
    app.context_processor(every_page)


def read_beforehand(app: Quart) -> None:
    """Compile every template and read what pages load, so that nobody waits while somebody's
    first visit does it. May run in a thread beside the loop."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    assets: Assets = app.extensions["lingkar"].assets
    for source in assets.manifest():
        if not source.startswith("_"):
            assets.entry(source)


def every_page() -> dict[str, object]:
    """What every template sees. `known`: somebody is behind this browser, as far as was asked."""
    known = g.get("person") is not None
    others = [one for one in words.LANGS if one != g.lang]
    own = {
        "known": known,
        "place": g.get("place"),
        "languages": words.LANGS,
        "other_languages": others,
    }
    return {"lang": g.lang, "theme": g.theme, "here": here(), **own}


def here() -> str:
    """Where to come back to after a switch of language; always a page that can be asked for."""
    path = request.path.removesuffix("/tukar")
    query = request.query_string.decode("ascii", "ignore") if request.method == "GET" else ""
    return f"{path}?{query}" if query else path


async def built(name: str) -> Response:
    """A built file: its name carries a hash of its content, so browsers may keep it."""
    file = services().assets.file(name)
    if file is None:
        return Response("", 404, content_type="text/plain")
    # Names carry a hash of their content, but for the list of all of them.
    headers = {
        "Cache-Control": FOREVER if name != HASHES else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if file.gzipped and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.gzipped, headers=headers, content_type=file.kind)
    return Response(file.content, headers=headers, content_type=file.kind)
