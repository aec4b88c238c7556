// When a first walk round the room is offered, and when it gets out of the way. Small, as the room
// brings it along; the walk itself loads later. Declines to show anything, and to begin by itself.
import { signal } from "@preact/signals";
import type { MeetingView, YouView } from "../wire.gen";
import { situation } from "./may";
import { walked } from "./settings";
import type { Gate, Link } from "./store";

/** A facilitator has a walk of their own: another screen, other hands. */
export type Walk = "room" | "console";

/** Offered, or on a step; null while there is none. */
export const walk = signal<{ of: Walk; step: number | "offer" } | null>(null);

export const walkOf = (me: YouView): Walk => (me.role === "facilitator" ? "console" : "room");

/** Nothing is asked of this person, nothing is wrong: only then may something else be shown. */
export function isCalm(now: MeetingView | null, me: YouView | null, line: Link, gate: Gate | null): boolean {
  if (!now || !me || gate !== null || line !== "live") return false;
  if (me.presence !== "here" || me.handing !== null || now.phase === "ended") return false;
  return ["ask", "asked", "observer", "listening", "quietened"].includes(situation(now, me));
}

export function wasWalked(of: Walk): boolean {
  return walked.value.includes(of);
}

/** From the menu: at once, from its first step. */
export function walkAgain(me: YouView): void {
  walk.value = { of: walkOf(me), step: 0 };
}

/** Seen to its end, or not wanted: not offered again on this device. */
export function walkDone(): void {
  const done = walk.peek();
  walk.value = null;
  if (done && !wasWalked(done.of)) walked.value = [...walked.value, done.of];
}
