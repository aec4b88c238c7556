// Time in words for who holds the stick, and in digits for facilitators alone.
// Declines to cut anything off: over time is still time.
import type { StickView, YouView } from "../wire.gen";

/** The words for the holder: none before 80 %, then gently, then full. */
export type TimeWords = "room.t80" | "room.t100" | null;

/** With what else may be said to a holder: find an ending; where agreed, when the turn ends. */
export type HolderWords = TimeWords | "room.windup" | "room.last.minute" | "room.last.soon";

/** Less than this before the end of a turn, 'a minute' is 'soon'. */
const SOON_MS = 25_000;

/** Which words fit at `now` (ms, the server's clock). */
export function timeWords(stick: StickView, now: number): TimeWords {
  if (stick.kind !== "held" || stick.started === null || stick.soft_limit === null) return null;
  const whole = stick.soft_limit - stick.started;
  if (whole <= 0 || now >= stick.soft_limit) return "room.t100";
  return now >= stick.started + whole * 0.8 ? "room.t80" : null;
}

/** What the holder reads at `now`: the limit before the nudge, the nudge before the time. */
export function holderWords(stick: StickView, you: Pick<YouView, "wind_up" | "last_words">, now: number): HolderWords {
  if (stick.kind !== "held") return null;
  if (you.last_words !== null) {
    return you.last_words - now > SOON_MS ? "room.last.minute" : "room.last.soon";
  }
  return you.wind_up > 0 ? "room.windup" : timeWords(stick, now);
}

/** When the words change next (ms, the server's clock), or null when they do not any more. */
export function nextChange(stick: StickView, now: number, lastWords: number | null = null): number | null {
  if (stick.kind !== "held" || stick.started === null || stick.soft_limit === null) return null;
  const gentle = stick.started + (stick.soft_limit - stick.started) * 0.8;
  const all = [gentle, stick.soft_limit, lastWords === null ? 0 : lastWords - SOON_MS];
  return all.filter((at) => at > now).sort((a, b) => a - b)[0] ?? null;
}

/** Milliseconds as minutes and seconds, `3:12`. Never below zero. */
export function minutesSeconds(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Whole minutes between two moments in ms, never below zero. */
export function minutesSince(from: number, now: number): number {
  return Math.max(0, Math.floor((now - from) / 60_000));
}
