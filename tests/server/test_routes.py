"""Every route: who may, what a stranger gets, which headers it carries, which forms it refuses."""

from __future__ import annotations

import re

import pytest

from server.care.installing import SHARED
from server.security import HEADERS
from tests.server.visiting import Answer, Site, Visitor

# Whoever may not gets this; a circle that somebody does not belong to does not exist for them.
ANYONE, HIDDEN, FORBIDDEN, SIGN_IN = "anyone", 404, 403, 303

TABLE: dict[tuple[str, str], str | int] = {
    ("GET", "/"): ANYONE,
    ("GET", "/u"): ANYONE,
    ("POST", "/u/tukar"): ANYONE,
    ("GET", "/siapkan"): ANYONE,
    ("POST", "/siapkan"): 410,
    ("POST", "/siapkan/tukar"): 410,
    ("GET", "/masuk"): ANYONE,
    ("POST", "/masuk"): ANYONE,
    ("POST", "/keluar"): ANYONE,
    ("GET", "/sudah-keluar"): ANYONE,
    ("POST", "/kunci/mulai"): FORBIDDEN,
    ("POST", "/kunci/simpan"): FORBIDDEN,
    ("POST", "/kunci/tantangan"): ANYONE,
    ("POST", "/kunci/masuk"): ANYONE,
    ("GET", "/masuk/kode"): SIGN_IN,
    ("POST", "/masuk/kode"): SIGN_IN,
    ("GET", "/masuk/pemulihan"): ANYONE,
    ("POST", "/masuk/pemulihan"): ANYONE,
    ("GET", "/aku"): SIGN_IN,
    ("POST", "/aku/nama"): FORBIDDEN,
    ("POST", "/aku/perangkat"): FORBIDDEN,
    ("POST", "/aku/perangkat/akhiri"): FORBIDDEN,
    ("POST", "/aku/perangkat/lain"): FORBIDDEN,
    ("GET", "/aku/bukti"): SIGN_IN,
    ("POST", "/aku/bukti"): SIGN_IN,
    ("GET", "/aku/data"): SIGN_IN,
    ("GET", "/aku/data.json"): FORBIDDEN,
    ("GET", "/aku/tarik"): SIGN_IN,
    ("POST", "/aku/tarik"): FORBIDDEN,
    ("GET", "/aku/hapus"): SIGN_IN,
    ("POST", "/aku/hapus"): FORBIDDEN,
    ("GET", "/kunci"): SIGN_IN,
    ("POST", "/kunci/sandi"): FORBIDDEN,
    ("POST", "/kunci/sandi/lepas"): FORBIDDEN,
    ("POST", "/kunci/lepas"): FORBIDDEN,
    ("GET", "/kunci/aplikasi"): FORBIDDEN,
    ("POST", "/kunci/aplikasi"): FORBIDDEN,
    ("POST", "/kunci/aplikasi/lepas"): FORBIDDEN,
    ("POST", "/kunci/pemulihan"): FORBIDDEN,
    ("GET", "/bantuan"): ANYONE,
    ("GET", "/catatan"): ANYONE,
    ("GET", "/luring"): ANYONE,
    ("GET", "/worker.js"): ANYONE,
    ("GET", "/lupa"): ANYONE,
    ("POST", "/lupa"): ANYONE,
    ("GET", "/privasi"): ANYONE,
    ("GET", "/panduan"): ANYONE,
    ("GET", "/panduan/fasilitator"): ANYONE,
    ("POST", "/bahasa"): ANYONE,
    ("POST", "/tema"): ANYONE,
    ("GET", "/kelola"): SIGN_IN,
    ("GET", "/kelola/baru"): FORBIDDEN,
    ("POST", "/kelola/baru"): FORBIDDEN,
    ("GET", "/kelola/tempat"): FORBIDDEN,
    ("POST", "/kelola/tempat"): FORBIDDEN,
    ("GET", "/kelola/bantuan"): FORBIDDEN,
    ("POST", "/kelola/bantuan"): FORBIDDEN,
    ("GET", "/kelola/bantuan/<line_id>"): FORBIDDEN,
    ("POST", "/kelola/bantuan/<line_id>"): FORBIDDEN,
    ("GET", "/kelola/undangan"): FORBIDDEN,
    ("POST", "/kelola/undangan"): FORBIDDEN,
    ("GET", "/kelola/lingkaran/<slug>"): FORBIDDEN,
    ("POST", "/kelola/lingkaran/<slug>"): FORBIDDEN,
    ("GET", "/kelola/angka"): FORBIDDEN,
    ("GET", "/kelola/larangan"): FORBIDDEN,
    ("POST", "/kelola/larangan"): FORBIDDEN,
    ("GET", "/c/<slug>"): HIDDEN,
    ("GET", "/c/<slug>/masuk"): HIDDEN,
    ("POST", "/c/<slug>/masuk"): HIDDEN,
    ("GET", "/c/<slug>/tunggu"): HIDDEN,
    ("GET", "/c/<slug>/ruang"): HIDDEN,
    ("GET", "/c/<slug>/usai"): HIDDEN,
    ("POST", "/c/<slug>/usai/rasa"): HIDDEN,
    ("GET", "/c/<slug>/catatan-usai"): HIDDEN,
    ("POST", "/c/<slug>/catatan-usai"): HIDDEN,
    ("POST", "/c/<slug>/catatan-usai/buka"): HIDDEN,
    ("POST", "/c/<slug>/catatan-usai/terbaca"): HIDDEN,
    ("GET", "/c/<slug>/lapor"): HIDDEN,
    ("POST", "/c/<slug>/lapor"): HIDDEN,
    ("POST", "/c/<slug>/lapor/tarik"): HIDDEN,
    ("GET", "/c/<slug>/laporan"): HIDDEN,
    ("POST", "/c/<slug>/laporan"): HIDDEN,
    ("GET", "/kelola/laporan"): FORBIDDEN,
    ("POST", "/kelola/laporan"): FORBIDDEN,
    ("POST", "/c/<slug>/larangan"): HIDDEN,
    ("GET", "/c/<slug>/bantuan"): HIDDEN,
    ("POST", "/c/<slug>/bantuan"): HIDDEN,
    ("GET", "/c/<slug>/bantuan/<line_id>"): HIDDEN,
    ("POST", "/c/<slug>/bantuan/<line_id>"): HIDDEN,
    ("GET", "/c/<slug>/absen"): HIDDEN,
    ("POST", "/c/<slug>/absen"): HIDDEN,
    ("GET", "/c/<slug>/keluar"): HIDDEN,
    ("POST", "/c/<slug>/keluar"): HIDDEN,
    ("GET", "/c/<slug>/undang"): HIDDEN,
    ("POST", "/c/<slug>/undang"): HIDDEN,
    ("POST", "/c/<slug>/undang/cetak"): HIDDEN,
    ("POST", "/c/<slug>/undang/<invitation_id>"): HIDDEN,
    ("GET", "/c/<slug>/ubah"): HIDDEN,
    ("POST", "/c/<slug>/ubah"): HIDDEN,
    ("GET", "/c/<slug>/kesepakatan"): HIDDEN,
    ("POST", "/c/<slug>/kesepakatan"): HIDDEN,
    ("GET", "/c/<slug>/hapus"): HIDDEN,
    ("POST", "/c/<slug>/hapus"): HIDDEN,
    ("GET", "/c/<slug>/anggota"): HIDDEN,
    ("GET", "/c/<slug>/anggota/<wanted>"): HIDDEN,
    ("POST", "/c/<slug>/anggota/<wanted>"): HIDDEN,
    ("GET", "/c/<slug>/peran"): HIDDEN,
    ("POST", "/c/<slug>/peran"): HIDDEN,
    ("GET", "/c/<slug>/susunan"): HIDDEN,
    ("POST", "/c/<slug>/susunan"): HIDDEN,
    ("GET", "/c/<slug>/jadwal"): HIDDEN,
    ("POST", "/c/<slug>/jadwal"): HIDDEN,
    ("GET", "/c/<slug>/kalender"): HIDDEN,
    ("POST", "/c/<slug>/kalender"): HIDDEN,
    ("GET", "/c/<slug>/pertemuan.ics"): HIDDEN,
    ("POST", "/c/<slug>/pengingat"): HIDDEN,
    ("GET", "/kalender/<secret>.ics"): HIDDEN,
    ("GET", "/c/<slug>/usai-fasilitator"): HIDDEN,
    ("POST", "/c/<slug>/usai-fasilitator"): HIDDEN,
    ("GET", "/c/<slug>/rak"): HIDDEN,
    ("POST", "/c/<slug>/rak"): HIDDEN,
    ("GET", "/c/<slug>/rak/<item_id>"): HIDDEN,
    ("POST", "/c/<slug>/rak/<item_id>"): HIDDEN,
    ("GET", "/static/built/<path:name>"): ANYONE,
    ("GET", "/static/<name>"): ANYONE,
    ("GET", "/app.webmanifest"): ANYONE,
    ("POST", "/u/bagikan"): ANYONE,
}
FOR_FACILITATORS = [
    ("GET", "/c/<slug>/ubah"),
    ("POST", "/c/<slug>/ubah"),
    ("GET", "/c/<slug>/kesepakatan"),
    ("POST", "/c/<slug>/kesepakatan"),
    ("GET", "/c/<slug>/hapus"),
    ("POST", "/c/<slug>/hapus"),
    ("GET", "/c/<slug>/anggota"),
    ("GET", "/c/<slug>/anggota/<wanted>"),
    ("POST", "/c/<slug>/anggota/<wanted>"),
    ("POST", "/c/<slug>/undang/<invitation_id>"),
    ("POST", "/c/<slug>/catatan-usai/buka"),
    ("POST", "/c/<slug>/catatan-usai/terbaca"),
    ("POST", "/c/<slug>/larangan"),
    ("GET", "/c/<slug>/bantuan"),
    ("POST", "/c/<slug>/bantuan"),
    ("GET", "/c/<slug>/bantuan/<line_id>"),
    ("POST", "/c/<slug>/bantuan/<line_id>"),
    ("GET", "/c/<slug>/susunan"),
    ("POST", "/c/<slug>/susunan"),
    ("GET", "/c/<slug>/jadwal"),
    ("POST", "/c/<slug>/jadwal"),
    ("GET", "/c/<slug>/usai-fasilitator"),
    ("POST", "/c/<slug>/usai-fasilitator"),
    ("POST", "/c/<slug>/rak"),
    ("GET", "/c/<slug>/rak/<item_id>"),
    ("POST", "/c/<slug>/rak/<item_id>"),
]
# What a phone shares has no form of ours behind it; nothing is done with it.
POSTS = [rule for method, rule in TABLE if method == "POST" and rule != SHARED]


