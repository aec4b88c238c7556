// Time in words for who holds the stick, and in digits for facilitators alone.
// Declines to cut anything off: over time is still time.
import type { StickView } from "../wire.gen";

/** The words for the holder: none before 80 %, then gently, then full. */
export type TimeWords = "room.t80" | "room.t100" | null;

/** Which words fit at `now` (ms, the server's clock). */
export function timeWords(stick: StickView, now: number): TimeWords {
  if (stick.kind !== "held" || stick.started === null || stick.soft_limit === null) return null;
  const whole = stick.soft_limit - stick.started;
  if (whole <= 0 || now >= stick.soft_limit) return "room.t100";
  return now >= stick.started + whole * 0.8 ? "room.t80" : null;
}

/** When the words change next (ms, the server's clock), or null when they do not any more. */
export function nextChange(stick: StickView, now: number): number | null {
  if (stick.kind !== "held" || stick.started === null || stick.soft_limit === null) return null;
  const gentle = stick.started + (stick.soft_limit - stick.started) * 0.8;
  return [gentle, stick.soft_limit].find((at) => at > now) ?? null;
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
