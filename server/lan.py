"""TLS for phones on the same network: this machine's address, a certificate and a QR code.

Browsers give cookies marked Secure, the microphone and service workers to TLS alone. The
certificate is made here and signed by nobody, so a phone warns once; declines to pretend
otherwise, to install itself anywhere, or to serve the open internet.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Apple's limit for a leaf certificate is 825 days, for one from an installed root 398.
VALID_FOR = dt.timedelta(days=397)
# Made again this long before it ends, so that none ends during a meeting.
RENEW_BEFORE = dt.timedelta(days=7)
# RFC 5737: never a real place. Connecting a UDP socket sends nothing; it picks the address
# that this machine would use to reach others.
NOWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where a certificate and its key lie, and the print a person can compare."""

    cert: Path
    key: Path
    fingerprint: str


def lan_address() -> str | None:
    """This machine's IPv4 address on its network; None when it is on none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(NOWHERE)
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if ipaddress.ip_address(address).is_loopback else address


def certificate_for(address: str, directory: Path, now: dt.datetime) -> Certificate:
    """Return the certificate kept in `directory`, made again if it is not for `address` or ends."""
    cert, key = directory / "cert.pem", directory / "key.pem"
    if cert.is_file() and key.is_file():
        kept = x509.load_pem_x509_certificate(cert.read_bytes())
        if address in names(kept) and kept.not_valid_after_utc - RENEW_BEFORE > now:
            return Certificate(cert, key, fingerprint(kept))
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    made, secret = make(address, now)
    write_private(
        key,
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    write_private(cert, made.public_bytes(serialization.Encoding.PEM))
    return Certificate(cert, key, fingerprint(made))


def make(address: str, now: dt.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate for this address and for this machine itself."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lingkar")])
    alternatives = [
        x509.DNSName("localhost"),
        *(x509.IPAddress(ipaddress.ip_address(ip)) for ip in (address, "127.0.0.1", "::1")),
    ]
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        # A phone's clock may be behind.
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + VALID_FOR - dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(usage, critical=False)
        # It may vouch for itself and for nothing else, wherever somebody installs it.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    return made, secret


def names(certificate: x509.Certificate) -> set[str]:
    """The addresses a certificate is for."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(address) for address in found.get_values_for_type(x509.IPAddress)}


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 in the shape that browsers show."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that was never readable by another account, in one step."""
    half = path.with_suffix(".new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    half.replace(path)


def show_qr(url: str, out: TextIO) -> None:
    """Draw a QR code that a phone's camera reads from a terminal."""
    segno.make(url, micro=False).terminal(out, border=2, compact=True)