def filled(site: Site, rule: str) -> str:
    return (
        rule.replace("<slug>", site.seeded.slug)
        .replace("<invitation_id>", "nothing")
        .replace("<wanted>", "nobody")
        .replace("<line_id>", "nothing")
        .replace("<item_id>", "nothing")
        .replace("<secret>", "nothing")
        .replace("<path:name>", "nothing.js")
    )


async def ask(visitor: Visitor, method: str, path: str) -> Answer:
    return await (visitor.get(path) if method == "GET" else visitor.post(path))


def test_every_route_has_a_row(site: Site) -> None:
    routes = {
        (method, rule.rule)
        for rule in site.app.url_map.iter_rules()
        for method in rule.methods or set()
        if method in {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }
    assert routes == set(TABLE)


@pytest.mark.parametrize(("method", "rule"), [key for key, who in TABLE.items() if who != ANYONE])
async def test_a_stranger_is_refused(site: Site, method: str, rule: str) -> None:
    answer = await ask(site.stranger(), method, filled(site, rule))
    assert answer.status == TABLE[method, rule]
    if answer.status == SIGN_IN:
        assert answer.to.startswith("/masuk")
    assert site.seeded.circle_id not in answer.text
    assert "Orang tua tunggal" not in answer.text


@pytest.mark.parametrize(("method", "rule"), FOR_FACILITATORS)
async def test_a_member_cannot_do_what_facilitators_do(site: Site, method: str, rule: str) -> None:
    assert (await ask(site.member(), method, filled(site, rule))).status == HIDDEN


@pytest.mark.parametrize(
    "rule", [rule for method, rule in TABLE if method == "GET" and rule.startswith("/kelola")]
)
async def test_a_member_cannot_manage(site: Site, rule: str) -> None:
    assert (await site.member().get(rule)).status == FORBIDDEN


@pytest.mark.parametrize(("method", "rule"), list(TABLE))
async def test_every_answer_carries_the_headers(site: Site, method: str, rule: str) -> None:
    for visitor in (site.stranger(), site.facilitator()):
        answer = await ask(visitor, method, filled(site, rule))
        for name, value in HEADERS.items():
            assert answer.headers[name] == value


@pytest.mark.parametrize(
    "rule", [rule for method, rule in TABLE if method == "GET" and rule.startswith("/c/")]
)
async def test_what_lies_beyond_the_door_is_kept_by_no_browser(site: Site, rule: str) -> None:
    answer = await site.member().get(filled(site, rule))
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "rule", [rule for method, rule in TABLE if method == "GET" and "static" not in rule]
)
async def test_no_page_holds_an_inline_script_or_style(site: Site, rule: str) -> None:
    for visitor in (site.stranger(), site.member(), site.facilitator()):
        text = (await visitor.get(filled(site, rule))).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
        assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("rule", POSTS)
