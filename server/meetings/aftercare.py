"""Going home: how it was, a note that waits for the facilitators, and where facilitators read it.

How somebody feels is shown in the page and sent nowhere; whether they felt heard is a sum alone.
"""

from __future__ import annotations

from quart import Blueprint, Response, abort, request

from server import live_room
from server.care import notes
from server.circles import feelings
from server.circles.changes import schedule_of
from server.circles.invitations import held
from server.circles.queries import MyCircle, facilitator_names
from server.circles.reach import in_reach
from server.circles.routes import now
from server.limits import Budget
from server.meetings.belonging import belongs
from server.web import db, page, see_other, services, who

aftercare = Blueprint("aftercare", __name__)

ERASED = "terhapus"
PER_MEMBER = Budget(5, 86400)
"""Notes of one person in one circle."""


@aftercare.get("/c/<slug>/usai")
async def going_home(slug: str) -> Response:
    """After the meeting. At the second or third, one question more."""
    mine = await belongs(slug)
    answered = mine.membership.felt_asked and request.args.get("rasa") == "1"
    asks = feelings.to_ask(mine.membership)
    return await page(
        "aftercare.html",
        circle=mine.circle,
        mine=mine,
        times=await schedule_of(db(), mine.circle),
        now=now(),
        asks=asks,
        answered=answered,
        others=await in_reach(db(), mine.circle, await who(), now()) if asks or answered else [],
        sent=request.args.get("pesan") == "1",
        under_way=await live_room.is_under_way(mine.circle.id),
    )


@aftercare.post("/c/<slug>/usai/rasa")
async def felt(slug: str) -> Response:
    """Their answer, as one more in a sum."""
    mine = await belongs(slug)
    said = (await request.form).get("felt", "")
    if said not in feelings.ANSWERS:
        return see_other(f"/c/{slug}/usai")
    counted = await feelings.answer(db(), mine.membership, said)
    await db().commit()
    return see_other(f"/c/{slug}/usai?rasa=1" if counted else f"/c/{slug}/usai")


# --- the note that waits ---


@aftercare.get("/c/<slug>/catatan-usai")
async def note_page(slug: str) -> Response:
    """For members a form; for facilitators how many wait."""
    mine = await belongs(slug)
    return await (show_waiting(mine) if mine.facilitates else show_form(mine))


@aftercare.post("/c/<slug>/catatan-usai")
async def send_note(slug: str) -> Response:
    """Seal a member's note; what is wrong with it leaves it in the form."""
    mine = await belongs(slug)
    if mine.facilitates:
        abort(404)
    sent = await request.form
    named = sent.get("named") == "yes"
    try:
        text = notes.clean_note(sent.get("note", ""))
        await seal_for(mine, "after", text, named=named)
    except notes.BadNote as bad:
        return await show_form(mine, sent.get("note", ""), named=named, wrong=bad.key)
    await db().commit()
    return see_other(f"/c/{slug}/usai?pesan=1")


async def seal_for(mine: MyCircle, kind: notes.Kind, text: str, *, named: bool) -> None:
    """Let it wait, if this person did not send too many. Raises `notes.BadNote`."""
    whom = f"{mine.circle.id}/{mine.membership.person_id}"
    if services().limits.wait_for(PER_MEMBER, whom):
        raise notes.BadNote("note.many")
    name = mine.membership.name if named else None
    await notes.leave_note(db(), services().keys, mine.circle, kind, text, name)


async def show_form(
    mine: MyCircle, typed: str = "", *, named: bool = False, wrong: str = ""
) -> Response:
    """Who will read it and how long it lives, before anything is typed."""
    return await page(
        "note.html",
        (429 if wrong == "note.many" else 422) if wrong else 200,
        circle=mine.circle,
        mine=mine,
        names=await facilitator_names(db(), mine.circle),
        typed=typed[: 2 * notes.LONGEST],
        named=named,
        wrong=wrong,
        longest=notes.LONGEST,
    )


@aftercare.post("/c/<slug>/catatan-usai/buka")
async def open_note(slug: str) -> Response:
    """The oldest note, to read. Opening it erases nothing: the answer may never arrive."""
    _, mine = await held(slug)
    note = await notes.oldest(db(), services().keys, mine.circle)
    return await show_waiting(mine, note)


@aftercare.post("/c/<slug>/catatan-usai/terbaca")
async def note_was_read(slug: str) -> Response:
    """'I have read it': now it is erased. Pressed twice, nothing else goes."""
    _, mine = await held(slug)
    await notes.forget_read(db(), mine.circle, (await request.form).get("note", "")[:24])
    await db().commit()
    return see_other(f"/c/{slug}/catatan-usai?keadaan={ERASED}")


async def show_waiting(mine: MyCircle, note: notes.Note | None = None) -> Response:
    """How many wait, the one just opened, and the sum of those who felt heard."""
    return await page(
        "notes.html",
        circle=mine.circle,
        note=note,
        erased=note is None and request.args.get("keadaan") == ERASED,
        n=await notes.count_waiting(db(), mine.circle),
        felt=await feelings.heard_sum(db(), mine.circle),
    )
