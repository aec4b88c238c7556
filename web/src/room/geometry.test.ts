// The circle holds for every number of people, every phone and every text size we promise.
import { expect, test } from "vitest";
import icons from "../icons.json";
import { APART } from "./fitting";
import type { Place } from "./fitting";
import { layout, least, settled } from "./geometry";
import type { Layout } from "./geometry";

type Point = [number, number];
const WIDTHS = [288, 304, 320, 344, 360, 396, 430, 431, 480, 560, 640];
const CROWDS = Array.from({ length: 29 }, (_, i) => i + 2);

/** The outline that is really drawn, from the very path of the petal: not the model of it. */
const outline: Point[] = (() => {
  const numbers = (icons.petal.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  const points: Point[] = [];
  for (let i = 0; i + 7 < numbers.length; i += 6) {
    const p = numbers.slice(i, i + 8);
    const curve = (t: number, k: 0 | 1) =>
      (1 - t) ** 3 * p[k]! + 3 * (1 - t) ** 2 * t * p[2 + k]! + 3 * (1 - t) * t ** 2 * p[4 + k]! + t ** 3 * p[6 + k]!;
    for (let t = 0; t < 1; t += 0.2) points.push([curve(t, 0), curve(t, 1)]);
  }
  return points;
})();

function drawn(place: Place, petal: Layout["petal"]): Point[] {
  const turn = ((place.deg + 90) * Math.PI) / 180;
  return outline.map(([ox, oy]) => {
    const [px, py] = [(ox * petal.w) / 37, (oy * petal.h) / 58];
    return [place.x + px * Math.cos(turn) - py * Math.sin(turn), place.y + px * Math.sin(turn) + py * Math.cos(turn)];
  });
}

function within([x, y]: Point, shape: readonly Point[]): boolean {
  let inside = false;
  shape.forEach(([ax, ay], i) => {
    const [bx, by] = shape[(i + 1) % shape.length]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

const pairs = <T>(all: readonly T[]): [T, T][] => all.flatMap((a, i) => all.slice(i + 1).map((b): [T, T] => [a, b]));

function faults(n: number, width: number, height: number, text: number): string[] {
  const plan = layout(n, width, height, text);
  const found: string[] = [];
  const half = width / 2 + 0.5;
  const shapes = plan.places.map((place) => drawn(place, plan.petal));
  if (plan.places.length !== n) found.push("seats are missing");
  if (plan.height > Math.max(height, plan.minHeight)) found.push("too high");
  for (const [x, y] of shapes.flat()) {
    if (Math.abs(x) > half || y + plan.cy < 0 || y + plan.cy > plan.height) found.push("a petal leaves the box");
    if (Math.hypot(x, y) < plan.core) found.push("a petal covers the middle");
  }
  for (const place of plan.places) {
    const [x, y] = [place.x + place.flag.x, place.y + place.flag.y + plan.cy];
    if (Math.abs(x) + 10 > half || y - 10 < 0 || y + 10 > plan.height) found.push("a flag leaves the box");
    if (!place.label) continue;
    const top = place.y + place.label.top + plan.cy;
    if (Math.abs(place.x) + place.label.width / 2 > half) found.push("a name leaves the box sideways");
    if (top < 0 || top + place.label.height > plan.height + 0.5) found.push("a name leaves the box");
  }
  for (const [a, b] of pairs(plan.places)) if (Math.hypot(a.x - b.x, a.y - b.y) < APART) found.push("seats too near");
  for (const [i, j] of pairs([...shapes.keys()])) {
    const [a, b] = [shapes[i]!, shapes[j]!];
    const far = Math.hypot(plan.places[i]!.x - plan.places[j]!.x, plan.places[i]!.y - plan.places[j]!.y);
    // Farther apart than a petal is long, two of them cannot meet.
    if (far > plan.petal.h) continue;
    if (a.some((p) => within(p, b)) || b.some((p) => within(p, a))) found.push("petals overlap");
  }
  for (const [a, b] of pairs(plan.places)) {
    if (!a.label || !b.label) continue;
    const across = Math.abs(a.x - b.x) < (a.label.width + b.label.width) / 2;
    const down = Math.abs(a.y + a.label.top - b.y - b.label.top) < a.label.height;
    if (across && down) found.push("names overlap");
  }
  return [...new Set(found)].map((what) => `${n} seats, ${width} px, text ${text}: ${what}`);
}

test.each(CROWDS)("%i seats never touch and stay inside the box at every width and text size", (n) => {
  for (const width of WIDTHS) {
    for (const text of [1, 1.25, 2]) for (const height of [0, 560]) expect(faults(n, width, height, text)).toEqual([]);
  }
});

test.each(CROWDS)("with %i seats your own is at six o'clock and the order runs clockwise", (n) => {
  for (const width of [304, 344, 640]) {
    const { places } = layout(n, width, 600);
    expect(places[0]!.x).toBeCloseTo(0, 0);
    expect(places[0]!.y).toBe(Math.max(...places.map((place) => place.y)));
    const turns = places.map((place) => (place.deg - 90 + 720 + 0.001) % 360);
    expect(turns).toEqual([...turns].sort((a, b) => a - b));
  }
});

test("a phone shows names up to ten, one ring up to thirteen and two rings to thirty", () => {
  for (const n of CROWDS) {
    const { names, rings } = layout(n, 344, 0);
    expect([n, names, rings]).toEqual([n, n <= 10, n <= 13 ? 1 : 2]);
  }
});

test("a laptop shows one ring for thirty", () => {
  for (const n of CROWDS) expect([n, layout(n, 900, 640).rings]).toEqual([n, 1]);
});

test("nine seats on a phone of 360 px fit the height that the mock-up leaves them", () => {
  expect(layout(9, 344, 0).height).toBeLessThanOrEqual(342);
});

test("where a phone leaves little height the circle is lower and says no less", () => {
  for (const n of CROWDS.filter((n) => n <= 13)) {
    const [low, usual] = [layout(n, 344, 0), layout(n, 344, 342)];
    expect([n, low.names, low.roomy]).toEqual([n, usual.names, usual.roomy]);
    expect(low.height).toBeLessThanOrEqual(296);
    expect(low.minHeight).toBe(usual.minHeight);
  }
});

test("whatever height is left, the circle is no higher than it or than it said it needs", () => {
  for (const n of [10, 11, 13]) {
    for (let height = 240; height <= 300; height += 4) {
      const { height: drawn, minHeight } = layout(n, 304, height);
      expect([n, height, drawn <= Math.max(height, minHeight)]).toEqual([n, height, true]);
    }
  }
});

test("words under the circle have their height, and are inside wherever that leaves it a middle for them", () => {
  for (const n of [7, 13, 30]) {
    const low = least(n, 520, 2);
    for (let height = 400; height <= 900; height += 20) {
      const plan = settled(n, 520, height, 80, 2, low);
      const left = plan.roomy ? height : height - 80;
      expect([n, height, plan.height <= Math.max(left, low.height)]).toEqual([n, height, true]);
      // Asked again from where the words stand now, the same is told: nothing comes and goes.
      if (!plan.roomy) expect(layout(n, 520, height - 80, 2, low).roomy).toBe(false);
    }
  }
});

test("a place of its own is drawn for somebody alone", () => {
  expect(layout(1, 344, 0).places).toHaveLength(1);
});

test("what is found without knowing the height makes the same circle at every height", () => {
  for (const width of [344, 640]) {
    for (const n of [2, 13, 30]) {
      const low = least(n, width);
      for (const height of [0, 345, 500]) {
        expect(layout(n, width, height, 1, low)).toEqual(layout(n, width, height));
        expect(layout(n, width, height).minHeight).toBe(low.height);
      }
    }
  }
});
