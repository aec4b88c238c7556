// Who needs what, read from the facilitators' view. Pure; observers are never among those unheard.
import type { FacilitatorView, HeardView, MeetingView } from "../../wire.gen";

/** Those in the order who have not spoken tonight, whom nobody asked for and who are not next. */
export function notYetHeard(view: FacilitatorView, now: MeetingView): HeardView[] {
  const members = new Set(
    now.seats.filter((s) => s.role === "member" && s.presence === "here").map((s) => s.member_id),
  );
  const asked = new Set(view.asked.map((one) => one.member_id));
  return view.people.filter(
    (one) =>
      members.has(one.member_id) &&
      one.turns === 0 &&
      one.standing !== "spoken" &&
      one.member_id !== now.stick.member_id &&
      !asked.has(one.member_id),
  );
}

/** Everybody who has not spoken when a facilitator is about to close, whatever the reason. */
export function neverOffered(view: FacilitatorView, now: MeetingView): HeardView[] {
  const members = new Set(now.seats.filter((s) => s.role === "member").map((s) => s.member_id));
  return view.people.filter((one) => members.has(one.member_id) && one.turns === 0 && one.standing !== "spoken");
}

/** `order` with one person moved by one place; the same order where that is not possible. */
export function moved(order: readonly string[], memberId: string, by: -1 | 1): string[] {
  const at = order.indexOf(memberId);
  const to = at + by;
  if (at < 0 || to < 0 || to >= order.length) return [...order];
  const next = order.filter((one) => one !== memberId);
  next.splice(to, 0, memberId);
  return next;
}
