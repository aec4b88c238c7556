"""Asked before dangerous acts: is it really you? One decorator, on every route that is one.

What was typed waits in the page that asks, and goes on from there. Decides no right to anything:
the handler does, and strangers are its own to refuse.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import quote

from quart import Response, g, request

from server.accounts.proving import COOKIE, prove, proven
from server.accounts.second_step import proof_form, shown_to_be
from server.accounts.tables import Person
from server.web import see_other, who

Asked = ParamSpec("Asked")
Handler = Callable[Asked, Awaitable[Response]]

PROOF, PROOF_CODE = "proof_passphrase", "proof_code"
# Never written into a page again; whoever typed one types it once more.
NOT_CARRIED = {"_token", PROOF, PROOF_CODE, "passphrase", "code"}


def step_up(
    *, back: str = "", acts: frozenset[str] = frozenset()
) -> Callable[[Handler[Asked]], Handler[Asked]]:
    """Ask for a recent proof first.

    `back`: the form is on that page and shown only after a proof, so nothing waits to be carried.
    `acts`: of the buttons of one form (`do`), those that are dangerous; none named: all are.
    """

    def around(handler: Handler[Asked]) -> Handler[Asked]:
        @wraps(handler)
        async def asking(*given: Asked.args, **named: Asked.kwargs) -> Response:
            person = await who()
            if person is None or not await is_dangerous(acts) or await proven():
                return await handler(*given, **named)
            if request.method == "GET" or back:
                return see_other(f"/aku/bukti?ke={quote(back or request.path)}")
            given_now = (await request.form).get(PROOF)
            if given_now is None or not await holds(person):
                return await ask(person, wrong=given_now is not None)
            g.proven = True
            response = await handler(*given, **named)
            # An answer that ends the sign-in has forgotten the proof as well.
            if f"{COOKIE}=" not in "".join(response.headers.getlist("Set-Cookie")):
                prove(response, person.id)
            return response

        asking.step_up = True  # type: ignore[attr-defined]
        return asking

    return around


async def is_dangerous(acts: frozenset[str]) -> bool:
    return not acts or (await request.form).get("do", "") in acts


async def holds(person: Person) -> bool:
    """Whether the proof that came with the form is theirs."""
    form = await request.form
    return await shown_to_be(person, form.get(PROOF, ""), form.get(PROOF_CODE, ""))


async def ask(person: Person, *, wrong: bool) -> Response:
    """The question, with the form that brought them here inside of it."""
    g.private = True
    form = await request.form
    carried = [(name, value) for name, value in form.items(multi=True) if name not in NOT_CARRIED]
    return await proof_form(person, request.path, wrong=wrong, status=403, again=carried)
