"""The notebook opened with the device's passkey: on this device alone, and nobody locked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Request, expect

from tests.journeys.browsing import Device, Language, Person, arrive
from tests.journeys.examining import BOTH, Examiner
from tests.journeys.seated import House
from tests.journeys.test_notebook import (
    CANARY,
    PASSPHRASE,
    button,
    carry,
    erase,
    labelled,
    lies_open,
    write,
)
from tests.journeys.test_passkey import PHONE

pytestmark = pytest.mark.long

# The lock as it lay before there were passkeys: the passphrase's way, with nothing around it.
AS_BEFORE = """async () => {
  const ended = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const db = await ended(indexedDB.open('lingkar-catatan'));
  const lock = () => db.transaction('lock', 'readwrite').objectStore('lock');
  const { passphrase } = await ended(lock().get('lock'));
  await ended(lock().put(passphrase, 'lock'));
  db.close();
  return Object.keys(passphrase).sort().join();
}"""


@dataclass
class Finger:
    """The authenticator in somebody's device."""

    session: CDPSession
    id: str

    async def known(self, known: bool) -> None:
        await self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": known}
        )

    async def keys(self) -> list[dict[str, Any]]:
        """The keys that it holds."""
        answer = await self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        found: list[dict[str, Any]] = answer["credentials"]
        return found


async def with_finger(person: Person, *, secret: bool = True) -> Finger:
    """Give this browser an authenticator, one that gives secrets or one that does not."""
    session = await person.context.new_cdp_session(person.page)
    await session.send("WebAuthn.enable")
    options = {**PHONE, "ctap2Version": "ctap2_1", "hasPrf": secret}
    added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Finger(session, str(added["authenticatorId"]))


async def leaf(person: Person) -> None:
    await expect(person.page.locator(".leaf", has_text=CANARY)).to_be_visible()


async def lock(person: Person) -> None:
    await button(person, "notebook.close").click()
    await expect(person.page.locator(".leaf")).to_have_count(0)


async def open_by_key(person: Person) -> None:
    await button(person, "notebook.key.open").click()
    await leaf(person)


async def open_by_passphrase(person: Person) -> None:
    await labelled(person, "notebook.passphrase").fill(PASSPHRASE)
    await button(person, "notebook.open").click()
    await leaf(person)


async def unfold(person: Person, key: str) -> None:
    await person.page.locator("summary", has_text=person.words(key)).click()


async def turn_on(person: Person) -> None:
    await labelled(person, "notebook.passphrase").fill(PASSPHRASE)
    await labelled(person, "notebook.again").fill(PASSPHRASE)
    await button(person, "notebook.begin").click()
    await person.sees(person.words("notebook.empty"))


async def add_passphrase(person: Person, examiner: Examiner) -> None:
    """To a notebook that only the passkey opens; before that there is no copy to carry away."""
    await unfold(person, "notebook.more")
    await person.sees(person.words("notebook.sealed.first"))
    await expect(button(person, "notebook.sealed")).to_have_count(0)
    await unfold(person, "notebook.ways")
    await labelled(person, "notebook.passphrase").fill(PASSPHRASE)
    await labelled(person, "notebook.again").fill(PASSPHRASE)
    await examiner.look(person, "notebook, adding a passphrase")
    await button(person, "notebook.pass.add").click()
    await person.sees(person.words("notebook.pass.added"))
    assert CANARY not in (await carry(person, "notebook.sealed")).read_text("utf-8")