async def test_a_form_without_its_token_is_refused(site: Site, rule: str) -> None:
    visitor = site.facilitator()
    await visitor.get("/kelola")
    assert (await visitor.post(filled(site, rule), {"_token": ""})).status == FORBIDDEN
    assert (await visitor.post(filled(site, rule), {"_token": "x.y"})).status == FORBIDDEN


async def test_a_token_of_another_browser_is_refused(site: Site) -> None:
    mine, other = site.facilitator(), site.facilitator()
    await mine.get("/kelola")
    await other.get("/kelola")
    assert (await mine.post("/bahasa", {"_token": other.token})).status == FORBIDDEN
    assert (await mine.post("/bahasa", {"_token": mine.token})).status == 303


@pytest.mark.parametrize("rule", POSTS)
@pytest.mark.parametrize("where", ["cross-site", "same-site", "none"])
async def test_another_site_cannot_send_forms(site: Site, rule: str, where: str) -> None:
    visitor = site.facilitator()
    await visitor.get("/kelola")
    answer = await visitor.post(filled(site, rule), Sec_Fetch_Site=where)
    assert answer.status == FORBIDDEN


async def test_another_origin_cannot_send_json_either(site: Site) -> None:
    body = {"secret": site.secret}
    refused = await site.stranger().post_json("/u/tukar", body, Origin="https://evil.example")
    assert refused.status == FORBIDDEN
    assert "lingkar-undangan" not in str(refused.headers)
    allowed = await site.stranger().post_json("/u/tukar", body, Origin="http://localhost:8000")
    assert allowed.status == 200


