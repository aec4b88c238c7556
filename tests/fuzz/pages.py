"""Requests at every route of the real pages, and every form of theirs with a piece spoiled."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx
from hypothesis import strategies as st

from server.pages import laid_out
from tests.fuzz.place import Place
from tests.fuzz.rooms import sent_as, who
from tests.fuzz.texts import json_values, nasty

RULES = sorted(
    (rule.rule, method)
    for rule in laid_out().url_map.iter_rules()
    for method in rule.methods or ()
    if method in {"GET", "POST", "HEAD", "OPTIONS"}
)
METHODS = st.sampled_from(["PUT", "DELETE", "PATCH", "TRACE", "GET", "POST"])


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, list[str]]


class Forms(HTMLParser):
    """The forms of a page, with what they would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(said.get("action", ""), said.get("method", "get"), {}))
        elif self.found and said.get("name") and tag in ("input", "button", "select", "textarea"):
            self.found[-1].fields.setdefault(said["name"], []).append(said.get("value", ""))


def printable(text: str) -> str:
    """What a header or an address may carry at all."""
    return "".join(c for c in text if " " < c < "\x7f")


def fine(answer: httpx.Response, what: str) -> None:
    assert answer.status_code < 500, f"{answer.status_code} for {what}"
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert name in answer.headers, f"no {name} with {answer.status_code} for {what}"
    assert "evil" not in str(answer.headers.get("Set-Cookie"))


def filled(place: Place, rule: str, slug: str, piece: str) -> str:
    path = rule.replace("<slug>", slug)
    while "<" in path:
        before, _, rest = path.partition("<")
        path = (
            before + httpx.URL("/", params={"a": piece}).query.decode()[2:] + rest.partition(">")[2]
        )
    return path


@dataclass
class Asking:
    """One browser at an address of its own."""

    place: Place
    cookie: str

    def __post_init__(self) -> None:
        self.form = ""
        self.token = ""

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        cookie = "; ".join(one for one in (self.cookie, self.form) if one)
        headers = {"Cookie": cookie, "X-Forwarded-For": self.place.address()}
        headers |= more.pop("headers", {})
        answer = await self.place.http.request(method, path, headers=headers, **more)
        for one in answer.headers.get_list("Set-Cookie"):
            if one.startswith("lingkar-form="):
                self.form = one.partition(";")[0]
        return answer

    async def forms(self, path: str) -> list[Form]:
        answer = await self.ask("GET", path)
        fine(answer, f"GET {path}")
        reader = Forms()
        reader.feed(answer.text)
        for form in reader.found:
            self.token = form.fields.get("_token", [self.token])[0]
        return reader.found


def routes(place: Place) -> Any:
    async def send(
        at: int, rule: tuple[str, str], method: str | None, piece: str, more: Any
    ) -> None:
        cookie, slug = sent_as(place, at)
        asking = Asking(place, cookie if at % 4 else "")
        await asking.forms("/bantuan")
        path = filled(place, rule[0], slug, piece)
        how = method or rule[1]
        form = {printable(str(name))[:50]: str(value) for name, value in more.items()}
        place.did["routes"] += 1
        kwargs: dict[str, Any] = {"params": {"q": piece}} if how in ("GET", "HEAD") else {}
        if how not in ("GET", "HEAD", "OPTIONS", "TRACE"):
            kwargs = {"data": form | {"_token": asking.token}}
        fine(await asking.ask(how, path, **kwargs), f"{how} {rule[0]}")

    def test(at: int, rule: tuple[str, str], method: str | None, piece: str, more: Any) -> None:
        place.run(send(at, rule, method, piece, more))

    odd = st.one_of(st.none(), st.none(), st.none(), METHODS)
    fields = st.dictionaries(nasty, nasty, max_size=4)
    return (who, st.sampled_from(RULES), odd, nasty.map(lambda t: t[:3000]), fields), test


def forms(place: Place) -> Any:
    pages = [rule for rule, method in RULES if method == "GET" and "static" not in rule]

    async def send(at: int, rule: str, which: int, spoilt: list[tuple[int, str]]) -> None:
        cookie, slug = sent_as(place, at)
        asking = Asking(place, cookie)
        found = [f for f in await asking.forms(filled(place, rule, slug, "x")) if f.method != "get"]
        # Whoever is signed out or gone can be asked nothing more.
        calm = [f for f in found if not f.action.startswith(("/keluar", "/aku/hapus", "/lupa"))]
        if not calm:
            return
        form = calm[which % len(calm)]
        data = {name: values[which % len(values)] for name, values in form.fields.items()}
        for where, text in spoilt:
            names = sorted(set(data) - {"_token"})
            if names:
                data[names[where % len(names)]] = text
        path = form.action or filled(place, rule, slug, "x")
        place.did["forms"] += 1
        fine(await asking.ask("POST", path, data=data), f"POST {path} from {rule}")

    def test(at: int, rule: str, which: int, spoilt: list[tuple[int, str]]) -> None:
        place.run(send(at, rule, which, spoilt))

    spoil = st.lists(st.tuples(st.integers(0, 30), nasty), min_size=1, max_size=3)
    # The facilitator of a circle has most of the forms.
    holding = st.one_of(st.sampled_from([0, 11 * 0, 22, 33, 44, 55]), who)
    return (holding, st.sampled_from(pages), st.integers(0, 30), spoil), test


def scripts(place: Place) -> Any:
    """What only scripts send: invitations, passkeys, reminders."""
    taking = ["/u/tukar", "/siapkan/tukar", "/kunci/mulai", "/kunci/simpan", "/kunci/tantangan"]
    taking += ["/kunci/masuk", "/c/<slug>/pengingat"]
    known = ["secret", "endpoint", "id", "rawId", "response", "type", "challenge", "clientDataJSON"]

    async def send(at: int, rule: str, body: Any, raw: bool, text: str) -> None:
        cookie, slug = sent_as(place, at)
        asking = Asking(place, cookie)
        path = rule.replace("<slug>", slug)
        place.did["invitations" if rule == "/u/tukar" else "scripts"] += 1
        if raw:
            headers = {"Content-Type": "application/json"}
            answer = await asking.ask("POST", path, content=text.encode(), headers=headers)
        else:
            answer = await asking.ask("POST", path, json=body)
        fine(answer, f"JSON {path}")

    def test(at: int, rule: str, body: Any, raw: bool, text: str) -> None:
        place.run(send(at, rule, body, raw, text))

    shaped = st.dictionaries(st.sampled_from(known), st.one_of(nasty, json_values), max_size=5)
    bodies = st.one_of(shaped, json_values)
    return (who, st.sampled_from([*taking, "/u/tukar"]), bodies, st.booleans(), nasty), test
