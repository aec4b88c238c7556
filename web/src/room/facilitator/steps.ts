// Where a meeting is in its agenda, by what is done and by the clock. Pure.
import type { Phase, Step } from "../../wire.gen";

/** The step that fits: the one chosen, while its phase is on; else the round's, or the first. */
export function stepAt(agenda: readonly Step[], phase: Phase, round: number | null, chosen: number | null): number {
  if (chosen !== null && agenda[chosen]?.phase === phase) return chosen;
  const fitting = agenda.flatMap((one, index) => (one.phase === phase ? [index] : []));
  const nth = phase === "sharing" ? Math.max(0, (round ?? 1) - 1) : 0;
  return fitting[Math.min(nth, fitting.length - 1)] ?? -1;
}

/** When each step begins, in minutes from the opening. */
export function begins(agenda: readonly Step[]): number[] {
  let sum = 0;
  return agenda.map((one) => {
    const at = sum;
    sum += one.minutes;
    return at;
  });
}

/** The step that the plan has at so many minutes; the last one once the plan is over. */
export function byClock(agenda: readonly Step[], minutes: number): number {
  const later = begins(agenda).findIndex((at) => at > minutes);
  return later < 0 ? agenda.length - 1 : later - 1;
}

/** Whole minutes by which the step that is on outlasted its place in the plan; zero while in time. */
export function behind(agenda: readonly Step[], at: number, minutes: number): number {
  const step = agenda[at];
  if (!step) return 0;
  const end = (begins(agenda)[at] ?? 0) + step.minutes;
  return Math.max(0, Math.floor(minutes - end));
}

/** The next phase that has a step in the agenda, or the one that usually comes next. */
export function phaseAfter(agenda: readonly Step[], at: number, phase: Phase): Phase | null {
  const later = agenda.slice(at + 1).find((one) => one.phase !== phase);
  if (later) return later.phase;
  const usual: Partial<Record<Phase, Phase>> = { gathering: "opening", opening: "sharing", sharing: "closing" };
  return usual[phase] ?? null;
}
