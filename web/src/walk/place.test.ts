import { expect, test } from "vitest";
import { placeCard, type Box } from "./place";

const PHONE = { width: 360, height: 740, top: 56 };
const CARD = { width: 336, height: 150 };
const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, width, height });

test.each([
  ["a way out at the top", box(260, 5, 95, 44), 61],
  ["a button at the thumb", box(180, 670, 80, 56), 508],
  ["a circle that fills the middle", box(8, 120, 344, 344), 476],
  ["a circle that fills the screen", box(0, 10, 360, 720), 582],
] as const)("the card stands beside %s and is whole on the screen", (_, thing, top) => {
  const at = placeCard(thing, CARD, PHONE);
  expect(at.top).toBe(top);
  expect(at.left).toBeGreaterThanOrEqual(8);
  expect(at.left + CARD.width).toBeLessThanOrEqual(PHONE.width - 8);
});

test("a card that is taller than the screen begins under the way out, which would hide its title", () => {
  const screen = { width: 320, height: 480, top: 90 };
  expect(placeCard(box(0, 100, 320, 300), { width: 304, height: 900 }, screen).top).toBe(98);
});
