"""The certificate for phones on the same network: private, for this address, made again in time."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

from cryptography import x509

from server.lan import VALID_FOR, certificate_for, names

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
HERE = "192.0.2.7"


def test_it_is_for_this_address_and_this_machine_and_cannot_vouch_for_others(
    tmp_path: Path,
) -> None:
    made = certificate_for(HERE, tmp_path / "lan", NOW)
    read = x509.load_pem_x509_certificate(made.cert.read_bytes())
    assert names(read) == {HERE, "127.0.0.1", "::1"}
    assert read.not_valid_before_utc < NOW < read.not_valid_after_utc
    limits = read.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert not limits.ca


def test_its_key_is_for_this_account_alone(tmp_path: Path) -> None:
    made = certificate_for(HERE, tmp_path / "lan", NOW)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.cert.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.key.parent.stat().st_mode) == 0o700


def test_it_is_kept_so_that_a_phone_warns_once(tmp_path: Path) -> None:
    first = certificate_for(HERE, tmp_path, NOW)
    again = certificate_for(HERE, tmp_path, NOW + dt.timedelta(days=30))
    assert again.fingerprint == first.fingerprint


def test_another_address_gets_another_certificate(tmp_path: Path) -> None:
    first = certificate_for(HERE, tmp_path, NOW)
    moved = certificate_for("192.0.2.8", tmp_path, NOW)
    assert moved.fingerprint != first.fingerprint


def test_it_is_made_again_before_it_ends(tmp_path: Path) -> None:
    first = certificate_for(HERE, tmp_path, NOW)
    later = certificate_for(HERE, tmp_path, NOW + VALID_FOR - dt.timedelta(days=3))
    assert later.fingerprint != first.fingerprint
