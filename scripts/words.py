"""Set, remove or check words in the catalogues, one file a language. Declines to translate."""

from __future__ import annotations

import fcntl
import json
import sys
from pathlib import Path

LOCALES = Path(__file__).resolve().parent.parent / "web" / "locales"
LANGUAGES = ("id", "en")


def change(key: str, words: dict[str, str] | None) -> None:
    """Write one key in every catalogue, or take it out where `words` is None."""
    LOCALES.mkdir(parents=True, exist_ok=True)
    with (LOCALES / ".lock").open("w") as lock:
        # Two writers at once must not lose each other's words.
        fcntl.flock(lock, fcntl.LOCK_EX)
        for language in LANGUAGES:
            path = LOCALES / f"{language}.json"
            catalogue = json.loads(path.read_text("utf-8")) if path.exists() else {}
            if words is None:
                catalogue.pop(key, None)
            else:
                catalogue[key] = words[language]
            text = json.dumps(catalogue, ensure_ascii=False, indent=1, sort_keys=True)
            # In one step: whoever reads meanwhile finds the old file or the new one, whole.
            fresh = path.with_suffix(".new")
            fresh.write_text(text + "\n", "utf-8")
            fresh.replace(path)


def main(arguments: list[str]) -> int:
    """`set KEY INDONESIAN ENGLISH` or `remove KEY`."""
    match arguments:
        case ["set", key, indonesian, english]:
            change(key, {"id": indonesian, "en": english})
        case ["remove", key]:
            change(key, None)
        case _:
            print("usage: words.py set KEY INDONESIAN ENGLISH | remove KEY", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
