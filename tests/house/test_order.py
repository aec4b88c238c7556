"""The house in order: files and functions that are read in one sitting, a map with every folder.

Of files it looks at source alone: tests are lists of sentences, migrations are never changed, and
nobody reads what is generated.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests import tracked

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 250
FOLDERS = ("server/", "realtime/", "scripts/", "examples/", "web/src/")
KINDS = (".py", ".ts", ".tsx", ".css")
NOT_READ = ("/migrations/", ".gen.", ".test.")
LEFT_WHOLE = {
    "realtime/domain/commands.py": "one list of all that can be asked; README's first of seven",
    "realtime/domain/meeting.py": "one meeting, whole: its parts mean nothing without each other",
    "realtime/views.py": "all that reaches a browser, for whoever writes a client",
    "realtime/audiences.py": "who is connected and what they were shown change together",
    "realtime/frames.py": "all that leans on what is private in socketio, and nowhere else",
    "realtime/gateway.py": "every way in and out of a circle on this process, in one order",
    "realtime/room.py": "load, decide, swap, announce: one loop and what it does when it is lost",
    "realtime/limits.py": "every budget of the room, to be compared with one another",
}

LONGEST_FUNCTION = 30
"""Lines of its body, with what is said of it there."""
ONE_PIECE = {
    "server/app.py create_app": "the composition root: all that is made, in the order of need",
    "realtime/client/seen.py hear": "one table: each event, and what is remembered of it",
    "server/care/installing.py manifest": "one document, as the W3C lays it out",
    "realtime/present.py meeting_view": "one constructor: all that every seat is shown",
    "server/commands/parsing.py of_the_place": "one list: each command and its options",
    "server/works.py web": "one constructor: all that a web process is told",
    "realtime/present.py you_view": "one constructor: all that one person is shown of themselves",
    "realtime/room.py _swapped": "one loop, and no layer more in it: all changes go through here",
}


def bodies() -> dict[str, int]:
    """Function -> lines of its body, of each source file in Python."""
    found: dict[str, int] = {}
    for name in lengths():
        if name.endswith(".py"):
            for one in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                    lines = (one.end_lineno or 0) - one.body[0].lineno + 1
                    found[f"{name} {one.name}"] = max(lines, found.get(f"{name} {one.name}", 0))
    return found


def lengths() -> dict[str, int]:
    """Path -> lines, of each source file."""
    return {
        name: len((ROOT / name).read_text("utf-8").splitlines())
        for name in tracked.names(ROOT)
        if name.startswith(FOLDERS)
        and name.endswith(KINDS)
        and not any(part in f"/{name}" for part in NOT_READ)
        and (ROOT / name).is_file()
    }


def test_no_source_file_is_too_long_to_be_read_in_one_sitting() -> None:
    found = lengths()
    assert len(found) > 300
    long = {name: lines for name, lines in found.items() if lines > LONGEST}
    assert {name: lines for name, lines in long.items() if name not in LEFT_WHOLE} == {}


def test_who_is_short_again_leaves_the_list() -> None:
    found = lengths()
    assert [name for name in LEFT_WHOLE if found.get(name, 0) <= LONGEST] == []


def test_no_function_is_too_long_to_be_seen_whole() -> None:
    found = bodies()
    assert len(found) > 1500
    assert {name for name, lines in found.items() if lines > LONGEST_FUNCTION} == set(ONE_PIECE)


def test_the_map_in_readme_has_every_folder_and_no_other() -> None:
    drawn = (ROOT / "README.md").read_text("utf-8").split("```text\n")[1].split("```")[0]
    named = set(re.findall(r"\b([a-z]+)/(?=[\s,;]|$)", drawn, re.M))
    folders = {tuple(Path(name).parts[:-1]) for name in tracked.names(ROOT)}
    first = {parts[0] for parts in folders if parts and not parts[0].startswith(".")}
    halves = [parts for parts in folders if parts[:1] in (("server",), ("realtime",))]
    second = {parts[1] for parts in halves if len(parts) > 1}
    assert (first | second) - named == set()
    assert named - {part for parts in folders for part in parts} == set()


def test_what_make_runs_without_a_browser_opens_none() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    folders = re.findall(r"(\S+)%", makefile.split("BROWSERLESS := ")[1].splitlines()[0])
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(files) > 100
    opens = re.compile(r"async_playwright|\bchromium\b")
    assert [str(path.relative_to(ROOT)) for path in files if opens.search(path.read_text())] == []
