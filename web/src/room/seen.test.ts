// What is for the eye alone rests while nobody looks.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { whileSeen } from "./seen";

let state: DocumentVisibilityState;

function turn(to: DocumentVisibilityState): void {
  state = to;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  state = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => state);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a page that nobody sees sets no timer, and is up to date when it is seen again", () => {
  const what = vi.fn();
  const stop = whileSeen(1000, what);
  vi.advanceTimersByTime(2000);
  expect(what).toHaveBeenCalledTimes(2);
  turn("hidden");
  expect(vi.getTimerCount()).toBe(0);
  turn("visible");
  expect(what).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(1000);
  expect(what).toHaveBeenCalledTimes(4);
  stop();
  turn("visible");
  expect(vi.getTimerCount()).toBe(0);
  expect(what).toHaveBeenCalledTimes(4);
});

test("what begins while nobody looks waits until somebody does", () => {
  const what = vi.fn();
  state = "hidden";
  const stop = whileSeen(1000, what);
  expect(vi.getTimerCount()).toBe(0);
  turn("visible");
  expect(what).toHaveBeenCalledTimes(1);
  stop();
});
