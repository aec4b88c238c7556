// Ellipses and petals as numbers, for the circle of seats. Pure arithmetic: declines to lay anything out.

export interface Disc {
  x: number;
  y: number;
  r: number;
}

/** The petal as four discs along its axis: offset outwards and radius, in units of the drawing. */
const DISCS: readonly (readonly [number, number])[] = [
  [10.5, 18.5],
  [3, 18.5],
  [-11, 14.5],
  [-21, 8],
];

export const rad = (deg: number) => (deg * Math.PI) / 180;

const STEPS = 240;
const turned = (k: number) => rad(90 + (360 * k) / STEPS);
/** The sides of a circle drawn in that many steps. */
const SIDES: readonly (readonly [number, number])[] = Array.from({ length: STEPS }, (_, k) => [
  Math.cos(turned(k + 1)) - Math.cos(turned(k)),
  Math.sin(turned(k + 1)) - Math.sin(turned(k)),
]);

/** `n` points at equal distances along an ellipse, clockwise; the first is `shift` steps past six o'clock. */
export function along(n: number, rx: number, ry: number, shift: number): [number, number][] {
  const at = (k: number): [number, number] => [rx * Math.cos(turned(k)), ry * Math.sin(turned(k))];
  const lengths = [0];
  // A layout tries hundreds of ellipses: nothing is made here that is thrown away.
  let total = 0;
  for (const [dx, dy] of SIDES) {
    const [x, y] = [rx * dx, ry * dy];
    total += Math.sqrt(x * x + y * y);
    lengths.push(total);
  }
  let k = 0;
  return Array.from({ length: n }, (_, i) => {
    const want = (total * (i + shift)) / n;
    while (k < STEPS - 1 && (lengths[k + 1] ?? total) <= want) k++;
    const [from, to] = [lengths[k] ?? 0, lengths[k + 1] ?? total];
    return at(k + (want - from) / (to - from || 1));
  });
}

/** Ramanujan's length of an ellipse: cheap enough to rule most crowds out before trying. */
export function girth(a: number, b: number): number {
  return Math.PI * (3 * (a + b) - Math.sqrt((3 * a + b) * (a + 3 * b)));
}

export function discs(x: number, y: number, deg: number, w: number, h: number): Disc[] {
  const [cos, sin] = [Math.cos(rad(deg)), Math.sin(rad(deg))];
  return DISCS.map(([out, r]) => {
    const radius = (r * w) / 37;
    // A petal that is rounder than its drawing must not seem longer than it is.
    const d = Math.sign(out) * Math.min((Math.abs(out) * h) / 58, h / 2 - radius);
    return { x: x + d * cos, y: y + d * sin, r: radius };
  });
}

/** How wide a name centred on (x, band) may be before it meets a disc. */
export function clear(x: number, top: number, bottom: number, disc: Disc): number {
  const dy = Math.max(0, top - disc.y, disc.y - bottom);
  const r = disc.r + 2;
  if (dy >= r) return Infinity;
  return 2 * (Math.abs(disc.x - x) - Math.sqrt(r * r - dy * dy));
}

/** The four shoulders of a petal, the upper outer one first. */
export function shoulders(deg: number, w: number, h: number): { x: number; y: number }[] {
  const [cos, sin] = [Math.cos(rad(deg)), Math.sin(rad(deg))];
  const side = cos >= -0.01 ? 1 : -1;
  const [x, y] = Math.abs(sin) > 0.62 ? [0.56 * w, 0.27 * h] : [0.3 * h, 0.5 * w];
  return [
    { x: x * side, y: -y },
    { x: -x * side, y: -y },
    { x: x * side, y },
    { x: -x * side, y },
  ];
}
