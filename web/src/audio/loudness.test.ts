import { expect, test } from "vitest";
import { loudnessOf } from "./loudness";

const tone = (peak: number) => Float32Array.from({ length: 512 }, (_, i) => peak * Math.sin(i / 5));

test("silence is nothing, a shout is all, a voice is in between", () => {
  expect(loudnessOf(tone(0))).toBe(0);
  expect(loudnessOf(tone(1))).toBe(1);
  expect(loudnessOf(tone(0.05))).toBeGreaterThan(0.2);
  expect(loudnessOf(tone(0.05))).toBeLessThan(0.6);
  expect(loudnessOf(new Float32Array())).toBe(0);
});