async def test_a_form_cannot_be_sent_as_json_to_spare_its_token(site: Site) -> None:
    visitor = site.facilitator()
    await visitor.get("/kelola")
    for rule in POSTS:
        answer = await visitor.post_json(filled(site, rule), {})
        by_scripts = rule in {
            *("/u/tukar", "/siapkan/tukar", "/c/<slug>/pengingat", "/c/<slug>/lapor"),
        }
        assert by_scripts or rule.startswith("/kunci/") or answer.status == FORBIDDEN, rule


async def test_a_body_that_is_too_large_is_refused(site: Site) -> None:
    answer = await site.stranger().post("/bahasa", {"next": "x" * 70_000})
    assert answer.status == 413


@pytest.mark.parametrize(
    "path", ["/c/nothing", "/nothing", "/static/built/../../settings.py", "/static/built/.vite/x"]
)
async def test_what_is_not_there_says_so(site: Site, path: str) -> None:
    assert (await site.stranger().get(path)).status == 404


async def test_a_circle_that_does_not_exist_and_one_that_is_hidden_look_the_same(
    site: Site,
) -> None:
    def without_path(answer: Answer, slug: str) -> str:
        text = answer.text.replace(slug, "X")
        return re.sub(r'value="[^"]{20,}"', "", text)

    hidden = await site.stranger().get(site.circle)
    absent = await site.stranger().get("/c/tidak-ada")
    assert hidden.status == absent.status == 404
    assert without_path(hidden, site.seeded.slug) == without_path(absent, "tidak-ada")


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil", "x", ""])
async def test_a_switch_of_language_never_leads_to_another_site(site: Site, wanted: str) -> None:
    answer = await site.stranger().post("/bahasa", {"lang": "en", "next": wanted})
    assert answer.to == "/"


