import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { slots } from "../room/store";
import { fresh } from "../room/testing";
import { showLevels } from "./levels";

const levelOf = (member: string) =>
  document.querySelector<HTMLElement>(`[data-seat="${member}"]`)?.style.getPropertyValue("--level");

beforeEach(() => {
  fresh();
  vi.useFakeTimers();
  document.body.innerHTML = '<button class="petal" data-seat="rina"></button><button class="petal" data-seat="awan"></button>';
});
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

test("how loud a voice is shows on the petal of whose place it is, and is gone with them", () => {
  let now = [0.25, 0.81, 0];
  const stop = showLevels(() => now);
  slots.value = ["rina", "awan", null];
  vi.advanceTimersByTime(100);
  expect([levelOf("rina"), levelOf("awan")]).toEqual(["0.50", "0.90"]);
  slots.value = ["awan", null, null];
  now = [0.09, 0, 0];
  vi.advanceTimersByTime(100);
  expect([levelOf("rina"), levelOf("awan")]).toEqual(["0.00", "0.30"]);
  stop();
  expect(levelOf("awan")).toBe("0.00");
  now = [1, 1, 1];
  vi.advanceTimersByTime(1000);
  expect(levelOf("awan")).toBe("0.00");
});
