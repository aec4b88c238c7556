// How a name is written in the round middle so that no word of it is broken.
// Declines to measure fonts: a wide letter does. The whole name is always said, and on the seat's sheet.

/** Width of a rather wide letter of the titles, and height of a line, in parts of their size. */
const WIDE = 0.64;
const LINE = 1.12;
/** Pixels of the small line above the name, and of the nods below it; of one more small line. */
const AROUND = 36;
const MORE = 17;
/** Width of a letter of the small lines, in pixels. */
const SMALL = 7.2;
/** Of a circle, more lines have less width. */
const ROOM = [
  [2, 1.72],
  [4, 1.55],
] as const;

export interface Written {
  name: string;
  /** Pixels. */
  size: number;
  /** Not all of it is there. */
  short: boolean;
}

/** Lines that a name takes where each holds so many letters; null where a word is longer. */
function lines(name: string, letters: number): number | null {
  let count = 1;
  let used = 0;
  // A hyphen may end a line as well.
  for (const { length } of name.replaceAll("-", "- ").trim().split(/\s+/)) {
    if (length > letters) return null;
    const beside = used === 0 ? length : used + 1 + length;
    if (beside > letters) count++;
    used = beside > letters ? length : beside;
  }
  return count;
}

/** The largest size at which it stands there whole; null where it does at none. */
function largest(name: string, core: number, text: number, above: string): number | null {
  const more = (lines(above, (core * ROOM[0][1]) / (SMALL * text)) ?? 2) > 1;
  const around = (AROUND + (more ? MORE : 0)) * text;
  for (let size = (core > 80 * text ? 28 : 22) * text; size >= 13 * text; size -= 1) {
    for (const [most, share] of ROOM) {
      const taken = lines(name, (core * share) / (size * WIDE));
      if (taken !== null && taken <= most && taken * size * LINE <= core * 1.7 - around) return size;
    }
  }
  return null;
}

/**
 * A name in a middle of radius `core`: smaller before it is shorter, and shorter by whole words.
 * `text` is the reader's text size, 1 for 16 px, which no letter falls below in proportion; `above`
 * the small words over it.
 */
export function written(name: string, core: number, text: number, above = ""): Written {
  const whole = largest(name, core, text, above);
  if (whole !== null) return { name, size: whole, short: false };
  const words = name.split(/\s+/);
  for (let kept = words.length - 1; kept > 0; kept--) {
    const some = `${words.slice(0, kept).join(" ")}…`;
    const size = largest(some, core, text, above);
    if (size !== null) return { name: some, size, short: true };
  }
  const size = 13 * text;
  return { name: `${name.slice(0, Math.floor((core * 1.72) / (size * WIDE)) - 1)}…`, size, short: true };
}
