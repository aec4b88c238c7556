import { beforeEach, expect, test, vi } from "vitest";

/** A page that is opened anew on this device. */
async function opened(): Promise<typeof import("./settings")> {
  vi.resetModules();
  const settings = await import("./settings");
  settings.applySettings();
  return settings;
}

beforeEach(() => {
  localStorage.clear();
  document.documentElement.removeAttribute("data-theme");
});

test("text size, tones, touch, keys and the walks that were seen are as they were left", async () => {
  const first = await opened();
  first.textSize.value = "larger";
  first.tones.value = first.touch.value = true;
  first.letterKeys.value = false;
  first.walked.value = ["room"];
  const next = await opened();
  expect([next.textSize.value, next.tones.value, next.touch.value, next.letterKeys.value, next.walked.value]).toEqual([
    "larger", true, true, false, ["room"],
  ]);
  expect(document.documentElement.dataset.text).toBe("larger");
});

test("language and light are cookies, which every page reads, and neither says more than that", async () => {
  const { setCookie, setTheme } = await opened();
  setCookie("lang", "en");
  setTheme("dark");
  expect(document.cookie.split("; ").sort()).toEqual(["lang=en", "theme=dark"]);
});

test("a device that keeps nothing, or kept rubbish, has what everybody begins with: quiet", async () => {
  localStorage.setItem("lingkar.settings", "{rubbish");
  const settings = await opened();
  expect([settings.textSize.value, settings.tones.value, settings.touch.value, settings.walked.value]).toEqual([
    "normal", false, false, [],
  ]);
});
