// Says on the page's own root what is shown in it, for what only the root can do: how far things
// scroll. Declines to be asked by `html:has()`, which an old phone works out with every change.
import { useLayoutEffect } from "preact/hooks";

/** The root has that class for as long as whoever calls this is there. */
export function useOnPage(name: string): void {
  useLayoutEffect(() => {
    document.documentElement.classList.add(name);
    return () => document.documentElement.classList.remove(name);
  }, [name]);
}
