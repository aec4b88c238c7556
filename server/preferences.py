"""Language and theme, switched by a form that needs no script. Kept in the browser alone."""

from __future__ import annotations

from quart import Blueprint, Response, request

from server.web import YEAR, local_path, see_other, services
from server.words import as_lang

preferences = Blueprint("preferences", __name__)


@preferences.post("/bahasa")
async def language() -> Response:
    """Go on in the other language."""
    form = await request.form
    return keep("lang", as_lang(form.get("lang")), form.get("next"))


@preferences.post("/tema")
async def theme() -> Response:
    """Light, dark, or as the device is."""
    form = await request.form
    wanted = form.get("theme")
    return keep("theme", wanted if wanted in ("auto", "light", "dark") else None, form.get("next"))


def keep(name: str, value: str | None, where: str | None) -> Response:
    """Both are no secret, and the room's script writes them too, so scripts may."""
    response = see_other(local_path(where))
    if value is not None:
        response.set_cookie(
            name, value, max_age=YEAR, path="/", secure=services().settings.secure, samesite="Lax"
        )
    return response
