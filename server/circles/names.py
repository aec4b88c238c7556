"""Names that people choose: what is one, when two are the same, and what else to try.

Declines to judge what a name means. Every script is fine; what hides or turns text round is not.
"""

from __future__ import annotations

import unicodedata

LONGEST = 40
# Far above what forty letters of any script need, with their marks.
MOST_CODE_POINTS = 200
MOST_MARKS = 4
JOINERS = {"\u200c", "\u200d"}
ALLOWED_FORMAT = JOINERS | {"\ufe0e", "\ufe0f"}
# Letters, marks and signs that nobody sees, whatever their category says (Unicode's
# Default_Ignorable_Code_Point, and three that are drawn as nothing).
UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\u2800\ufffc\U00016fe4"
    "\U0001d159" + "".join(map(chr, (*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0))))
)
LONGEST_KEY = 200
"""What a database keeps of it: some characters read as a dozen."""
LOOKALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтαεορντικυχβημζıɑɡɩօսհոց",
    "aeopcyxijshdqwbkmhtaeopvtikyxbhmziagiouhng",
)
"""Small letters of other scripts that are drawn as Latin ones, or whose capitals are."""


class BadName(Exception):
    """Not a name; `key` is the words that say why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def clean_name(raw: str, longest: int = LONGEST) -> str:
    """The name as it will be shown, in NFC with single spaces. Raises `BadName`."""
    if len(raw) > MOST_CODE_POINTS * 10:
        raise BadName("name.long")
    name = " ".join(unicodedata.normalize("NFC", raw).split())
    if not name:
        raise BadName("name.empty")
    if any(hides(char) for char in name) or has_tower(name):
        raise BadName("name.hidden")
    too_long = len(name) > MOST_CODE_POINTS or graphemes(name) > longest
    if too_long or len(name_key(name)) > LONGEST_KEY:
        raise BadName("name.long")
    if not any(unicodedata.category(char)[0] in "LN" for char in name):
        raise BadName("name.letters")
    return name


def hides(char: str) -> bool:
    """Controls, direction overrides, zero-width, unseen and unassigned characters."""
    if char in ALLOWED_FORMAT:
        return False
    if char in UNSEEN:
        return True
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def has_tower(name: str) -> bool:
    """Marks piled on one letter until they cover the lines above."""
    run = 0
    for char in unicodedata.normalize("NFD", name):
        run = run + 1 if unicodedata.category(char)[0] == "M" else 0
        if run > MOST_MARKS:
            return True
    return False


def graphemes(name: str) -> int:
    """How many characters a person sees; near enough to Unicode's UAX 29 for a limit."""
    count, joined, flag = 0, False, False
    for char in name:
        if joined or char in ALLOWED_FORMAT or unicodedata.category(char)[0] == "M":
            joined = char == "\u200d"
            continue
        if "\U0001f3fb" <= char <= "\U0001f3ff":
            continue
        is_flag = "\U0001f1e6" <= char <= "\U0001f1ff"
        if is_flag and flag:
            flag = False
            continue
        flag = is_flag
        count += 1
    return count


def name_key(name: str) -> str:
    """Two names with the same key read as the same, in whichever script they were typed."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(LOOKALIKES)
    # 'İ' in small is an i with a dot more.
    folded = folded.replace("i\u0307", "i")
    return "".join(char for char in folded if char not in ALLOWED_FORMAT and not char.isspace())


def suggestion(name: str, taken: set[str]) -> str:
    """The first free name of this kind."""
    base = name
    while graphemes(base) > LONGEST - 3:
        base = base[:-1]
    number = 2
    while name_key(f"{base} {number}") in taken:
        number += 1
    return f"{base.rstrip()} {number}"
