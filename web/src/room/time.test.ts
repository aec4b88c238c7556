import { expect, test } from "vitest";
import { minutesSeconds, minutesSince, nextChange, timeWords } from "./time";
import { held, RESTING } from "./testing";

const stick = held("me", 0, 100_000);

test("time is told in words at 80 % and when it is full, not before", () => {
  expect(timeWords(stick, 79_999)).toBeNull();
  expect(timeWords(stick, 80_000)).toBe("room.t80");
  expect(timeWords(stick, 100_000)).toBe("room.t100");
  expect(timeWords(stick, 900_000)).toBe("room.t100");
});

test("a resting stick has no time", () => {
  expect(timeWords(RESTING, 5)).toBeNull();
  expect(nextChange(RESTING, 5)).toBeNull();
});

test("the next change is known, so that nothing ticks", () => {
  expect(nextChange(stick, 10)).toBe(80_000);
  expect(nextChange(stick, 80_000)).toBe(100_000);
  expect(nextChange(stick, 100_000)).toBeNull();
});

test("digits never go below zero", () => {
  expect(minutesSeconds(192_000)).toBe("3:12");
  expect(minutesSeconds(-5)).toBe("0:00");
  expect(minutesSince(100, 50)).toBe(0);
});