async def test_language_and_theme_are_switched_without_a_script(site: Site) -> None:
    visitor = site.stranger()
    assert 'lang="id"' in (await visitor.get("/bantuan")).text
    answer = await visitor.post("/bahasa", {"lang": "en", "next": "/bantuan"})
    assert answer.to == "/bantuan"
    await visitor.post("/tema", {"theme": "dark", "next": "/bantuan"})
    assert '<html lang="en" data-theme="dark">' in (await visitor.get("/bantuan")).text
    await visitor.post("/bahasa", {"lang": "xx"})
    assert '<html lang="en"' in (await visitor.get("/bantuan")).text


async def test_pages_travel_compressed(site: Site) -> None:
    plain = await site.stranger().client.get("/bantuan")
    packed = await site.stranger().client.get("/bantuan", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    small, large = await packed.get_data(as_text=False), await plain.get_data(as_text=False)
    assert len(small) < len(large) / 2


async def test_too_many_tries_are_slowed_down_and_told_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> bool:
        return False

    monkeypatch.setattr("server.accounts.routes.passphrase_fits", never)
    visitor = site.stranger()
    for _ in range(8):
        answer = await visitor.post("/masuk", {"name": "Bu Sari", "passphrase": "guess"})
        assert answer.status == 422
    answer = await visitor.post("/masuk", {"name": "Bu Sari", "passphrase": "guess"})
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_fault_is_a_kind_page_and_its_log_holds_nothing_that_was_sent(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(raw: str) -> str:
        raise ValueError(f"CANARY {raw}")

    monkeypatch.setattr("server.circles.entry.clean_name", break_down)
    visitor = site.stranger()
    await visitor.post("/u/tukar", {"secret": site.secret})
    answer = await visitor.post(f"{site.circle}/masuk", {"name": "CANARY my secret"})
    assert answer.status == 500
    assert "CANARY" not in answer.text
    assert "CANARY" not in caplog.text
    assert "page.fault kind=ValueError" in caplog.text


async def test_without_the_database_a_page_says_so_and_no_more(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    async def gone(*_: object) -> None:
        raise OperationalError("SELECT CANARY", {}, Exception("CANARY"))

    monkeypatch.setattr("server.circles.finding_routes.find", gone)
    answer = await site.stranger().get("/")
    assert answer.status == 503
    assert "CANARY" not in answer.text + caplog.text
    assert (await site.stranger().get("/bantuan")).status == 200


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_and_headers_are_stricter_over_tls(secure: bool) -> None:
    from server.security import headers_for
    from server.settings import Settings
    from server.web import cookie_name

    settings = Settings(public="https://lingkar.example" if secure else None)
    assert ("Strict-Transport-Security" in headers_for(settings)) is secure
    assert cookie_name(settings, "lingkar") == ("__Host-lingkar" if secure else "lingkar")
