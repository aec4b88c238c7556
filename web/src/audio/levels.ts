// Puts how loud each voice is on its petal, ten times a second. Straight onto the element: the ring
// must not be drawn anew for it. Declines to say who is heard: the server does.
import { whileSeen } from "../room/seen";
import { heard, slots } from "../room/store";

const EVERY_MS = 100;

/** Show what `levels` gives, by place, until the returned function is called. */
export function showLevels(levels: () => readonly number[]): () => void {
  const shown = new Set<string>();
  const put = (member: string, level: number) => {
    const petal = document.querySelector<HTMLElement>(`.petal[data-seat="${CSS.escape(member)}"]`);
    petal?.style.setProperty("--level", Math.min(1, Math.sqrt(level)).toFixed(2));
  };
  const tick = () => {
    const now = levels();
    slots.peek().forEach((member, i) => {
      if (member === null) return;
      shown.add(member);
      put(member, now[i] ?? 0);
    });
    for (const member of shown) {
      if (heard.peek().has(member)) continue;
      put(member, 0);
      shown.delete(member);
    }
  };
  const stop = whileSeen(EVERY_MS, tick);
  return () => {
    stop();
    shown.forEach((member) => put(member, 0));
  };
}
