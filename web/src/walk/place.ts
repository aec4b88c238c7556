// Where the card stands: beside what it points at, whole on the screen. Pure: numbers in, numbers out.

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const GAP = 12;
const EDGE = 8;

/** Below the thing where there is room, else above it, else over its far edge. */
export function placeCard(thing: Box, card: { width: number; height: number }, screen: { width: number; height: number }): { left: number; top: number } {
  const middle = thing.left + thing.width / 2 - card.width / 2;
  const left = Math.max(EDGE, Math.min(middle, screen.width - card.width - EDGE));
  const below = thing.top + thing.height + GAP;
  if (below + card.height <= screen.height - EDGE) return { left, top: below };
  const above = thing.top - GAP - card.height;
  return { left, top: above >= EDGE ? above : Math.max(EDGE, screen.height - card.height - EDGE) };
}
