// Where the card stands: beside what it points at, whole on the screen. Pure: numbers in, numbers out.

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const GAP = 12;
const EDGE = 8;

interface Screen {
  width: number;
  height: number;
  /** What of its top is not the card's: the way out lies over everything. */
  top: number;
}

/** Below the thing where there is room, else above it, else over its far edge. */
export function placeCard(thing: Box, card: { width: number; height: number }, screen: Screen): { left: number; top: number } {
  const middle = thing.left + thing.width / 2 - card.width / 2;
  const left = Math.max(EDGE, Math.min(middle, screen.width - card.width - EDGE));
  const below = thing.top + thing.height + GAP;
  if (below + card.height <= screen.height - EDGE) return { left, top: below };
  const above = thing.top - GAP - card.height;
  const least = screen.top + EDGE;
  return { left, top: above >= least ? above : Math.max(least, screen.height - card.height - EDGE) };
}
