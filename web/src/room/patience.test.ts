import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Announcement } from "./announce";
import { APART_MS, Patience } from "./patience";

const heard: string[] = [];
let untrue: ReadonlySet<string>;
let patience: Patience;

beforeEach(() => {
  vi.useFakeTimers();
  heard.length = 0;
  untrue = new Set();
  patience = new Patience(
    (together) => heard.push(together.map((one) => one.who).join("+")),
    (one) => !untrue.has(one.who ?? ""),
  );
});
afterEach(() => {
  patience.stop();
  vi.useRealTimers();
});

const add = (kind: Announcement["kind"], who: string) => patience.add([{ how: "polite", kind, key: kind, who }]);

test("polite words come at most one in four seconds, the latest of each kind, in order", () => {
  add("stick", "first");
  add("stick", "overtaken");
  add("place", "third");
  add("stick", "second");
  expect(heard).toEqual(["first"]);
  vi.advanceTimersByTime(APART_MS - 1);
  expect(heard).toEqual(["first"]);
  vi.advanceTimersByTime(1);
  expect(heard).toEqual(["first", "second"]);
  vi.advanceTimersByTime(APART_MS);
  expect(heard).toEqual(["first", "second", "third"]);
});

test("what became untrue while it waited is dropped, and what comes after it does not wait for it", () => {
  add("stick", "first");
  add("stick", "no longer so");
  add("place", "still so");
  untrue = new Set(["no longer so"]);
  vi.advanceTimersByTime(APART_MS);
  expect(heard).toEqual(["first", "still so"]);
});

test("people who came back meanwhile are told together, each once", () => {
  add("stick", "first");
  for (const who of ["rina", "tono", "rina"]) add("back", who);
  vi.advanceTimersByTime(APART_MS);
  expect(heard).toEqual(["first", "rina+tono"]);
  vi.advanceTimersByTime(10 * APART_MS);
  expect(heard).toHaveLength(2);
});

test("people who come back in one moment are told together at once", () => {
  patience.add(["rina", "tono"].map((who) => ({ how: "polite", kind: "back", key: "back", who })));
  expect(heard).toEqual(["rina+tono"]);
});

test("after a quiet while the next one comes at once", () => {
  add("stick", "first");
  vi.advanceTimersByTime(APART_MS);
  add("place", "second");
  expect(heard).toEqual(["first", "second"]);
});

test("once stopped, nothing that waits is told", () => {
  add("stick", "first");
  add("place", "second");
  patience.stop();
  vi.advanceTimersByTime(10 * APART_MS);
  expect(heard).toEqual(["first"]);
});
