import { beforeEach, expect, test } from "vitest";
import { KEYS, keyOf } from "./keys";
import { letterKeys } from "./settings";
import { sheet } from "./sheets";
import { you } from "./store";
import { aYou, fresh } from "./testing";

beforeEach(() => {
  fresh();
  document.body.replaceChildren();
  letterKeys.value = true;
  sheet.value = null;
  you.value = aYou();
});

function press(key: string, on: Element = document.body, more: KeyboardEventInit = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, ...more });
  on.dispatchEvent(event);
  return keyOf(event);
}

test("every letter is one of its own and has words", () => {
  expect(new Set(KEYS.map((one) => one.key)).size).toBe(KEYS.length);
});

test("a letter acts outside text fields", () => {
  expect(press("a")?.words).toBe("keys.nod");
  expect(press("T")?.words).toBe("keys.write");
});

test("a letter typed into a text field is only a letter", () => {
  const box = document.createElement("textarea");
  document.body.append(box);
  expect(press("a", box)).toBeNull();
});

test("with Ctrl, in a sheet, on a break or turned off, letters do nothing", () => {
  expect(press("a", document.body, { ctrlKey: true })).toBeNull();
  sheet.value = { name: "help" };
  expect(press("a")).toBeNull();
  sheet.value = null;
  you.value = aYou({ presence: "stepped_out" });
  expect(press("a")).toBeNull();
  you.value = aYou();
  letterKeys.value = false;
  expect(press("a")).toBeNull();
});
