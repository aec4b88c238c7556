"""A member adds ways to come back, sees and ends sign-ins, takes their data along, and goes."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Browser, expect

from server.circles.seed import Seeded
from tests.journeys.browsing import Device, Language, Person, arrive
from tests.journeys.examining import Examiner
from tests.journeys.seated import House, a_house
from tests.journeys.way_in import PASSPHRASE


async def known(
    browser: Browser, house: House, circle: Seeded, language: Language, device: Device
) -> Person:
    """Melati's own browser, on no page yet."""
    person = await arrive(browser, language, device)
    cookie = {"name": circle.cookie_name, "value": circle.members["Melati"], "url": house.base}
    await person.context.add_cookies([cookie])  # type: ignore[list-item]
    return person


async def add_passphrase(melati: Person, house: House, name: str, examiner: Examiner) -> None:
    """A name of her own to sign in with."""
    page = melati.page
    await page.goto(f"{house.base}/kunci")
    await examiner.look(melati, "ways in, none yet")
    await page.locator("#name").fill(name)
    await page.locator("#passphrase").fill(PASSPHRASE)
    await melati.press("keys.passphrase.go")
    await melati.sees(melati.words("keys.prove"))
    await examiner.look(melati, "ways in, before a proof")


async def add_app_and_codes(melati: Person, examiner: Examiner) -> list[str]:
    """On the other device, where she has just signed in: a code app, then codes on paper."""
    page = melati.page
    await melati.press("keys.app.go")
    app = pyotp.TOTP((await page.locator("b.url").inner_text()).replace(" ", ""))
    await examiner.look(melati, "a code app")
    await page.locator("#code").fill(app.now())
    await melati.press("app.go")
    await melati.sees(melati.words("keys.app.on"))
    await melati.press("keys.codes.go")
    await page.locator("ol.card li").first.wait_for()
    await examiner.look(melati, "recovery codes")
    codes = await page.locator("ol.card li").all_inner_texts()
    await melati.press("codes.done")
    await melati.sees(melati.words("keys.codes.left", n=10))
    await examiner.look(melati, "ways in, all of them")
    return codes


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["id", "en"])
async def test_a_member_comes_back_on_a_laptop_ends_the_phone_and_goes_with_everything(
    browser: Browser, tmp_path: Path, language: Language
) -> None:
    # A house of its own: so many sign-ins from one address are slowed down.
    async with a_house(tmp_path / "data") as house:
        await from_first_to_last(browser, house, language)


async def from_first_to_last(browser: Browser, house: House, language: Language) -> None:
    examiner = Examiner(again=language == "en")
    circle = await house.circle("Melati", "Awan", title="Teras Rumah", language=language)
    melati = await known(browser, house, circle, language, "phone")
    page = melati.page
    await page.goto(f"{house.base}/aku")
    await melati.sees(melati.words("me.back.no"))
    await page.locator("#name-1").fill("Awan")
    await melati.press("me.name.go")
    await page.locator("#name-1-wrong").wait_for()
    await examiner.look(melati, "my page, a name that is taken")
    await page.locator("#name-1").fill("Embun")
    await melati.press("me.name.go")
    await page.wait_for_url("**/aku")
    await expect(page.locator("#name-1")).to_have_value("Embun")
    sign_in_name = f"rumahku {circle.slug}"[:40]
    await add_passphrase(melati, house, sign_in_name, examiner)

    laptop = await arrive(browser, language, "laptop")
    await laptop.page.goto(f"{house.base}/masuk?ke=/kunci")
    await examiner.look(laptop, "sign-in")
    await laptop.page.locator("#name").fill(sign_in_name)
    await laptop.page.locator("#passphrase").fill(PASSPHRASE)
    await laptop.press("signin.go")
    await laptop.page.wait_for_url("**/kunci")
    codes = await add_app_and_codes(laptop, examiner)

    # The phone learns of the laptop, and the laptop ends the phone.
    await page.goto(f"{house.base}/aku/hapus")
    await melati.sees(melati.words("proof.lead"))
    await examiner.look(melati, "a recent proof")
    await laptop.page.goto(f"{house.base}/aku")
    await examiner.look(laptop, "my page, two devices")
    await laptop.press("me.end.others")
    await laptop.page.wait_for_url("**/aku")
    await page.goto(f"{house.base}/aku")
    await page.wait_for_url("**/masuk?ke=/aku")

    # Back on the phone: a passphrase, then a code of the paper in place of the app's.
    await page.locator("#name").fill(sign_in_name)
    await page.locator("#passphrase").fill(PASSPHRASE)
    await page.locator("#evening").check(force=True)
    await melati.press("signin.go")
    await melati.sees(melati.words("code.lead"))
    await examiner.look(melati, "the second step")
    await page.locator("#code").fill(codes[0])
    await melati.press("signin.go")
    await melati.sees(melati.words("me.evening.is"))
    await page.goto(f"{house.base}/masuk/pemulihan")
    await page.locator("#code").fill("aaaa")
    await page.locator("button[form=step]").click()
    await melati.sees(melati.words("recovery.wrong"))
    await examiner.look(melati, "a recovery code that opens nothing")

    await page.goto(f"{house.base}/aku/data")
    await examiner.look(melati, "my data")
    async with page.expect_download() as downloading:
        await melati.press("data.file")
    assert (await downloading.value).suggested_filename == "data.json"

    await page.goto(f"{house.base}/aku/tarik")
    await melati.press("withdraw.go")
    await page.locator("#w-sure").wait_for()
    await examiner.look(melati, "withdrawing consent")
    await page.locator("input[name=sure]").check(force=True)
    await melati.press("withdraw.go")
    await melati.sees(melati.words("withdrawn.next"))
    await examiner.look(melati, "consent withdrawn")
    await page.goto(f"{house.base}/aku/hapus")
    await examiner.look(melati, "deleting everything")
    await page.locator("input[name=sure]").check(force=True)
    await melati.press("erase.go")
    await melati.sees(melati.words("erased.b"))
    await examiner.look(melati, "everything deleted")
    await laptop.page.goto(f"{house.base}/aku")
    await laptop.page.wait_for_url("**/masuk?ke=/aku")
    examiner.content()
    for person in (melati, laptop):
        assert person.faults == []
        await person.context.close()


async def test_whoever_holds_a_circle_alone_hands_it_over_first_without_a_script_too(
    browser: Browser, house: House
) -> None:
    circle = await house.circle("Melati")
    context = await browser.new_context(java_script_enabled=False, locale="id-ID")
    await context.add_cookies(
        [{"name": circle.cookie_name, "value": circle.facilitator, "url": house.base}]
    )
    page = await context.new_page()
    await page.goto(f"{house.base}/aku/hapus")
    await expect(page.locator(f'a[href="/c/{circle.slug}/anggota"]')).to_be_visible()
    await expect(page.locator("input[name=sure]")).to_have_count(0)
    await context.close()
