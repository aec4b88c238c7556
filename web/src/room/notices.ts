// What was done to somebody, as one line without blame. Pure: declines to keep, show or announce.
import type { MemberId, NoticeView, SeatView } from "../wire.gen";

export interface NoticeLine {
  key: string;
  /** Whose name fills `{name}`. */
  who: MemberId | null;
}

/** Those above the highest already seen, in their order. */
export function unseen(notices: readonly NoticeView[], since: number): NoticeView[] {
  return notices.filter((one) => one.n > since);
}

/** The words for `me`: said to the person it is about, and about them to the others. */
export function noticeLine(
  notice: NoticeView,
  me: MemberId | null,
  seats: readonly SeatView[],
): NoticeLine {
  const { kind, member_id: about, by } = notice;
  // The door is nobody's; who opened or closed it is named.
  if (about === null) return { key: `told.${kind}`, who: by };
  if (about === me) return { key: `told.${kind}.you`, who: by };
  // A turn ends at a limit or is taken back with thanks, and the stick may have gone on since.
  return { key: `told.${kind}${kind === "admitted" && listens(about, seats) ? ".listens" : ""}`, who: about };
}

function listens(member: MemberId, seats: readonly SeatView[]): boolean {
  return seats.some((seat) => seat.member_id === member && seat.role === "observer");
}
