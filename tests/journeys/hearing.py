"""What a screen reader says of a page in a real browser: the same ear as the unit tests have."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

from tests.journeys.browsing import PATIENCE, ROOT, Person

EAR = ROOT / "web/src/room/hearing.ts"
STRIP = """
import {stripTypeScriptTypes} from 'node:module';
import {readFileSync} from 'node:fs';
process.stdout.write(stripTypeScriptTypes(readFileSync(process.argv[1], 'utf8')));
"""


@cache
def ear() -> str:
    """The function `hearing` in plain JavaScript."""
    node = [sys.executable, str(ROOT / "scripts/web.py"), "node"]
    command = [*node, "--no-warnings", "--input-type=module", "-e", STRIP, str(EAR)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.replace("export function", "function")


async def listen(person: Person) -> None:
    """From here on, note what is heard."""
    await person.page.evaluate(f"{ear()}; window.heard = hearing(document); 0")


async def hears(person: Person, how: str, text: str) -> None:
    """Wait until that is the last that was said in this way."""
    await person.page.wait_for_function(
        "([how, text]) => window.heard().filter(one => one[0] === how).at(-1)?.[1] === text",
        arg=[how, text],
        timeout=PATIENCE,
    )


async def heard(person: Person, how: str) -> list[str]:
    """All that was said in this way, in order."""
    said: list[str] = await person.page.evaluate(
        "how => window.heard().filter(one => one[0] === how).map(one => one[1])", how
    )
    return said
