"""What is handed to whoever watches a place: every figure named exists, every rule can be read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from realtime.audio.counters import Counters
from realtime.domain.refusal import Reason
from server.figures import of_sound, of_web
from server.metrics import text_of

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "deploy" / "monitoring"
NAMED = re.compile(r"\blingkar_\w+")
COLUMNS = 24


def exported() -> set[str]:
    """Every name that a process answers with, as Prometheus stores it."""
    text = text_of(of_web(lambda: (0, 0, 0))) + text_of(of_sound(Counters()))
    names = set()
    for family in text_string_to_metric_families(text.decode()):
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
        names |= {family.name + ending for ending in endings.get(family.type, [""])}
    return names


def alerts() -> list[dict[str, Any]]:
    (group,) = YAML(typ="safe").load(PLACE / "alerts.yml")["groups"]
    return list(group["rules"])


def panels() -> list[dict[str, Any]]:
    return list(json.loads((PLACE / "grafana.json").read_text("utf-8"))["panels"])


def test_every_figure_that_an_alert_or_a_panel_asks_for_is_one_that_we_have() -> None:
    asked = [rule["expr"] for rule in alerts()]
    asked += [target["expr"] for panel in panels() for target in panel["targets"]]
    named = {name for expression in asked for name in NAMED.findall(expression)}
    assert named and named <= exported(), named - exported()
    reasons = {one for asks in asked for one in re.findall(r'reason=~?"([^"]+)"', asks)}
    assert {one for several in reasons for one in several.split("|")} <= {r.value for r in Reason}


def test_every_alert_says_what_people_notice_in_both_languages_and_what_to_do() -> None:
    for rule in alerts():
        assert set(rule["annotations"]) == {"summary", "id", "do"}, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
    named = re.findall(r"docs/\S+?\.md", (PLACE / "alerts.yml").read_text("utf-8"))
    assert named and all((ROOT / one).exists() for one in named)


def test_the_dashboard_lays_no_panel_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken and at["x"] + at["w"] <= COLUMNS, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool (Debian: prometheus)")
def test_prometheus_itself_takes_the_rules_and_each_alert_comes_when_it_should(
    tmp_path: Path,
) -> None:
    # Panels' expressions as rules, for the same reader.
    rules = [
        {"record": f"panel:{at}", "expr": target["expr"]}
        for at, target in enumerate(one for panel in panels() for one in panel["targets"])
    ]
    (tmp_path / "panels.yml").write_text(
        json.dumps({"groups": [{"name": "panels", "rules": rules}]}), "utf-8"
    )
    for asked in (
        ["check", "rules", str(tmp_path / "panels.yml")],
        ["check", "config", "prometheus.yml"],
        ["test", "rules", "alerts.test.yml"],
    ):
        done = subprocess.run(
            ["promtool", *asked], cwd=PLACE, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
