"""A place is set up, left and found again with a passkey and no passphrase."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, expect

from tests.journeys.browsing import Language, Person, Served, arrive, overflows, violations
from tests.journeys.way_in import first_circle

# A phone's own key, with a finger that is always there.
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def with_key(person: Person) -> tuple[CDPSession, str]:
    """Give this browser an authenticator of its own."""
    session = await person.context.new_cdp_session(person.page)
    await session.send("WebAuthn.enable")
    added: dict[str, Any] = await session.send(
        "WebAuthn.addVirtualAuthenticator", {"options": PHONE}
    )
    return session, str(added["authenticatorId"])


async def examine(person: Person, screen: str) -> None:
    """Free of what axe finds, and no wider than the window."""
    await person.page.wait_for_load_state()
    assert await violations(person.page) == [], screen
    assert await overflows(person.page) == 0, screen


@pytest.mark.parametrize("language", ["id", "en"])
async def test_a_place_is_set_up_left_and_found_again_with_a_passkey(
    browser: Browser, served: Served, language: Language
) -> None:
    sari = await arrive(browser, language, "phone")
    page = sari.page
    session, key = await with_key(sari)
    await page.goto(served.setup_link)
    await page.locator("#passkey-go").wait_for()
    # Without a name nothing begins, and the words say so.
    await sari.press("passkey.setup")
    await sari.sees(sari.words("setup.wrong.name"))
    await expect(page.locator("#name")).to_be_focused()
    await examine(sari, "set-up with a passkey")
    await page.locator("#name").fill("Bu Sari")
    await sari.press("passkey.setup")
    circle = await first_circle(sari, served, examine)

    await page.goto(f"{served.base}/kunci")
    await sari.sees(sari.words("keys.key"))
    await examine(sari, "ways to sign in")
    # The same device has its key already.
    await sari.press("passkey.more")
    await sari.sees(sari.words("passkey.exists"))

    await page.goto(f"{served.base}/kelola")
    await sari.press("manage.leave")
    await page.wait_for_url(f"{served.base}/")
    await page.goto(f"{served.base}/masuk?ke={circle}/undang")
    # A finger that the phone does not know.
    await session.send(
        "WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False}
    )
    await sari.press("passkey.enter")
    await sari.sees(sari.words("passkey.cancelled"))
    await examine(sari, "sign-in with a passkey")
    await session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    await sari.press("passkey.enter")
    await page.wait_for_url(f"{served.base}{circle}/undang")
    await sari.sees(sari.words("inviting.new"))
    assert sari.faults == []
    await sari.context.close()


@pytest.mark.long
async def test_a_key_of_another_place_is_told_kindly_and_a_passphrase_is_still_there(
    browser: Browser, served: Served
) -> None:
    melati = await arrive(browser, "en", "laptop")
    await with_key(melati)
    await melati.page.goto(f"{served.base}/masuk")
    await melati.press("passkey.enter")
    await melati.sees(melati.words("passkey.cancelled"))
    await expect(melati.page.locator("#passphrase")).to_be_visible()
    # Under a bare address keys do not work, so none is offered.
    await melati.page.goto(served.base.replace("localhost", "127.0.0.1") + "/masuk")
    await melati.page.wait_for_load_state("networkidle")
    await expect(melati.page.locator("#passkey-go")).to_be_hidden()
    await expect(melati.page.locator("#passphrase")).to_be_visible()
    assert melati.faults == []
    await melati.context.close()


@pytest.mark.long
async def test_without_javascript_a_passphrase_is_all_there_is(
    browser: Browser, served: Served
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{served.base}/masuk")
    await expect(page.locator("#passphrase")).to_be_visible()
    await expect(page.locator("#passkey-go")).to_be_hidden()
    await context.close()
