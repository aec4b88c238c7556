"""What is looked at from the street and from inside: TLS, headers, open ports, rights, logs.

Asks as any browser may, and reads what the kernel says. Declines to look into the database.
"""

from __future__ import annotations

import gzip
import json
import re
import shlex
import socket
import ssl
from collections.abc import Iterable
from pathlib import Path

import httpx

from tests.rehearsal.box import Box
from tests.rehearsal.composed import Composed
from tests.rehearsal.house import House
from tests.rehearsal.wires import PUBLIC, STREET

CLOSED = (5432, 6379, 8000, 9464, 2019, 2020, 5349)
"""TCP ports of services that nobody may reach from the street."""
RIGHT = {"net_bind_service": 1 << 10}
LOWEST_QUIC = 1200


def root_certificate(house: House) -> Path:
    """The authority that Caddy made for itself, as a person would fetch it to believe it."""
    found = list((house.folder / "volumes/certificates").rglob("authorities/local/root.crt"))
    assert len(found) == 1, found
    return found[0]


def check_tls(domain: str, authority: Path) -> str:
    """By our own authority, with HTTP/2 offered and taken."""
    context = ssl.create_default_context(cafile=str(authority))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection((domain, 443), 10) as plain,
        context.wrap_socket(plain, server_hostname=domain) as wrapped,
    ):
        assert wrapped.selected_alpn_protocol() == "h2"
        return f"{wrapped.version()}, h2"


def check_quic() -> str:
    """UDP 443 speaks QUIC: a version that nobody knows is answered with those that are known."""
    asked = bytes([0xC0]) + b"\x1a\x2a\x3a\x4a" + b"\x08lingkar1" + b"\x08rehears1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(5)
        probe.sendto(asked.ljust(LOWEST_QUIC, b"\0"), (PUBLIC, 443))
        said = probe.recv(2000)
    # RFC 9000, 17.2.1: version 0, then connection ids, then the versions.
    assert said[1:5] == b"\0\0\0\0"
    assert b"\0\0\0\1" in said[5:], said.hex()
    return "QUIC v1"


def check_pages(domain: str, authority: Path) -> str:
    """Headers, compression, what may be kept, and where plain http leads."""
    base = f"https://{domain}"
    context = ssl.create_default_context(cafile=str(authority))
    with httpx.Client(verify=context, headers={"Accept-Encoding": "gzip"}) as client:
        page = client.get(base + "/")
        assert page.status_code == 200, page.status_code
        assert page.headers["content-encoding"] == "gzip"
        assert 'h3=":443"' in page.headers["alt-svc"]
        for name in ("content-security-policy", "strict-transport-security", "referrer-policy"):
            assert page.headers.get(name), name
        assert "no-cache" in page.headers["cache-control"]
        asset = re.search(r"/static/built/[\w./-]+\.js", page.text)
        assert asset is not None
        script = client.get(base + asset[0])
        assert script.headers["content-encoding"] == "gzip"
        assert "immutable" in script.headers["cache-control"]
        ready = client.get(f"{base}/readyz")
        assert ready.json() == {"ready": True, "missing": []}, ready.text
        plain = client.get(f"http://{domain}/")
        assert plain.status_code in (301, 308)
        assert plain.headers["location"].startswith(base)
    return "gzip, h3 advertised, HSTS, CSP, redirect"


def check_ports(composed: Composed) -> str:
    """The file publishes what it says and nothing else answers."""
    published = {(p.kind, p.outside) for one in composed.services.values() for p in one.ports}
    wanted = {("tcp", 80), ("tcp", 443), ("udp", 443), ("udp", 8443), ("udp", 3478), ("tcp", 3478)}
    assert published == wanted, published
    for port in CLOSED:
        with socket.socket() as probe:
            probe.settimeout(1)
            assert probe.connect_ex((PUBLIC, port)) != 0, port
    return ", ".join(sorted(f"{port}/{kind}" for kind, port in published))


