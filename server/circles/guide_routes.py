"""The page of the circle's guide, for its facilitators. Works without a script.

A meeting under way keeps the guide it began with: nothing here reaches into the room.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from quart import Blueprint, Response, g, request

from server.circles.guide import (
    LONGEST_STEP,
    MOST_PROMPTS,
    MOST_STEPS,
    PROMPT,
    SCRIPT,
    TITLE,
    guide_of,
)
from server.circles.guide_form import (
    Draft,
    GuideForm,
    draft_from,
    draft_of,
    press,
    read_guide,
    without_empty_rows,
)
from server.circles.invitations import held
from server.circles.tables import Circle
from server.web import db, lang, page, see_other
from server.words import text

guides = Blueprint("guides", __name__)

LIMITS = {
    "prompt": PROMPT,
    "title": TITLE,
    "script": SCRIPT,
    "minutes": LONGEST_STEP,
    "prompts": MOST_PROMPTS,
    "agenda": MOST_STEPS,
}
# Which of the bounds a field that is too long has passed.
LONGEST = {"prompts": PROMPT, "title": TITLE, "script": SCRIPT}
SAVED = "tersimpan"


@guides.get("/c/<slug>/susunan")
async def guide(slug: str) -> Response:
    """What the circle has now."""
    _, mine = await held(slug)
    status = "saved" if request.args.get("keadaan") == SAVED else ""
    return await show(mine.circle, present(mine.circle), status=status)


@guides.post("/c/<slug>/susunan")
async def change(slug: str) -> Response:
    """Save it, or show it with a row more, fewer or elsewhere; what was typed stays."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    draft, button = draft_from(sent), sent.get("do", "save")
    if button != "save":
        draft, focus = press(draft, button)
        return await show(
            mine.circle, draft, status="unsaved", focus=focus, seen=sent.get("seen", "")
        )
    draft = without_empty_rows(draft)
    form, wrong = read_guide(draft)
    if form is None:
        return await show(mine.circle, draft, wrong=wrong, seen=sent.get("seen", ""))
    if sent.get("seen") != fingerprint(mine.circle):
        # Another facilitator was faster; saving again is then a decision, not an accident.
        return await show(mine.circle, draft, status="conflict")
    await save(mine.circle, form)
    return see_other(f"/c/{slug}/susunan?keadaan={SAVED}")


async def save(circle: Circle, form: GuideForm) -> None:
    """Keep it with the circle."""
    circle.guide = form.guide()
    circle.soft_seconds = form.soft
    await db().commit()


def present(circle: Circle) -> Draft:
    """The form of what the circle has."""
    return draft_of(guide_of(circle), circle.soft_seconds)


def fingerprint(circle: Circle) -> str:
    """Tells whether the guide is still the one that a form was filled in from."""
    kept = json.dumps(present(circle), sort_keys=True)
    return hashlib.sha256(kept.encode()).hexdigest()[:16]


async def show(
    circle: Circle,
    draft: Draft,
    *,
    status: str = "",
    wrong: Mapping[str, str] | None = None,
    focus: str = "",
    seen: str = "",
) -> Response:
    """The form with what is in it, and where the hand was."""
    g.private = True
    wrong = wrong or {}
    return await page(
        "plan.html",
        422 if wrong else 409 if status == "conflict" else 200,
        circle=circle,
        draft=draft,
        status="wrong" if wrong else status,
        wrong={name: complaint(name, why) for name, why in wrong.items()},
        opened={".".join(name.split(".")[:2]) for name in (*wrong, focus)},
        focus=focus,
        seen=seen or fingerprint(circle),
        limits=LIMITS,
        total=total(draft),
    )


def total(draft: Draft) -> int:
    """Minutes of all steps, as far as they are numbers yet."""
    typed = [str(step["minutes"]).strip() for step in draft["agenda"]]
    return sum(int(n) for n in typed if n.isdecimal() and len(n) <= len(str(LONGEST_STEP)))


def complaint(name: str, why: str) -> str:
    """Words for what is wrong with a field."""
    parts = name.split(".")
    n = next((LONGEST[part] for part in parts if part in LONGEST), 0)
    return text(lang(), f"plan.wrong.{why}", n=n, most=LONGEST_STEP)
