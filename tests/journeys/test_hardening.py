"""What a real browser refuses on our pages, whatever somebody manages to put into them."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.browsing import arrive
from tests.journeys.seated import House, evening

TRIED = """async () => {
  const seen = {};
  const tried = (name, act) => {
    try { act(); seen[name] = "done"; } catch (e) { seen[name] = e.name; }
  };
  tried("html", () => { document.createElement("div").innerHTML = "<img src=x>"; });
  tried("policy", () => trustedTypes.createPolicy("other", { createHTML: (s) => s }));
  tried("again", () => trustedTypes.createPolicy("lingkar", { createHTML: (s) => s }));
  tried("script", () => { document.createElement("script").src = "/static/built/x.js"; });
  await navigator.serviceWorker.register("/luring").then(
    () => { seen.worker = "done"; }, (e) => { seen.worker = e.name; });
  tried("inline", () => document.body.setAttribute("onclick", "window.pressed = true"));
  const style = document.createElement("style");
  style.textContent = "body { --ours: no }";
  document.head.append(style);
  seen.style = getComputedStyle(document.body).getPropertyValue("--ours") || "refused";
  seen.framed = await new Promise((tell) => {
    const frame = document.createElement("iframe");
    frame.src = "/bantuan";
    frame.onload = () => tell(frame.contentDocument ? "done" : "refused");
    document.body.append(frame);
  });
  return seen;
}"""
REFUSED = {"html", "policy", "script", "worker", "inline"}


async def test_no_text_becomes_markup_or_code_in_the_room(house: House, browser: Browser) -> None:
    async with evening(house, browser, "Melati") as here:
        melati = await here.sitter("Melati")
        await expect(melati.page.locator("svg.i").first).to_be_visible()
        seen = await melati.page.evaluate(TRIED)
        assert {name: seen[name] for name in REFUSED} == dict.fromkeys(REFUSED, "TypeError")
        assert seen["again"] == "TypeError"
        assert (seen["style"], seen["framed"]) == ("refused", "refused")
        # Each refusal is told on the console, and none of ours is among them.
        assert melati.faults
        melati.faults.clear()


@pytest.mark.parametrize("path", ["/", "/bantuan", "/masuk", "/catatan", "/lupa", "/panduan"])
async def test_pages_break_none_of_their_own_rules(
    house: House, browser: Browser, path: str
) -> None:
    person = await arrive(browser, "id", "laptop")
    await person.page.goto(house.base + path, wait_until="networkidle")
    assert person.faults == []
    await person.context.close()


async def test_one_worker_serves_the_whole_place_and_no_other_does(
    house: House, browser: Browser
) -> None:
    person = await arrive(browser, "id", "laptop")
    await person.page.goto(house.base + "/bantuan")
    await person.page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    found = await person.page.evaluate(
        "async () => (await navigator.serviceWorker.getRegistrations())"
        ".map(r => [r.scope, r.active.scriptURL])"
    )
    assert found == [[f"{house.base}/", f"{house.base}/worker.js"]]
    await person.context.close()


async def test_a_page_of_the_room_that_is_left_is_empty(house: House, browser: Browser) -> None:
    async with evening(house, browser, "Melati") as here:
        melati = await here.sitter("Melati")
        await here.sari.say("kata yang tidak tinggal")
        await expect(melati.page.get_by_text("kata yang tidak tinggal")).to_be_visible()
        left = await melati.page.evaluate(
            "() => { window.dispatchEvent(new PageTransitionEvent('pagehide'));"
            " return document.body.innerText; }"
        )
        assert "kata yang tidak tinggal" not in left
