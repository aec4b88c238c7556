"""Put the built page into the wheel. Does nothing for an editable install: make builds there."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):  # type: ignore[type-arg, misc, unused-ignore]
    """Run the web build before files are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build unless it is an editable install, or an sdist that carries the built page."""
        root = Path(self.root)
        if version != "editable":
            # Words and drawings serve pages and room alike, and keep their paths in the wheel.
            for shared in ("web/locales", "web/src/icons.json"):
                build_data["force_include"][str(root / shared)] = shared
        manifest = root / "server/static/built/.vite/manifest.json"
        carried = manifest.is_file() and not (root / "web/src").is_dir()
        if version == "editable" or carried or os.environ.get("LINGKAR_SKIP_WEB"):
            return
        runpy.run_path(str(root / "scripts/web.py"))["build"]()
        if not manifest.is_file():
            raise RuntimeError("the web build left no manifest")
