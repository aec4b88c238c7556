import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepFocus } from "./focus";

let stop: () => void;
const get = (id: string) => document.getElementById(id)!;

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = `
    <main id="isi" tabindex="-1"><button id="alone">1</button></main>
    <section id="group" tabindex="-1"><p id="line"><button id="mine">2</button></p></section>`;
  stop = keepFocus();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

/** Take something away, as a change of the meeting does, and let everybody react. */
async function remove(id: string): Promise<void> {
  get(id).remove();
  // This browser of the tests keeps the focus on what is gone; real ones do not.
  if (document.activeElement?.isConnected === false) (document.activeElement as HTMLElement).blur();
  await vi.advanceTimersByTimeAsync(100);
}

test("what is left of the group takes the focus that went with its button", async () => {
  get("mine").focus();
  await remove("line");
  expect(document.activeElement).toBe(get("group"));
});

test("where nothing of it is left, the middle of the room does", async () => {
  get("mine").focus();
  await remove("group");
  expect(document.activeElement).toBe(get("isi"));
});

test("a focus that somebody put elsewhere meanwhile stays there", async () => {
  get("mine").focus();
  get("group").remove();
  get("alone").focus();
  await vi.advanceTimersByTimeAsync(100);
  expect(document.activeElement).toBe(get("alone"));
});

test("in an open sheet its title does", async () => {
  document.body.insertAdjacentHTML("beforeend", '<dialog open><h2 tabindex="-1">A</h2><p id="p"><button id="b">b</button></p></dialog>');
  get("b").focus();
  await remove("p");
  expect(document.activeElement?.tagName).toBe("H2");
});

test("whoever had no focus is given none", async () => {
  await remove("group");
  expect(document.activeElement).toBe(document.body);
});
