// A press that may be a slip of the thumb waits here for a breath before it is sent: until then the
// server, and so everybody else, knows nothing of it. Declines to hold back what has to be at once:
// stepping out, a call for a hand, taking the stick, and whatever a facilitator asks.
import { effect, signal, untracked } from "@preact/signals";
import type { Command } from "../wire.gen";
import { send } from "./ask";
import { meeting, you } from "./memory";

/** What others would have acted on before it could be put right: a place, a turn, an offer let go. */
export type Slip = Extract<Command, { type: "withdraw" | "decline" | "pass_stick" }>;

export const SLIP_MS = 4000;

export const slip = signal<Slip | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Send it, unless it is taken back in time. */
export function soon(command: Slip): void {
  takeBack();
  slip.value = command;
  timer = setTimeout(sendNow, SLIP_MS);
}

/** Nothing was asked, and nobody knows. */
export function takeBack(): void {
  clearTimeout(timer);
  slip.value = null;
}

/** A screen that goes dark would keep everybody waiting: what was pressed is meant then. */
function sendNow(): void {
  const command = slip.peek();
  takeBack();
  if (command) void send(command);
}

/** What it was about is still so; a turn that ended meanwhile needs no end. */
function isMeant(command: Slip): boolean {
  const me = you.value;
  if (!me || me.presence !== "here") return false;
  switch (command.type) {
    case "withdraw":
      return me.place !== null && !me.offered;
    case "decline":
      return me.offered || meeting.value?.next === me.member_id;
    case "pass_stick":
      return me.turn_id === command.turn_id;
  }
}

effect(() => {
  if (slip.value && !isMeant(slip.value)) untracked(takeBack);
});
addEventListener("pagehide", sendNow);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) sendNow();
});
