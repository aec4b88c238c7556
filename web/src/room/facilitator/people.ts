// Who needs what, read from the facilitators' view. Pure; observers are never among those unheard.
import type { FacilitatorView, HeardView, MeetingView, MemberId, SeatView } from "../../wire.gen";

export interface Person {
  seat: SeatView;
  heard: HeardView;
  /** When they asked, or null. */
  asked: number | null;
}

/** Everybody in the order: those not heard first, then who had the least. Ties keep their seats. */
export function byNeed(view: FacilitatorView, now: MeetingView): Person[] {
  const asked = new Map(view.asked.map((one) => [one.member_id, one.at]));
  const people = view.people.flatMap((heard) => {
    const seat = now.seats.find((one) => one.member_id === heard.member_id);
    return seat ? [{ seat, heard, asked: asked.get(heard.member_id) ?? null }] : [];
  });
  return people.sort((a, b) => a.heard.turns - b.heard.turns || a.heard.spoke - b.heard.spoke);
}

/** Has this person had the stick tonight? One who holds it now is being heard. */
export function isHeard(one: Person): boolean {
  return one.heard.turns > 0;
}

/** Can 'anybody who passed, would you like a turn?' be asked now, and would it reach anybody? */
export function mayInvite(view: FacilitatorView, now: MeetingView): boolean {
  const over = now.round === null && now.stick.kind === "resting" && !now.paused && !now.inviting;
  return over && now.phase !== "ended" && view.people.some((one) => one.standing === "declined");
}

/** May the stick be offered to somebody now? */
export function isFree(now: MeetingView): boolean {
  return (now.stick.kind === "resting" || now.stick.kind === "offered") && !now.paused && now.phase !== "ended";
}

/** May a round be started now? */
export function mayStart(now: MeetingView): boolean {
  return isFree(now) && now.round === null;
}

/** Who the queue says comes first; in a round its own order says it. */
export function nextUp(view: FacilitatorView, now: MeetingView): MemberId | null {
  if (now.next !== null) return now.next;
  const here = new Set(now.seats.filter((one) => one.presence === "here").map((one) => one.member_id));
  return view.asked.find((one) => one.member_id !== now.stick.member_id && here.has(one.member_id))?.member_id ?? null;
}
