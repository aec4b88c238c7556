// How a name is written in the round middle so that it stands there whole.
// Declines to measure fonts: an average letter does, and a name that is too long goes elsewhere.

/** Width of an average letter of the titles, and height of a line, in parts of their size. */
const WIDE = 0.6;
const LINE = 1.12;
/** Pixels of the small line above the name, and of the nods below it as well. */
const ABOVE = 18;
const AROUND = 40;
const SOFT = "\u00ad";

export interface Written {
  name: string;
  /** Pixels. */
  size: number;
}

/** Lines that a name takes where each holds so many letters; null where a piece of it is longer. */
function lines(name: string, letters: number): number | null {
  let count = 1;
  let used = 0;
  for (const word of name.trim().split(/\s+/)) {
    let gap = used === 0 ? 0 : 1;
    // A hyphen may end a line as well, one that stands there or one that is only seen when it does.
    for (const { length } of word.replaceAll("-", `-${SOFT}`).split(SOFT)) {
      if (length > letters) return null;
      const fits = used + gap + length <= letters;
      if (!fits) count++;
      used = fits ? used + gap + length : length;
      gap = 0;
    }
  }
  return count;
}

/** Long words with soft hyphens where a syllable ends in many languages: before a consonant between vowels. */
function hyphenated(name: string): string {
  return name.replaceAll(/\p{L}{10,}/gu, (word) => word.replaceAll(/([aeiou])(?=[^aeiou][aeiou])/gi, `$1${SOFT}`));
}

/**
 * The name and the size of its letters in a middle of radius `core`; null where it cannot stand
 * there whole. `text` is the reader's text size, 1 for 16 px, which it never falls below.
 */
export function written(name: string, core: number, text: number): Written | null {
  const least = 13 * text;
  // Of a circle, lines above and below its middle have less.
  for (let size = (core > 80 * text ? 28 : 22) * text; size >= least; size -= 1) {
    for (const [most, share] of [[2, 1.72], [4, 1.5]] as const) {
      const taken = lines(name, (core * share) / (size * WIDE));
      if (taken !== null && taken <= most && taken * size * LINE <= core * 1.7 - AROUND * text) return { name, size };
    }
  }
  const broken = hyphenated(name);
  const taken = lines(broken, (core * 1.6) / (least * WIDE) - 1);
  if (taken === null || taken * least * LINE > core * 1.75 - ABOVE * text) return null;
  return { name: broken, size: least };
}
