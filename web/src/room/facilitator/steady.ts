// Keeps the keyboard's place while a list changes under it. Declines to focus a button that the
// person did not choose: where theirs is gone, the row in its place takes the focus.
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** For a list whose rows are `li` with `tabIndex={-1}`; the box itself needs one too. */
export function useSteadyFocus(box: RefObject<HTMLElement | null>): void {
  // Read while the old list still stands.
  const active = document.activeElement;
  const had = active instanceof HTMLElement && box.current?.contains(active) ? active : null;
  const rows = () => [...(box.current?.querySelectorAll<HTMLElement>("li") ?? [])];
  const at = had ? rows().findIndex((row) => row.contains(had)) : -1;
  useLayoutEffect(() => {
    if (!had || box.current?.contains(document.activeElement)) return;
    if (had.isConnected && box.current?.contains(had)) return had.focus();
    const now = rows();
    (now[Math.min(Math.max(at, 0), now.length - 1)] ?? box.current)?.focus();
  });
}
