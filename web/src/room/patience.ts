// Lets polite announcements through one at a time, and drops what has become untrue meanwhile.
// Declines to know what they are about.
import type { Announcement } from "./announce";

export const APART_MS = 4000;

export class Patience {
  private waiting: Announcement[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = -Infinity;

  constructor(
    /** Says these at once: people who came back are said together. */
    private readonly tell: (together: readonly Announcement[]) => void,
    private readonly isStillTrue: (one: Announcement) => boolean,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** What became true in one moment, in the order in which it matters. */
  add(all: readonly Announcement[]): void {
    for (const one of all) {
      const same = (old: Announcement) => old.kind === one.kind && (one.kind !== "back" || old.who === one.who);
      const at = this.waiting.findIndex(same);
      // It takes the place of what it overtakes: a kind that changes often still has its turn.
      if (at < 0) this.waiting.push(one);
      else this.waiting[at] = one;
    }
    this.next();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = [];
  }

  private next(): void {
    if (this.timer !== undefined || this.waiting.length === 0) return;
    const pause = this.last + APART_MS - this.clock();
    if (pause > 0) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.next();
      }, pause);
      return;
    }
    this.waiting = this.waiting.filter((one) => this.isStillTrue(one));
    const [first] = this.waiting;
    if (!first) return;
    const together = this.waiting.filter((one) => one === first || (one.kind === "back" && first.kind === "back"));
    this.waiting = this.waiting.filter((one) => !together.includes(one));
    this.last = this.clock();
    this.tell(together);
    this.next();
  }
}
