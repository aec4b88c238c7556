"""docs/openapi.json names every address, and a real server answers as it says, whatever is sent."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CheckFunction
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from scripts import openapi
from server.circles.seed import Seeded, seed_circle
from server.pages import laid_out
from server.settings import Settings
from tests.server.test_cli import serving

Asked = schemathesis.Case[Any]
EACH = 4
"""Requests to each address by each method: some hundreds in all."""
HELD: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
]


def test_the_description_is_what_the_routes_are() -> None:
    assert openapi.main(["--check"]) == 0, "run: python -m scripts.openapi"


def test_every_address_is_described_in_a_sentence() -> None:
    paths = json.loads(openapi.TARGET.read_text("utf-8"))["paths"]
    rules = {openapi.in_braces(rule.rule) for rule in laid_out().url_map.iter_rules()}
    assert rules <= set(paths)
    operations = [one for path in paths.values() for one in path.values()]
    assert [one["operationId"] for one in operations if not one["summary"].strip()] == []


class Knocking:
    """Browsers at addresses of their own: nobody, a member, whoever holds the circle."""

    def __init__(self, base: str, seeded: Seeded) -> None:
        self.base, self.seeded = base, seeded
        name = seeded.cookie_name
        self.cookies = [{}, {name: seeded.members["Melati"]}, {name: seeded.facilitator}]
        self.counted = itertools.count()
        with httpx.Client(base_url=base, trust_env=False) as browser:
            page = browser.get("/masuk")
            found = re.search(r'name="_token" value="([^"]+)"', page.text)
            assert found
            self.token = found[1]
            self.form = dict(browser.cookies)

    def knock(self, case: Asked) -> None:
        at = next(self.counted)
        if "slug" in case.path_parameters and at % 2:
            case.path_parameters["slug"] = self.seeded.slug
        if isinstance(case.body, dict) and "_token" in case.body and at % 4:
            case.body["_token"] = self.token
        # As if many people came; none of them waits for the others.
        address = f"10.{at >> 16 & 255}.{at >> 8 & 255}.{at & 255}"
        answer = case.call(
            base_url=self.base,
            headers={"X-Forwarded-For": address},
            cookies=self.form | self.cookies[at % 3],
            allow_redirects=False,
        )
        case.validate_response(answer, checks=HELD)


def every_address(knocking: Knocking) -> list[str]:
    """What was answered otherwise than described."""
    schema = schemathesis.openapi.from_path(openapi.TARGET)
    wrong: list[str] = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        limits = settings(
            max_examples=EACH,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

        @limits
        @given(case=operation.as_strategy())
        def ask(case: Asked) -> None:
            knocking.knock(case)

        try:
            ask()
        except (FailureGroup, AssertionError) as failures:
            wrong.append(f"{operation.label}: {failures}")
    return wrong


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_every_address_answers_as_described_whatever_is_sent(tmp_path: Path) -> None:
    seeded = await seed_circle(Settings(data_dir=tmp_path), members=["Melati"], door="open")
    proxied = {"LINGKAR_PROXIES": "127.0.0.1"}
    async with serving(tmp_path, "--sound-workers", "0", **proxied) as served:
        knocking = Knocking(served.address, seeded)
        wrong = await asyncio.to_thread(every_address, knocking)
    assert next(knocking.counted) > 300
    assert not wrong, "\n\n".join(wrong)
