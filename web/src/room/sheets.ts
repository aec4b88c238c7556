// Which sheet is open: one at a time.
import { signal } from "@preact/signals";
import type { Whispered } from "../wire.gen";

export type OpenSheet =
  | { name: "hand" | "help" | "handing" | "settings" | "round" | "close" | "prompt" | "end" | "door" | "greet" | "voice" }
  | { name: "line"; line: Whispered["line"]; of: string }
  | { name: "seat" | "remove"; memberId: string }
  /** About somebody, or (null) about something. */
  | { name: "report"; memberId: string | null };

export const sheet = signal<OpenSheet | null>(null);

export function closeSheet(): void {
  sheet.value = null;
}

/** True while that sheet is the one that is open. */
export function isOpen(name: OpenSheet["name"]): boolean {
  return sheet.value?.name === name;
}

/** Whoever may do something with a seat does it there; for the rest it says who sits there. */
export function openSeat(memberId: string): void {
  sheet.value = { name: "seat", memberId };
}
