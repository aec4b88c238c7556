// Where things are in the console: its width, the open part on a phone, and its own sheets.
// Declines to know what is in them.
import { signal } from "@preact/signals";
import type { MemberId } from "../../wire.gen";
import { closeSheet } from "../sheets";

/** The parts of the console that a phone shows one at a time. */
export type Part = "turns" | "door" | "people" | "agenda" | "chat";
export const PARTS: readonly Part[] = ["turns", "door", "people", "agenda", "chat"];

export const part = signal<Part | null>(null);

/** Three columns need so many letters beside each other, however large the reader wants these. */
const COLUMNS_REM = 56.25;
const rem = document.createElement("span");
rem.className = "ringbox__rem";
rem.setAttribute("aria-hidden", "true");
document.body.append(rem);
const fits = () => innerWidth >= COLUMNS_REM * (rem.offsetWidth || 16);
/** True where there is room for columns. */
export const wide = signal(fits());
const look = () => (wide.value = fits());
addEventListener("resize", look);
new ResizeObserver(look).observe(rem);

/** Sheets that only facilitators have. */
export type OwnSheet =
  | { name: "turn" | "handover" }
  | { name: "person" | "quieten"; memberId: MemberId };

export const own = signal<OwnSheet | null>(null);

/** Open one; whatever else is open closes first. */
export function openOwn(sheet: OwnSheet): void {
  closeSheet();
  own.value = sheet;
}

export function closeOwn(): void {
  own.value = null;
}

export function openPerson(memberId: MemberId): void {
  openOwn({ name: "person", memberId });
}