async def remove_passkey(person: Person, finger: Finger, examiner: Examiner) -> None:
    """Only after the passphrase has opened it just now."""
    await unfold(person, "notebook.ways")
    await labelled(person, "notebook.passphrase").fill("bukan yang itu")
    await button(person, "notebook.key.remove").click()
    await person.sees(person.words("notebook.wrong"))
    await examiner.look(person, "notebook, removing the passkey")
    assert len(await finger.keys()) == 1
    await labelled(person, "notebook.passphrase").fill(PASSPHRASE)
    await button(person, "notebook.key.remove").click()
    await person.sees(person.words("notebook.key.removed"))
    assert await finger.keys() == []


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("language", "device"), [("id", "phone"), ("en", "laptop")])
async def test_a_passkey_opens_the_notebook_and_nothing_of_either_is_sent(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    person = await arrive(browser, language, device)
    page = person.page
    finger = await with_finger(person)
    await page.goto(f"{house.base}/catatan")
    await button(person, "notebook.key.begin").wait_for()
    await examiner.look(person, "notebook, off, with a passkey")
    await page.wait_for_load_state("networkidle")
    sent: list[Request] = []
    person.context.on("request", lambda request: sent.append(request))

    # What a passkey alone means is said before there is one.
    await button(person, "notebook.key.begin").click()
    await person.sees(person.words("notebook.key.warn"))
    await expect(button(person, "notebook.key.both")).to_be_focused()
    await examiner.look(person, "notebook, passkey alone or both")
    assert await finger.keys() == []
    await button(person, "notebook.key.alone").click()
    await person.sees(person.words("notebook.empty"))
    [key] = await finger.keys()
    assert key["isResidentCredential"] is True
    await write(person, CANARY)
    assert not await lies_open(page, CANARY)

    await lock(person)
    await examiner.look(person, "notebook, shut, passkey alone")
    await open_by_key(person)

    await add_passphrase(person, examiner)
    await lock(person)
    await examiner.look(person, "notebook, shut, both ways")
    await open_by_passphrase(person)
    await remove_passkey(person, finger, examiner)
    await lock(person)
    await expect(button(person, "notebook.key.open")).to_have_count(0)
    await open_by_passphrase(person)

    # Added once more, it opens again.
    await unfold(person, "notebook.ways")
    await button(person, "notebook.key.add").click()
    await person.sees(person.words("notebook.key.added"))
    await lock(person)
    await open_by_key(person)

    # A finger that the device does not know opens nothing; the passphrase still does. Erasing
    # needs neither, and drops the key from the device too.
    await lock(person)
    await finger.known(False)
    await button(person, "notebook.key.open").click()
    await person.sees(person.words("notebook.key.cancelled"))
    await examiner.look(person, "notebook, shut, passkey did not open it")
    await open_by_passphrase(person)
    await lock(person)
    await erase(person)
    assert await finger.keys() == []

    assert [request.url for request in sent if not request.url.startswith("blob:")] == []
    assert person.frames == []
    # The log would have shown it.
    await page.evaluate("fetch('/catatan?control')")
    assert any("control" in request.url for request in sent)
    assert person.faults == []
    await person.context.close()
    examiner.content()


async def test_both_ways_from_the_start_and_each_opens_by_itself(
    house: House, browser: Browser
) -> None:
    person = await arrive(browser, "en", "phone")
    finger = await with_finger(person)
    await person.page.goto(f"{house.base}/catatan")
    await button(person, "notebook.key.begin").click()
    await button(person, "notebook.key.both").click()
    await expect(labelled(person, "notebook.passphrase")).to_be_focused()
    await turn_on(person)
    assert len(await finger.keys()) == 1
    await write(person, CANARY)
    await lock(person)
    await open_by_passphrase(person)
    await lock(person)
    await open_by_key(person)
    await person.context.close()


async def test_a_notebook_from_before_passkeys_opens_and_gains_one_without_loss(
    house: House, browser: Browser
) -> None:
    person = await arrive(browser, "id", "phone")
    await with_finger(person)
    await person.page.goto(f"{house.base}/catatan")
    await turn_on(person)
    await write(person, CANARY)
    assert await person.page.evaluate(AS_BEFORE) == "iv,key,rounds,salt"
    await person.page.reload()
    await open_by_passphrase(person)
    await unfold(person, "notebook.ways")
    await button(person, "notebook.key.add").click()
    await person.sees(person.words("notebook.key.added"))
    await person.page.reload()
    await open_by_key(person)
    await lock(person)
    await open_by_passphrase(person)
    await person.context.close()


@pytest.mark.parametrize("language", BOTH)
async def test_a_passkey_that_opens_nothing_says_what_that_may_mean(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner()
    person = await arrive(browser, language, "phone")
    finger = await with_finger(person)
    await person.page.goto(f"{house.base}/catatan")
    await button(person, "notebook.key.begin").click()
    await button(person, "notebook.key.alone").click()
    await write(person, CANARY)
    await lock(person)
    await finger.known(False)
    await button(person, "notebook.key.open").click()
    await person.sees(person.words("notebook.key.unopened"))
    await examiner.look(person, "notebook, passkey alone did not open it")
    await person.context.close()
    examiner.content()


@pytest.mark.parametrize("language", BOTH)
async def test_a_device_that_gives_no_secret_is_told_so_and_a_passphrase_is_there(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner()
    person = await arrive(browser, language, "phone")
    finger = await with_finger(person, secret=False)
    await person.page.goto(f"{house.base}/catatan")
    await button(person, "notebook.key.begin").click()
    await button(person, "notebook.key.alone").click()
    await person.sees(person.words("notebook.key.cannot"))
    await expect(button(person, "notebook.key.begin")).to_have_count(0)
    await examiner.look(person, "notebook, no passkey possible")
    # No key that opens nothing is left on the device.
    assert await finger.keys() == []
    await turn_on(person)
    await person.context.close()
    examiner.content()
