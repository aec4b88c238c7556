// Single letters for who likes them: outside text fields, off when turned off, never with Ctrl or Alt.
// Declines to put anything behind a letter alone: every action is a button too.
import { keepFocus } from "./focus";
import { situation } from "./may";
import { letterKeys } from "./settings";
import { sheet } from "./sheets";
import { slip, soon, takeBack } from "./soon";
import { meeting, nod, send, writing, you } from "./store";

export interface Key {
  key: string;
  show: string;
  /** Its words in the catalogue. */
  words: string;
  run: () => void;
}

export const KEYS: readonly Key[] = [
  { key: "a", show: "A", words: "keys.nod", run: () => void nod() },
  { key: "m", show: "M", words: "keys.ask", run: askOrCancel },
  { key: "t", show: "T", words: "keys.write", run: write },
  { key: "j", show: "J", words: "keys.out", run: () => void send({ type: "step_out" }) },
  { key: "h", show: "H", words: "keys.hand", run: () => (sheet.value = { name: "hand" }) },
  { key: "?", show: "?", words: "keys.list", run: () => (sheet.value = { name: "settings" }) },
];

function askOrCancel(): void {
  if (!meeting.value || !you.value) return;
  const where = situation(meeting.value, you.value);
  if (where === "ask") void send({ type: "ask" });
  if (slip.value?.type === "withdraw") takeBack();
  else if (where === "asked") soon({ type: "withdraw" });
}

/** Facilitators have the field always in sight; members open it. */
function write(): void {
  writing.value = true;
  document.getElementById("say-text")?.focus();
}

/** The letter that this key press means, or null where it means none. */
export function keyOf(event: KeyboardEvent): Key | null {
  if (!letterKeys.value || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  if (you.value?.presence !== "here" || sheet.value !== null || inField(event.target)) return null;
  return KEYS.find((one) => one.key === event.key.toLowerCase()) ?? null;
}

function inField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, dialog") !== null;
}

/** Listen, and look after the keyboard's place, until the returned function is called. */
export function listenForKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    const key = keyOf(event);
    if (!key) return;
    event.preventDefault();
    key.run();
  };
  const stop = keepFocus();
  document.addEventListener("keydown", onKey);
  return () => {
    stop();
    document.removeEventListener("keydown", onKey);
  };
}
