// What fits on and beside the petals of one ring or two: names, marks, and room for a finger.
// Pure arithmetic: declines to choose where the seats are (`geometry` does) or how large they may be.

import { clear, rad, shoulders } from "./curves";
import type { Disc } from "./curves";

export interface Place {
  x: number;
  y: number;
  /** Angle from the middle; a petal turned by `deg + 90` points its tip at the middle. */
  deg: number;
  /** Top of the name, from the seat's own middle, and the most it may take across. */
  label: { top: number; height: number; width: number } | null;
  /** Middle of the small mark on the petal's shoulder, from the seat's own middle. */
  flag: { x: number; y: number };
}

/** The box that a layout is tried in. */
export interface Frame {
  n: number;
  width: number;
  cap: number;
  text: number;
  big: boolean;
  /** The least radius of the middle that will do. */
  least: number;
}

/** Centres of neighbours are never nearer than a finger: WCAG 2.2 asks 24, a tired thumb 44. */
export const APART = 44;
const GAP = 3;

/** The mark of each seat on the shoulder where it hides least of other petals and of names. */
export function flags(frame: Frame, places: Place[], shapes: Disc[][], size: readonly [number, number], flag: number): Place[] {
  const r = flag / 2;
  return places.map((place, i) => {
    const hides = (at: { x: number; y: number }) => {
      const [x, y] = [place.x + at.x, place.y + at.y];
      let worst = Math.max(0, Math.abs(x) + r - frame.width / 2) * 10;
      places.forEach((other, j) => {
        if (i !== j) for (const d of shapes[j] ?? []) worst = Math.max(worst, d.r + r - Math.hypot(d.x - x, d.y - y));
        if (!other.label) return;
        const half = Math.min(other.label.width / 2, 30 * frame.text);
        const dx = Math.max(0, Math.abs(other.x - x) - half);
        const top = other.y + other.label.top;
        const dy = Math.max(0, top - y, y - top - other.label.height);
        worst = Math.max(worst, r - Math.hypot(dx, dy));
      });
      return worst;
    };
    const tried = shoulders(place.deg, ...size).map((at) => ({ at, hidden: hides(at) }));
    const best = tried.reduce((a, b) => (b.hidden < a.hidden - 1 ? b : a));
    return { ...place, flag: best.at };
  });
}

/** Tops and widths of the names, or null where one would be too short to read. */
export function name(frame: Frame, places: Place[], shapes: Disc[][], core: number): Place[] | null {
  const height = (frame.big ? 33 : 17) * frame.text;
  const tops = places.map((place, i) => {
    const up = Math.sin(rad(place.deg)) < -0.62;
    const reach = Math.max(...(shapes[i] ?? []).map((d) => (up ? place.y - d.y : d.y - place.y) + d.r));
    return up ? -(reach + 2 + height) : reach + 2;
  });
  const middle = { x: 0, y: 0, r: core };
  const named = places.map((place, i) => {
    const top = place.y + (tops[i] ?? 0);
    let width = Math.min((frame.big ? 120 : 92) * frame.text, frame.width - 2 * Math.abs(place.x));
    places.forEach((other, j) => {
      if (i === j) return;
      for (const disc of shapes[j] ?? []) width = Math.min(width, clear(place.x, top, top + height, disc));
      const apart = Math.abs(top - other.y - (tops[j] ?? 0));
      // Two names on one line share what lies between them.
      if (apart < height + 1) width = Math.min(width, Math.abs(place.x - other.x) - 6);
    });
    width = Math.min(width, clear(place.x, top, top + height, middle));
    return { ...place, label: { top: tops[i] ?? 0, height, width } };
  });
  return named.every((p) => p.label.width >= 54 * frame.text) ? named : null;
}

/** Whether no petal touches another, and no two middles are too near for a finger. */
export function apart(places: Place[], shapes: Disc[][], size: readonly [number, number]): boolean {
  return places.every((a, i) =>
    places.slice(i + 1).every((b, k) => {
      const far = Math.hypot(a.x - b.x, a.y - b.y);
      if (far < APART) return false;
      if (far > size[1] + GAP) return true;
      const theirs = shapes[i + 1 + k] ?? [];
      return (shapes[i] ?? []).every((d) =>
        theirs.every((e) => Math.hypot(d.x - e.x, d.y - e.y) >= d.r + e.r + GAP),
      );
    }),
  );
}
