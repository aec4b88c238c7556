// Where each seat of the circle is drawn, from 2 to 30 people, for any box and text size.
// Pure arithmetic: declines to touch the page, to know who sits where, or to hold state.
//
// x runs right and y runs down from the middle of the circle, in CSS pixels; angles are degrees,
// so that growing angles go clockwise on the screen. Your own seat is place 0, at six o'clock.

import { along, discs, girth } from "./curves";
import { APART, apart, flags, name } from "./fitting";
import type { Frame, Place } from "./fitting";

export interface Layout {
  width: number;
  height: number;
  /** Height that this many seats need at this width, however little is offered. */
  minHeight: number;
  /** The middle of the circle, from the top of the box (it is always in the middle across). */
  cy: number;
  places: Place[];
  petal: { w: number; h: number };
  /** Radius of the round middle. */
  core: number;
  /** Whether the words of the middle fit inside it at this text size. */
  roomy: boolean;
  rings: 1 | 2;
  names: boolean;
  /** Names have a second line for what the person is doing. */
  subs: boolean;
  flag: number;
}

/** How much longer than wide a petal is in one ring. */
const TALL = 1.42;
/** Radius of a middle that holds its words at the usual text size. */
const ROOMY = 96 / 1.8;
const SIZES = { phone: [50, 48, 45, 42, 40, 38, 34], big: [64, 60, 56, 50, 46, 42, 38, 36] };
/** Two rings: across, along. */
const SMALL = [
  [34, 46],
  [32, 43],
  [30, 40],
] as const;

/** A whole layout from its points, or null where something would touch or the box is too low. */
function settle(
  frame: Frame,
  points: [number, number][],
  size: readonly [number, number],
  wants: { core: number; rings: 1 | 2; names: boolean },
): Layout | null {
  const [w, h] = size;
  let places: Place[] = points.map(([x, y]) => {
    const deg = (Math.atan2(y, x) * 180) / Math.PI;
    return { x, y, deg, label: null, flag: { x: 0, y: 0 } };
  });
  const shapes = places.map((p) => discs(p.x, p.y, p.deg, w, h));
  const flag = Math.round(Math.min(22 * Math.min(frame.text, 1.3), Math.max(22, w * 0.46)));
  const tops = [-wants.core, ...shapes.flat().map((d) => d.y - d.r)];
  const bottoms = [wants.core, ...shapes.flat().map((d) => d.y + d.r)];
  // Before the names, which cost most to place.
  if (wants.core < 34 || Math.max(...bottoms) - Math.min(...tops) + 10 > frame.cap) return null;
  if (!apart(places, shapes, size)) return null;
  if (wants.names) {
    const named = name(frame, places, shapes, wants.core);
    if (named === null) return null;
    places = named;
    for (const p of places) {
      tops.push(p.y + (p.label?.top ?? 0));
      bottoms.push(p.y + (p.label ? p.label.top + p.label.height : 0));
    }
  }
  const height = Math.ceil(Math.max(...bottoms) - Math.min(...tops) + 10);
  if (height > frame.cap) return null;
  places = flags(frame, places, shapes, size, flag);
  const top = Math.min(...tops, ...places.map((p) => p.y + p.flag.y - flag / 2 + 4)) - 5;
  return {
    width: frame.width, height, minHeight: height, cy: -top, places, petal: { w, h },
    core: wants.core, roomy: wants.core >= ROOMY * frame.text,
    rings: wants.rings, names: wants.names, subs: wants.names && frame.big, flag,
  };
}

function oneRing(frame: Frame, names: boolean): Layout | null {
  const { big, n, width } = frame;
  // A handful of people on a phone sit on larger petals than a full circle does.
  const most = big ? (n <= 10 ? 64 : n <= 14 ? 56 : 46) : n <= 6 ? 50 : n <= 10 ? 45 : 38;
  for (const w of big ? SIZES.big : SIZES.phone) {
    if (w > most) continue;
    const h = w * TALL;
    const widest = width / 2 - h / 2 - (big ? 22 : 3);
    const tallest = big ? (frame.cap - h) / 2 : widest;
    for (let ry = Math.min(tallest, widest); ry >= 60; ry -= 2) {
      // A phone uses all its width; elsewhere the circle stays nearly round.
      const rx = big ? Math.min(widest, ry * 1.1) : widest;
      const core = Math.min(big ? (names ? 104 : 124) : 66, Math.min(rx, ry) - h / 2 - (big ? 24 : 20));
      // Smaller petals rather than a middle too small for its words.
      if (core < frame.least) break;
      // Too high by its middles alone: a slow phone need not work out the rest.
      if (ry * (n % 2 ? 1.35 : 2) + w > frame.cap) continue;
      const found = settle(frame, along(n, rx, ry, 0), [w, h], { core, rings: 1, names });
      if (found) return found;
    }
  }
  return null;
}

