// What a person set for this device: text size, tones, keys, theme. Keeps nothing about any circle.
import { effect, signal } from "@preact/signals";

export type TextSize = "normal" | "large" | "larger";
export type Theme = "auto" | "light" | "dark";

interface Kept {
  text: TextSize;
  tones: boolean;
  touch: boolean;
  keys: boolean;
  /** The walks round the room that were seen, or not wanted. */
  walked: readonly string[];
}

const STORED = "lingkar.settings";
const YEAR = 31_536_000;

/** A cookie that pages read too. Secure wherever the page itself is. */
export function setCookie(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

function read(): Kept {
  const fallback: Kept = { text: "normal", tones: false, touch: false, keys: true, walked: [] };
  try {
    return { ...fallback, ...(JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<Kept>) };
  } catch {
    // A browser may refuse storage; the room works all the same.
    return fallback;
  }
}

const kept = read();
export const textSize = signal<TextSize>(kept.text);
/** Off unless asked for: a tone can give away somebody who hides the screen. */
export const tones = signal<boolean>(kept.tones);
/** Off unless asked for, as tones are: a phone on a table is heard. */
export const touch = signal<boolean>(kept.touch);
export const letterKeys = signal<boolean>(kept.keys);
export const walked = signal<readonly string[]>(kept.walked);
export const theme = signal<Theme>("auto");

/** Show the settings on this page and keep them from now on. */
export function applySettings(): void {
  const given = document.documentElement.dataset.theme;
  theme.value = given === "light" || given === "dark" ? given : "auto";
  effect(() => {
    document.documentElement.dataset.text = textSize.value;
    const now: Kept = {
      text: textSize.value, tones: tones.value, touch: touch.value, keys: letterKeys.value,
      walked: walked.value,
    };
    try {
      localStorage.setItem(STORED, JSON.stringify(now));
    } catch {
      // As above.
    }
  });
}

export function setTheme(wanted: Theme): void {
  theme.value = wanted;
  document.documentElement.dataset.theme = wanted;
  setCookie("theme", wanted);
}
