"""`make screens`: every screen in every way it has to be looked at, into `shots/` (git ignores it).

The journeys go to each screen and render it there (tests/looks); this runs them, two at a time,
lays out the contact sheets, prints what is covered and what is wrong, and fails on a finding.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.journeys.browsing import ROOT
from tests.lengths import LONGEST
from tests.looks.combinations import ALL_PAIRS, WAYS, Pair
from tests.looks.rendering import FOLDER
from tests.looks.sheets import sheets

AT_A_TIME = 2
SHEETS, GREY = FOLDER / "sheets", FOLDER / "grey"


def journeys(wanted: list[str]) -> list[Path]:
    """The files of tests that look at screens."""
    files = [*(ROOT / "tests/journeys").glob("test_*.py"), ROOT / "tests/journeys/looking.py"]
    looking = [file for file in files if "Examiner(" in file.read_text("utf-8")]
    looking = [file for file in looking if not wanted or any(w in file.stem for w in wanted)]
    return sorted(looking, key=lambda file: file.stem not in LONGEST)


def run(file: Path) -> tuple[Path, int, str]:
    """One file of journeys by itself; what it said is kept for where it failed."""
    command = [sys.executable, "-m", "pytest", "-q", str(file)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "LINGKAR_PICTURES": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    print(
        f"  {file.stem:28} {done.stdout.strip().splitlines()[-1] if done.stdout else ''}",
        flush=True,
    )
    return file, done.returncode, done.stdout


def read() -> tuple[dict[str, set[Pair]], dict[str, list[str]]]:
    """By screen: the pairs that were met, and what is wrong in which way."""
    pairs: dict[str, set[Pair]] = defaultdict(set)
    wrong: dict[str, list[str]] = defaultdict(list)
    for way in WAYS:
        for path in FOLDER.glob(f"*/{way}.json"):
            screen = path.parent.name
            pairs[screen] |= way.pairs
            for one in json.loads(path.read_text("utf-8"))["found"]:
                told = f"{one['rule']:10} {one['where']} “{one['words']}” {one['more']}"
                wrong[screen].append(f"{way!s:20} {told}")
    return pairs, wrong


def tell(pairs: dict[str, set[Pair]], wrong: dict[str, list[str]]) -> int:
    """The table; gives how much is wrong, a pair that was never met counting as well."""
    print(f"\n{'screen':48} pictures  pairs  findings")
    for screen in sorted(pairs):
        pictures = len(list((FOLDER / screen).glob("*.png")))
        met = f"{len(pairs[screen])}/{len(ALL_PAIRS)}"
        print(f"{screen:48} {pictures:8} {met:>6} {len(wrong.get(screen, [])):9}")
    for screen, lines in sorted(wrong.items()):
        print(f"\n{screen}")
        for line in lines:
            print(f"  {line}")
    kinds = Counter(line[21:31].strip() for lines in wrong.values() for line in lines)
    unmet = sum(len(ALL_PAIRS - met) for met in pairs.values())
    pictures = len(list(FOLDER.glob("*/*.*.*.*.png")))
    counted = f"{len(pairs)} screens, {pictures} pictures, {unmet} pairs not met"
    print(f"\n{counted}, {kinds.total()} findings {dict(kinds)}")
    print(f"Contact sheets: {SHEETS.relative_to(ROOT)}/, in grey: {GREY.relative_to(ROOT)}/")
    return kinds.total() + unmet


def lay_out(screen: Path) -> None:
    """The contact sheets of a screen, unless they show its newest pictures already."""
    newest = max((path.stat().st_mtime for path in screen.glob("*.png")), default=0.0)
    made = SHEETS / f"{screen.name}.phones.png"
    if made.exists() and made.stat().st_mtime > newest:
        return
    sheets(screen, SHEETS)
    if "seats" in screen.name:
        sheets(screen, GREY, grey=True)


def main(wanted: list[str]) -> int:
    start = time.monotonic()
    if not wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
    for folder in (SHEETS, GREY):
        folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        done = list(pool.map(run, journeys(wanted)))
    for file, code, said in done:
        if code:
            print(f"\n{file.stem} failed:\n{said[-4000:]}")
    screens = [
        path for path in sorted(FOLDER.iterdir()) if path.is_dir() and path not in (SHEETS, GREY)
    ]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(lay_out, screens))
    failed = sum(code != 0 for _, code, _ in done)
    found = tell(*read())
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if failed or found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
