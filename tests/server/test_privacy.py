"""The page about what is kept, held against the schema both ways."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from server import kept, words
from server.tables import Base
from tests.server.visiting import Site

COLUMNS = [
    (table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns
]


def has(key: str) -> bool:
    return all(key in words.catalogue(lang) for lang in words.LANGS)


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_table_says_what_it_is_for_and_how_long_it_lives(table: str) -> None:
    assert has(f"kept.{table}")
    assert has(f"kept.{table}.b")
    assert table in kept.ORDER


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_has_a_line(table: str, column: str) -> None:
    assert has(kept.column_words(table, column))


def test_nothing_is_said_to_be_kept_that_is_not() -> None:
    columns = {f"{table}.{column}" for table, column in COLUMNS}
    shared = {f"any.{column}" for _, column in COLUMNS}
    tables = {f"{table}{part}" for table in Base.metadata.tables for part in ("", ".b")}
    said = {key.removeprefix("kept.") for key in words.catalogue("id") if key.startswith("kept.")}
    assert said - columns - shared - tables == set()
    assert set(kept.ORDER) == set(Base.metadata.tables)


@pytest.mark.parametrize("lang", words.LANGS)
async def test_the_page_shows_all_of_it_to_anybody(site: Site, lang: words.Lang) -> None:
    visitor = site.stranger()
    visitor.headers = {"Accept-Language": lang}
    answer = await visitor.get("/privasi")
    assert answer.status == 200
    for one in kept.everything():
        _, _, rest = answer.text.partition(f'id="{one.table}"')
        section = rest.partition("</section>")[0]
        for key in (one.words, f"{one.words}.b", *one.columns):
            assert str(words.html(lang, key)) in section
    assert "14" in answer.text.partition('id="sealed_note"')[2].partition("</section>")[0]


# --- cookies ---

SOURCE = Path(kept.__file__).parent
WEB = SOURCE.parent / "web" / "src"


def parsed() -> list[tuple[ModuleType, ast.Module]]:
    """Every module of the pages, and what is written in it."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            parts = path.relative_to(SOURCE.parent).with_suffix("").parts
            name = ".".join(parts).removesuffix(".__init__")
            found.append((importlib.import_module(name), ast.parse(path.read_text("utf-8"))))
    return found


def called(module: ModuleType, call: ast.Call) -> str:
    """A method by its name, a function by where it was defined: several may have one name."""
    target = call.func
    if isinstance(target, ast.Attribute):
        return target.attr
    function = getattr(module, getattr(target, "id", ""), None)
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__name__', '')}"


def name_given(call: ast.Call, place: int) -> ast.expr:
    """The name that a call gives its cookie, without what makes it a safe one."""
    given = call.args[place]
    if isinstance(given, ast.Call) and getattr(given.func, "id", "") == "cookie_name":
        given = given.args[1]
    return given


def names_set(module: ModuleType, tree: ast.Module, setters: dict[str, int]) -> Iterator[str]:
    """Names of the cookies that a module sets; a function that passes one on is a setter too."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        own = [argument.arg for argument in function.args.args]
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or called(module, call) not in setters:
                continue
            given = name_given(call, setters[called(module, call)])
            if isinstance(given, ast.Name) and given.id in own:
                setters[f"{module.__name__}.{function.name}"] = own.index(given.id)
            elif isinstance(given, ast.Constant):
                yield str(given.value)
            else:
                assert isinstance(given, ast.Name), ast.unparse(call)
                yield str(getattr(module, given.id))


def cookies_set() -> set[str]:
    """By walking the pages' code until no further function passes a name on, and the browser's."""
    modules, setters, before = parsed(), {"set_cookie": 0}, 0
    found: set[str] = set()
    while len(setters) > before:
        before = len(setters)
        found = {name for module, tree in modules for name in names_set(module, tree, setters)}
    assert {"server.web.write_cookie", "server.preferences.keep"} <= set(setters)
    for path in WEB.rglob("*.ts*"):
        text = path.read_text("utf-8")
        if ".test." not in path.name:
            found |= set(re.findall(r"document\.cookie = `([\w-]+)=", text))
            found |= set(re.findall(r'setCookie\("([\w-]+)"', text))
    return found


def test_every_cookie_that_is_set_has_a_line_and_none_is_made_up() -> None:
    assert cookies_set() == set(kept.COOKIES)
    assert {"lingkar-bukti", "lingkar-langkah"} <= set(kept.COOKIES)


def test_a_cookie_that_nobody_listed_would_be_found() -> None:
    tree = ast.parse('def page(response):\n    response.set_cookie("lacak", "x")\n')
    assert list(names_set(kept, tree, {"set_cookie": 0})) == ["lacak"]


@pytest.mark.parametrize("lang", words.LANGS)
async def test_the_page_names_every_cookie(site: Site, lang: words.Lang) -> None:
    visitor = site.stranger()
    visitor.headers = {"Accept-Language": lang}
    section = (await visitor.get("/privasi")).text.partition('id="cookies"')[2].partition("</ul>")
    for name in kept.COOKIES:
        assert f"<b>{name}</b>: {words.html(lang, f'cookie.{name}')}" in section[0]
