// One move in a list: which place, and before whom. Pure; declines to know what is in the list.

/** Before whom somebody goes who moves by one place; `undefined` where that is not possible. */
export function stepBefore(ids: readonly string[], id: string, by: -1 | 1): string | null | undefined {
  const at = ids.indexOf(id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= ids.length) return undefined;
  return by < 0 ? ids[to] : (ids[to + 1] ?? null);
}

/** `ids` with one of them right before another, or (null) at the end. */
export function withMove(ids: readonly string[], id: string, before: string | null): string[] {
  if (!ids.includes(id) || id === before) return [...ids];
  const others = ids.filter((one) => one !== id);
  const at = before === null ? -1 : others.indexOf(before);
  others.splice(at < 0 ? others.length : at, 0, id);
  return others;
}

/** Before whom somebody lands who is let go at height `y`; `middles` are of the rows, in order. */
export function landing(ids: readonly string[], id: string, middles: readonly number[], y: number): string | null {
  const others = ids.filter((one) => one !== id);
  const heights = middles.filter((_, index) => ids[index] !== id);
  const at = heights.findIndex((middle) => y < middle);
  return at < 0 ? null : (others[at] ?? null);
}
