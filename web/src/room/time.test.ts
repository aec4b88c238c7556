import { expect, test } from "vitest";
import { holderWords, minutesSeconds, minutesSince, nextChange, timeWords } from "./time";
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

test("a nudge goes before the time, a limit that was agreed to before both", () => {
  const words = (wind_up: number, last_words: number | null, now: number) => holderWords(stick, { wind_up, last_words }, now);
  expect(words(0, null, 90_000)).toBe("room.t80");
  expect(words(1, null, 50_000)).toBe("room.windup");
  expect(words(1, 160_000, 100_000)).toBe("room.last.minute");
  expect(words(1, 160_000, 140_000)).toBe("room.last.soon");
  expect(holderWords(RESTING, { wind_up: 1, last_words: 1 }, 0)).toBeNull();
});

test("where a turn ends, the last change comes before it", () => {
  expect(nextChange(stick, 100_000, 160_000)).toBe(135_000);
  expect(nextChange(stick, 140_000, 160_000)).toBeNull();
});

test("digits never go below zero", () => {
  expect(minutesSeconds(192_000)).toBe("3:12");
  expect(minutesSeconds(-5)).toBe("0:00");
  expect(minutesSince(100, 50)).toBe(0);
});
