// Has the browser find once, while nobody waits for it, the letters in which each name here will be
// written in the middle: on an old phone the first of a size takes longer than the rest of a move.
// Declines to show anything, and does nothing where a browser cannot say when it is idle.
import { useEffect } from "preact/hooks";
import type { RefObject } from "preact";
import { written } from "./letters";

/** Sizes that were written before on this page. */
const known = new Set<number>();

/** `area` holds the circle; `core` is the radius of its middle, 0 where no name stands in it. */
export function useWarmLetters(area: RefObject<HTMLElement | null>, names: readonly string[], core: number, text: number): void {
  useEffect(() => {
    if (core === 0 || !("requestIdleCallback" in window)) return;
    let asked = 0;
    const next = () => {
      const name = names.find((one) => !known.has(written(one, core, text).size));
      if (name === undefined) return;
      asked = requestIdleCallback(() => {
        write(area.current?.querySelector(".core"), name, core, text);
        next();
      });
    };
    next();
    return () => cancelIdleCallback(asked);
  }, [names.join(), core, text]);
}

/** There and gone again before anything is drawn. */
function write(middle: Element | null | undefined, name: string, core: number, text: number): void {
  const { size } = written(name, core, text);
  known.add(size);
  const line = document.createElement("p");
  line.className = "core__said core__said--unseen";
  line.style.setProperty("--letters", `${size}px`);
  const who = document.createElement("bdi");
  who.className = "who";
  who.textContent = name;
  line.append(who);
  middle?.append(line);
  void line.offsetWidth;
  line.remove();
}
