"""Draws codes that a camera reads. Declines to know what is in them, and to write a file."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup


def qr(content: str) -> Markup:
    """One path, in colours that every theme leaves alone; fits a policy without inline styles."""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(
        out, kind="svg", border=2, dark="#2a1730", light="#ffffff", xmldecl=False, svgns=False,
        omitsize=True, nl=False,
    )  # fmt: skip
    return Markup(out.getvalue().decode())  # noqa: S704 -- segno's own drawing
