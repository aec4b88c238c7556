import { expect, test } from "vitest";
import { landing, stepBefore, withMove } from "./ordering";

const abc = ["a", "b", "c"];

test("a step up lands before the one above, a step down after the one below", () => {
  expect(stepBefore(abc, "b", -1)).toBe("a");
  expect(stepBefore(abc, "a", 1)).toBe("c");
  expect(stepBefore(abc, "b", 1)).toBeNull();
});

test("nobody steps past an end, and a stranger steps nowhere", () => {
  expect(stepBefore(abc, "a", -1)).toBeUndefined();
  expect(stepBefore(abc, "c", 1)).toBeUndefined();
  expect(stepBefore(abc, "z", 1)).toBeUndefined();
});

test("a move is right before somebody, or at the end", () => {
  expect(withMove(abc, "c", "a")).toEqual(["c", "a", "b"]);
  expect(withMove(abc, "a", null)).toEqual(["b", "c", "a"]);
  expect(withMove(abc, "a", "a")).toEqual(abc);
  expect(withMove(abc, "z", "a")).toEqual(abc);
});

test("a row let go lands before the first row whose middle is below the finger", () => {
  const middles = [10, 30, 50];
  expect(landing(abc, "c", middles, 5)).toBe("a");
  expect(landing(abc, "c", middles, 20)).toBe("b");
  expect(landing(abc, "a", middles, 40)).toBe("c");
  expect(landing(abc, "a", middles, 90)).toBeNull();
});
