"""What can be counted from outside: everything of the work, and nothing of anybody."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from pathlib import Path

import httpx
import pytest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from realtime import trace
from realtime.client import RoomClient
from realtime.client.connection import ConnectRefused
from realtime.domain.commands import PassStick, SetPhase, TakeOn
from realtime.domain.meeting import Phase, TurnId
from realtime.domain.refusal import Reason
from realtime.payloads import CLIENT_EVENTS
from server.circles.seed import seed_circle
from server.pages import laid_out
from server.settings import Settings
from tests.journeys.browsing import free_port
from tests.server.test_cli import SOON, fetch, gone, serving, started
from tests.server.test_processes import until, webs_of, words_of

pytestmark = pytest.mark.timeout(240)

CANARY = "kenari9"
"""In every name and in everything that is said."""
ROUTES = {rule.rule for rule in laid_out().url_map.iter_rules()} | {"none"}
LABELS = {
    "process": {"web0", "web1", "sound0"},
    "reason": {reason.value for reason in Reason},
    "event": {*CLIENT_EVENTS, "unknown"},
    "part": {"all"},
    "route": ROUTES,
    "why": {"gate", "slots", "junk", "rate", "full"},
}


async def scraped(port: int) -> tuple[str, dict[str, Metric]]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/metrics")
    assert answer.status_code == 200
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    return answer.text, families


def total(family: Metric, **labels: str) -> float:
    """Over every process."""
    return sum(
        sample.value
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_sum", "_created"))
        and labels.items() <= sample.labels.items()
    )


async def canary_meeting(base: str, slug: str, cookies: dict[str, str]) -> int:
    """Said, whispered, refused and broken; returns how many have seen it all."""
    with pytest.raises(ConnectRefused):
        async with RoomClient.connect(base, f"{slug}-{CANARY}", cookies["Sari"]):
            pass
    async with (
        RoomClient.connect(base, slug, cookies["Sari"], tab=f"{CANARY}-tab") as sari,
        RoomClient.connect(base, slug, cookies["Rina"]) as rina,
    ):
        assert (await sari.say(f"{CANARY} satu")).ok
        await rina.until(lambda room: room.said)
        assert (await rina.whisper(f"{CANARY} dua")).ok
        await sari.until(lambda room: room.whispers)
        await sari.send(SetPhase(Phase.SHARING))
        await rina.until(lambda room: room.meeting and room.meeting.phase == Phase.SHARING)
        assert (await rina.send(SetPhase(Phase.OPENING))).reason == Reason.NOT_ALLOWED
        await rina.send(PassStick(TurnId(CANARY), rina.me))
        await rina.send(TakeOn(yes=True))
        await rina.emit("say", {"id": CANARY, "text": CANARY * 900})
        await rina.emit(CANARY, {CANARY: CANARY})
        with contextlib.suppress(Exception):
            await rina.send_raw('42["say",{"' + CANARY)
    return 2


async def test_figures_and_logs_of_a_meeting_name_nobody_and_nothing_that_was_said(
    tmp_path: Path,
) -> None:
    names = [f"{CANARY} Rina"]
    circle = await seed_circle(
        Settings(data_dir=tmp_path),
        title=f"{CANARY} pagi",
        facilitator=f"{CANARY} Sari",
        members=names,
        door="open",
    )
    port = free_port()
    async with serving(tmp_path, "--workers", "2", LINGKAR_METRICS_PORT=str(port)) as served:
        found = re.search(r"localhost:(\d+)", served.said)
        assert found
        base = f"http://127.0.0.1:{found[1]}"
        cookies = {
            "Sari": f"{circle.cookie_name}={circle.facilitator}",
            "Rina": f"{circle.cookie_name}={circle.members[names[0]]}",
        }
        await canary_meeting(base, circle.slug, cookies)
        async with httpx.AsyncClient(base_url=base) as browser:
            for path in (f"/c/{circle.slug}", f"/c/{CANARY}", f"/{CANARY}?{CANARY}", "/bantuan"):
                await browser.get(path)
            assert (await browser.get("/metrics")).status_code == 404
        said, families = await scraped(port)
        code, rest = await served.stop(signal.SIGTERM)
        errors = rest
    assert code == 0
    secrets = [CANARY, circle.slug, circle.circle_id, *circle.ids.values()]
    secrets += [*circle.seat_ids.values(), circle.facilitator, "127.0.0.1"]
    for secret in secrets:
        assert secret not in said, secret
        assert secret not in errors, secret
    for family in families.values():
        for sample in family.samples:
            for name, value in sample.labels.items():
                assert name in ("le", "status") or value in LABELS[name], (family.name, name, value)
                assert name not in ("le", "status") or re.fullmatch(r"[\d.+Inf]+", value)
    # They are counted all the same.
    assert total(families["lingkar_joins"]) == 2
    assert total(families["lingkar_deliveries"]) > 6
    assert total(families["lingkar_refusals"], reason="not_allowed") >= 1
    assert total(families["lingkar_refused_joins"], reason="not_a_member") == 1
    assert total(families["lingkar_event_seconds"], event="say") >= 1
    assert total(families["lingkar_http_answers"], route="/bantuan", status="200") == 1
    assert total(families["lingkar_http_answers"], route="none", status="404") >= 1
    assert total(families["lingkar_sound_forwarded"]) == 0


async def test_nothing_is_counted_from_outside_unless_it_is_asked_for(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        process = await started(tmp_path, "check")
        await process.communicate()
        assert not list(tmp_path.glob("*metrics*"))
        with pytest.raises(Exception, match="404"):
            await fetch(f"{served.address}/metrics")


@pytest.mark.long
async def test_a_process_that_is_started_again_is_counted_again(tmp_path: Path) -> None:
    port = free_port()
    async with serving(tmp_path, LINGKAR_METRICS_PORT=str(port)) as served:
        assert await fetch(f"{served.address}/bantuan") == 200
        reload = await started(tmp_path, "reload")
        assert await reload.wait() == 0
        counted: list[float] = []

        def is_anew() -> bool:
            text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            families = {one.name: one for one in text_string_to_metric_families(text)}
            answers = families.get("lingkar_http_answers")
            counted.append(-1.0 if answers is None else total(answers))
            return counted[-1] == 0

        await until(is_anew)
        assert await fetch(f"{served.address}/bantuan") == 200


def test_a_trace_is_a_name_of_ours_or_none() -> None:
    trace.begin()
    first = trace.now()
    trace.begin()
    assert trace.SHAPE.fullmatch(first)
    assert trace.now() != first
    trace.go_on(first)
    assert trace.now() == first
    for other in (CANARY, "", None, 7, f"{first} {CANARY}"):
        trace.go_on(other)
        assert trace.now() == ""


@pytest.mark.long
async def test_a_circles_people_meet_on_one_process_and_again_after_it_was_killed(
    tmp_path: Path,
) -> None:
    names = [f"Orang {number}" for number in range(7)]
    circle = await seed_circle(Settings(data_dir=tmp_path), members=names, door="open")
    port = free_port()
    cookies = [circle.facilitator, *circle.members.values()]

    async def met(base: str, *cookies: str) -> dict[str, float]:
        """Let these come; how many people each process has then."""
        async with contextlib.AsyncExitStack() as stack:
            for cookie in cookies:
                named = f"{circle.cookie_name}={cookie}"
                room = await stack.enter_async_context(RoomClient.connect(base, circle.slug, named))
                await room.until(lambda room: room.you)
            _, families = await scraped(port)
            return {one.labels["process"]: one.value for one in families["lingkar_seats"].samples}

    async with serving(tmp_path, "--workers", "2", LINGKAR_METRICS_PORT=str(port)) as served:
        found = re.search(r"localhost:(\d+)", served.said)
        assert found
        base = f"http://127.0.0.1:{found[1]}"
        seated = await met(base, *cookies)
        assert sorted(seated.values()) == [0, len(cookies)]
        (home,) = [process for process, people in seated.items() if people]
        before = webs_of(served)
        (killed,) = [p for p in before if b"--number\0" + home[-1:].encode() in words_of(p)]
        os.kill(killed, signal.SIGKILL)
        await gone(killed)
        async with asyncio.timeout(SOON * 2):
            # With the other until there is a new one.
            while await met(base, *cookies) != seated:
                assert killed not in webs_of(served)
