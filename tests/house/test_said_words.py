"""The built catalogues leave out what no script says; a key made from a variable would be lost."""

from __future__ import annotations

import re
from pathlib import Path

SOURCES = Path("web/src")
# The beginning of a template has to name its part of the catalogue.
FROM_A_VARIABLE = re.compile(r"\bt\(\s*`\$\{")


def test_every_key_that_a_script_makes_begins_with_words_of_its_own() -> None:
    lost = [
        f"{file.name}: {line.strip()}"
        for file in SOURCES.rglob("*.ts*")
        for line in file.read_text("utf-8").splitlines()
        if FROM_A_VARIABLE.search(line)
    ]
    assert lost == []
