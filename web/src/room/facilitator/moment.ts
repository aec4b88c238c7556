// What the facilitator's bar is about now: one moment, its few actions. Pure; decides no rules.
import type { FacilitatorView, MeetingView, MemberId } from "../../wire.gen";
import { isFree, mayInvite, nextUp } from "./people";

export type Moment =
  | { kind: "silence" | "paused" | "ended" | "held" | "kept" | "mine" | "foryou" | "gathering" }
  | { kind: "offered"; to: MemberId }
  /** The stick rests and there is somebody to offer it to. */
  | { kind: "next"; who: MemberId }
  /** Nobody is next: a round can begin, and those who passed may be asked. */
  | { kind: "rest"; passed: boolean };

export function momentOf(now: MeetingView, view: FacilitatorView, me: MemberId): Moment {
  const { stick } = now;
  const mine = stick.member_id === me;
  if (now.phase === "ended") return { kind: "ended" };
  if (now.paused) return { kind: now.silence ? "silence" : "paused" };
  if (stick.kind === "held") return { kind: mine ? "mine" : "held" };
  if (stick.kind === "place_held") return { kind: "kept" };
  if (stick.kind === "offered" && stick.member_id !== null) {
    return mine ? { kind: "foryou" } : { kind: "offered", to: stick.member_id };
  }
  const who = isFree(now) ? nextUp(view, now) : null;
  if (who !== null) return { kind: "next", who };
  if (now.phase === "gathering") return { kind: "gathering" };
  return { kind: "rest", passed: mayInvite(view, now) };
}
