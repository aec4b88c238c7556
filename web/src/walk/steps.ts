// What each walk points at, in order. A step whose thing is not on the screen is left out: an
// observer has no stick to ask for. Declines to know where on the screen it is.
import type { Walk } from "../room/walking";

export interface Step {
  /** `walk.<name>.h` and `walk.<name>.b` in the catalogue. */
  name: string;
  /** The first of these that can be seen. */
  at: readonly string[];
}

const LAST: Step = { name: "exit", at: [".bar .exit"] };

export const STEPS: Record<Walk, readonly Step[]> = {
  room: [
    { name: "circle", at: [".ring"] },
    { name: "stick", at: [".main-action .btn--stick", ".main-action .btn"] },
    { name: "words", at: [".feed"] },
    { name: "out", at: [".four .ic--out"] },
    { name: "hand", at: [".four .ic--hand"] },
    LAST,
  ],
  console: [
    { name: "seats", at: [".ring"] },
    { name: "turn", at: [".turn"] },
    { name: "door", at: ["#fac-tab-door", ".fac-tools .btn"] },
    { name: "care", at: ["#fac-tab-people", ".fac .right"] },
    { name: "agenda", at: ["#fac-tab-agenda", ".fac .agenda"] },
    LAST,
  ],
};

/** Where a step points now, or null where there is nothing to point at. */
export function placeOf(step: Step, page: Document = document): HTMLElement | null {
  for (const one of step.at) {
    const found = page.querySelector<HTMLElement>(one);
    if (found?.checkVisibility?.() ?? found) return found;
  }
  return null;
}

/** The next step from `from` on that has something to point at; null after the last. */
export function nextStep(of: Walk, from: number, there: (step: Step) => boolean): number | null {
  const found = STEPS[of].findIndex((step, i) => i >= from && there(step));
  return found < 0 ? null : found;
}