/** Two rings, read clockwise together: the next seat is always the next in angle. */
function twoRings(frame: Frame): Layout | null {
  const { n, width } = frame;
  // Taller than wide only where the width alone cannot hold so many.
  for (let more = 0; more <= 72; more += 4) {
    for (const size of SMALL) {
      const rx = Math.min(width / 2 - size[1] / 2 - 2, frame.big ? (frame.cap - size[1] - 8) / 2 : Infinity);
      const ry = rx + more;
      const step = Math.max(APART, size[1] + 4);
      for (const bias of [0, 1, -1, 2, -2, 3]) {
        const outer = Math.round(n * 0.62) + bias;
        if (outer * APART > girth(rx, ry) || (n - outer) * APART > girth(rx - step, ry - step)) continue;
        const points = [...along(outer, rx, ry, 0), ...along(n - outer, rx - step, ry - step, 0.5)];
        const turn = ([x, y]: [number, number]) => (Math.atan2(y, x) * 180 / Math.PI + 630 + 1e-6) % 360;
        points.sort((a, b) => turn(a) - turn(b));
        const core = Math.min(66, Math.min(rx, ry) - step - size[1] / 2 - 12);
        const found = settle(frame, points, size, { core, rings: 2, names: false });
        if (found) return found;
      }
    }
  }
  return null;
}

function framed(n: number, width: number, cap: number, text: number, roomy: boolean): Frame {
  const big = width > 430;
  return { n, width, cap, text, big, least: roomy ? ROOMY * text : big ? 60 : 48 };
}

function fit(n: number, width: number, cap: number, text: number, roomy = false): Layout | null {
  const frame = framed(n, width, cap, text, roomy);
  const { big } = frame;
  const names = n <= (big ? 16 : 10) ? oneRing(frame, true) : null;
  if (names) return names;
  const tall = { ...frame, cap: big ? cap : Math.max(cap, width + 90) };
  return n <= 13 || big ? (oneRing(frame, false) ?? twoRings(tall)) : (twoRings(tall) ?? oneRing(tall, false));
}

/** As low as a phone's circle may become where words and actions need the height: all it says stays. */
function lowest(usual: Layout, n: number, text: number): Layout {
  if (usual.width > 430 || usual.rings === 2) return usual;
  const frame = framed(n, usual.width, Infinity, text, usual.roomy);
  const w = Math.min(...SIZES.phone);
  const h = w * TALL;
  const rx = usual.width / 2 - h / 2 - 3;
  // From the smallest on: the first that touches nothing is the lowest.
  for (let ry = frame.least + h / 2 + 20; ry <= rx; ry += 3) {
    const wants = { core: Math.min(66, ry - h / 2 - 20), rings: 1 as const, names: usual.names };
    const found = settle(frame, along(n, rx, ry, 0), [w, h], wants);
    if (found) return found.height < usual.height ? found : usual;
  }
  return usual;
}

const within = (n: number) => Math.min(30, Math.max(1, Math.round(n)));

/**
 * The lowest that `n` seats (2 to 30) may be laid out at this width, and the dearest to find: it
 * knows nothing of a box's height, which changes with every line of words around the circle.
 */
export function least(n: number, width: number, text = 1): Layout {
  const seats = within(n);
  const floor = width > 430 ? 400 : 338 + 30 * (text - 1);
  const usual = fit(seats, width, floor, text) ?? fit(seats, width, Infinity, text);
  const found = usual && lowest(usual, seats, text);
  if (!found) throw new RangeError(`no layout for ${n} seats at ${width} px`);
  return { ...found, minHeight: found.height };
}

/**
 * Lay out `n` seats in a box of `width` by at least `height` pixels; `low` is their `least`.
 *
 * `text` is the reader's text size, 1 for 16 px. Where the height is too little the layout is as
 * low as it can be and says so in `minHeight`; the width is never exceeded.
 */
export function layout(n: number, width: number, height: number, text = 1, low = least(n, width, text)): Layout {
  // A taller box helps one ring; two on a phone already take all the width.
  const taller = height > low.height && (low.rings === 1 || width > 430);
  const found = taller ? fit(within(n), width, height, text, width <= 430 && low.roomy) : null;
  // A second ring needs more than this box may have: then the lowest has room to spare in it.
  return found && found.height <= height ? { ...found, minHeight: low.height } : low;
}

/**
 * The layout of a whole box where the words of the middle stand under the circle if it cannot hold
 * them, and take `said` of the height there. Told by the box alone and not by where the words stand
 * now: else a box of just this height would have them come and go for ever.
 */
export function settled(n: number, width: number, height: number, said: number, text = 1, low = least(n, width, text)): Layout {
  const whole = layout(n, width, height, text, low);
  return whole.roomy || said === 0 ? whole : layout(n, width, height - said, text, low);
}