def check_walls(house: House) -> str:
    """Who is not in a network with the data cannot come to it; who may ask, is asked who it is."""
    valkey = next(iter(house.boxes["valkey"][0].place.addresses.values()))
    tables = next(iter(house.boxes["database"][0].place.addresses.values()))
    for name in ("caddy", "turn"):
        box = house.boxes[name][0]
        for address, port in ((valkey, 6379), (tables, 5432)):
            words = f"import socket; socket.create_connection(('{address}', {port}), 2)"
            assert box.run(["python3", "-c", words], check=False) != 0, (name, port)
    refused = "valkey-cli ping 2>&1 | grep -q NOAUTH"
    house.boxes["valkey"][0].run(["/bin/sh", "-c", refused])
    return "valkey and database are out of reach for caddy and turn"


def check_rights(house: House) -> str:
    """No root, no rights but the named, none to come, a root that cannot be written."""
    limited = 0
    for box in house.all():
        if box.service.once:
            continue
        seen = box.seen()
        user, group, _ = box.service.account
        assert seen["Uid"].split() == [str(user)] * 4, (box.name, seen["Uid"])
        assert seen["Gid"].split() == [str(group)] * 4, box.name
        assert user != 0
        allowed = sum(RIGHT[right] for right in box.service.rights)
        for kind in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(seen[kind], 16) & ~allowed == 0, (box.name, kind, seen[kind])
        assert seen["NoNewPrivs"] == "1", box.name
        assert box.run(["/bin/sh", "-c", "echo x > /etc/new"], check=False) != 0, box.name
        limited += box.limited
    return f"{len(house.all())} containers, limits hold in {limited}"


def check_doctor(house: House) -> str:
    """Asked in a web process' container, it minds nothing but that nobody vouches for us."""
    said = house.boxes["web"][0].output(["lingkar", "doctor", "--json"])
    found = json.loads(said)
    wrong = [(one["part"], one["how"]) for one in found if one["state"] == "bad"]
    assert wrong == [("tls", "unknown")], said
    return f"{len(found)} findings, {sum(one['state'] == 'ok' for one in found)} of them well"


def check_backup(house: House) -> str:
    """The command of docs/run-small.md gives a file that a restore would take."""
    text = (house.repository / "docs/run-small.md").read_text("utf-8")
    command = re.search(r"compose exec -T web (sh -c '[^']+')", text)
    assert command is not None
    house.boxes["web"][0].run(shlex.split(command[1].replace("cat /tmp/b", "gzip -t < /tmp/b")))
    return "made and whole"


def check_valkey_keeps_nothing(house: House) -> str:
    """No file in its folder."""
    house.boxes["valkey"][0].run(["/bin/sh", "-c", 'test -z "$(ls -A /data)"'])
    return "its folder is empty"


def check_logs(house: House, said: Iterable[str], names: Iterable[str]) -> str:
    """Nobody's words, name or address in what any container printed, no secret either; no words
    in any volume."""
    secrets = [
        path.read_text().strip()
        for path in (house.folder / "volumes/keys-app/words").iterdir()
        if not path.name.startswith(".")
    ]
    assert len(secrets) == 3
    size = 0
    for box in house.all():
        text = box.log.read_bytes()
        size += len(text)
        for word in (*said, *names, *secrets, STREET[1]):
            assert word.encode() not in text, f"{box.name} printed {word!r}"
    kept = [path for path in (house.folder / "volumes").rglob("*") if path.is_file()]
    for path in kept:
        content = path.read_bytes()
        with_packed = content + (gzip.decompress(content) if path.suffix == ".gz" else b"")
        for word in said:
            assert word.encode() not in with_packed, f"{path} holds words"
    return f"{size} bytes of logs, {len(kept)} files in volumes"


def quiet(boxes: list[Box]) -> str:
    """The last words of all, for when something went wrong."""
    return "\n".join(f"--- {box.name}\n{box.last_words()[-1500:]}" for box in boxes)
