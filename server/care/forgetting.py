"""A shared phone forgets: who is signed in, and all that the browser keeps for us if they wish.

Works without a script; where a browser does not do what it is asked, the page's script does.
"""

from __future__ import annotations

from quart import Blueprint, Response, g, request

from server.accounts.proving import forget_proof
from server.accounts.queries import sign_out
from server.web import SIGN_IN, db, drop_cookie, page, read_cookie, see_other, services

forgetting = Blueprint("forgetting", __name__)

EVERYTHING = '"cache", "cookies", "storage"'


@forgetting.get("/lupa")
async def ask() -> Response:
    """What goes; or, once it is gone, that it is."""
    g.private = True
    return await page("forget.html", gone=request.args.get("sudah") == "semua")


@forgetting.post("/lupa")
async def forget() -> Response:
    """The sign-in ends here; with `what=all` the notebook and everything kept go as well."""
    everything = (await request.form).get("what") == "all"
    await sign_out(db(), services().keys, read_cookie(SIGN_IN))
    await db().commit()
    response = see_other("/lupa?sudah=semua" if everything else "/")
    drop_cookie(response, SIGN_IN)
    forget_proof(response)
    if everything:
        response.headers["Clear-Site-Data"] = EVERYTHING
    return response
