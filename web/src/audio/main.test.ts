import { afterEach, expect, test } from "vitest";
import { setWords, t, words } from "../words";
import { fakeBrowser } from "./testing";
import { ready } from "./main";

afterEach(() => setWords("id", {}));

test("the sound brings its own words, and has them in the next language too", async () => {
  fakeBrowser();
  setWords("id", {});
  await ready();
  expect(t("sound.both")).toBe("Dengar dan bicara");
  await words("en");
  expect(t("sound.both")).toBe("Listen and speak");
});
