"""What docker-compose.yml, the Dockerfile and the units promise is there, and what they name works.

`make rehearsal` starts it all; here is what can be seen in seconds.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

from server import gate
from server.cli import main
from server.settings import Environment
from tests.rehearsal.composed import Composed, NotSet, Service, read
from tests.rehearsal.image import instructions
from tests.valkeys import on_a_port

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
EXPOSED_AT_MOST = 20
"""Of `systemd-analyze security`, in tenths: 0 is nothing, 100 is everything."""


@pytest.fixture(scope="module")
def composed() -> Composed:
    return read(FILE, {"LINGKAR_DOMAIN": "lingkar.example"})


def running(composed: Composed) -> list[Service]:
    return [one for one in composed.services.values() if not one.once]


def test_a_name_is_all_that_has_to_be_said() -> None:
    with pytest.raises(NotSet, match="LINGKAR_DOMAIN"):
        read(FILE, {})
    found = read(FILE, {"LINGKAR_DOMAIN": "lingkar.example"})
    assert found.services["sound"].environment["LINGKAR_SOUND_ADDRESS"] == "lingkar.example"
    assert found.services["web"].replicas == 2


def test_every_service_is_asked_how_it_is_and_comes_back(composed: Composed) -> None:
    names = {one.name for one in running(composed)}
    assert names == {"web", "sound", "valkey", "database", "caddy", "turn"}
    assert [one.name for one in running(composed) if one.health is None] == []
    assert {one.said["restart"] for one in running(composed)} == {"unless-stopped"}


def test_every_service_has_limits_and_never_swaps(composed: Composed) -> None:
    for one in composed.services.values():
        assert set(one.limits) == {"mem_limit", "memswap_limit", "cpus", "pids_limit"}, one.name
        assert one.limits["mem_limit"] == one.limits["memswap_limit"], one.name
        assert one.said["ulimits"]["core"] == 0, one.name


def test_no_service_is_root_writes_its_root_or_gets_rights(composed: Composed) -> None:
    for one in composed.services.values():
        user, group, _ = one.account
        assert user and group, one.name
        assert one.said["read_only"] is True, one.name
        assert one.said["cap_drop"] == ["ALL"], one.name
        assert one.said["security_opt"] == ["no-new-privileges:true"], one.name
        # Its program carries that right in its file, and would not start without it.
        assert one.rights == (["net_bind_service"] if one.name == "caddy" else []), one.name


def test_caddy_coturn_and_sound_alone_publish_ports(composed: Composed) -> None:
    found = {
        one.name: [(port.kind, port.outside) for port in one.ports]
        for one in composed.services.values()
        if one.ports
    }
    assert found == {
        "caddy": [("tcp", 80), ("tcp", 443), ("udp", 443)],
        "sound": [("udp", 8443)],
        "turn": [("udp", 3478), ("tcp", 3478)],
    }
    for name in ("valkey", "database"):
        networks = composed.services[name].networks
        assert networks and all(composed.internal[network] for network in networks), name


def test_no_secret_is_in_the_file_and_every_setting_in_it_is_one(composed: Composed) -> None:
    known = {str(part.validation_alias) for part in Environment.model_fields.values()}
    known |= {f"{name}_FILE" for name in known}
    for one in composed.services.values():
        for name, value in one.environment.items():
            if re.search("SECRET|PASSWORD|URL$|KEY", name) and name != "PUBLIC_URL":
                assert name.endswith("_FILE") or not value, f"{one.name}: {name}"
            assert not one.built or name in known, f"{one.name}: {name} is no setting"


def test_the_dockerfile_has_nothing_that_its_linter_minds() -> None:
    program = Path(sys.executable).parent / "hadolint"
    done = subprocess.run(
        [str(program), "--failure-threshold", "style", "Dockerfile"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    last = dict(instructions((ROOT / "Dockerfile").read_text("utf-8")))
    assert last["USER"] == "10001:10001"


async def test_valkey_by_its_file_passes_the_gate_and_lets_in_nobody_else(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    assert main(["secrets", str(keys), "--valkey", "127.0.0.1:1"]) == 0
    settings = tmp_path / "valkey.conf"
    said = (ROOT / "deploy/valkey.conf").read_text("utf-8")
    assert "aclfile /run/keys/users.acl\n" in said
    settings.write_text(
        re.sub(r"^(bind|port|dir) .*\n", "", said, flags=re.M).replace(
            "/run/keys/users.acl", str(keys / "valkey/users.acl")
        )
    )
    async with on_a_port(tmp_path / "valkey", file=settings) as (plain, port):
        ours = (keys / "app/redis-url").read_text().replace("127.0.0.1:1", f"127.0.0.1:{port}")
        assert await gate.kept_by(ours) == ()
        async with Redis.from_url(plain) as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.ping()
        async with Redis.from_url(ours) as us:
            with pytest.raises(NoPermissionError):
                await us.config_set("save", "60 1")


def test_secrets_stay_and_are_closed_to_others(tmp_path: Path) -> None:
    def made() -> dict[str, str]:
        assert main(["secrets", str(tmp_path), "--turn", str(ROOT / "deploy/turnserver.conf")]) == 0
        return {str(p): p.read_text() for p in tmp_path.rglob("*") if p.is_file()}

    first = made()
    assert made() == first
    names = {"app", "sound", "valkey", "database", "turn"}
    assert {path.relative_to(tmp_path).parts[0] for path in map(Path, first)} == names
    assert {p.stat().st_mode & 0o777 for p in tmp_path.rglob("*") if p.is_file()} == {0o640}
    turn = (tmp_path / "turn/turnserver.conf").read_text()
    assert f"static-auth-secret={(tmp_path / 'app/turn-secret').read_text()}\n" in turn
    assert "denied-peer-ip=0.0.0.0-255.255.255.255\n" in turn


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_are_hardened(unit: Path) -> None:
    text = unit.read_text("utf-8")
    for line in ("User=lingkar", "MemorySwapMax=0", "LimitCORE=0", "NoNewPrivileges=yes"):
        assert f"\n{line}\n" in text, line
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("NOT RUN: systemd is not installed")
    threshold = f"--threshold={EXPOSED_AT_MOST}"
    done = subprocess.run(
        [program, "security", "--offline=yes", "--no-pager", threshold, str(unit)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-600:] + done.stderr
    # The program is where an installation puts it, which this machine is none of.
    done = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert said == []
