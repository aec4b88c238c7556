// What a screen reader is told, and how urgently. Pure: compares two moments. Never tells ticks,
// typing or arrivals; new words are told by the log itself.
import type { FacilitatorView, MeetingView, YouView } from "../wire.gen";
import type { Link } from "./store";

export interface Moment {
  meeting: MeetingView | null;
  you: YouView | null;
  facilitating: FacilitatorView | null;
  link: Link;
}

export interface Announcement {
  how: "polite" | "urgent";
  /** Only the latest of a kind is still worth telling. */
  kind: "stick" | "place" | "back" | "link" | "turn" | "hand";
  key: string;
  /** Whose name fills `{name}`. */
  who: string | null;
  n?: number;
}

export function announcements(before: Moment, now: Moment): Announcement[] {
  return [
    ...ofTheLink(before, now),
    ...ofYourTurn(before, now),
    ...ofTheStick(before, now),
    ...ofYourPlace(before, now),
    ...ofReturns(before, now),
    ...ofHands(before, now),
  ];
}

function ofTheLink(before: Moment, now: Moment): Announcement[] {
  if (before.link === now.link || before.link === "connecting") return [];
  if (now.link === "live") return [{ how: "polite", kind: "link", key: "tell.reconnected", who: null }];
  // One loss is told once, whatever it turns out to be.
  if (before.link !== "live") return [];
  const key = now.link === "trouble" ? "st.trouble" : "st.reconnect";
  return [{ how: "urgent", kind: "link", key, who: null }];
}

function holds(moment: Moment): boolean {
  const stick = moment.meeting?.stick;
  return stick?.kind === "held" && stick.member_id === moment.you?.member_id;
}

function isNext(moment: Moment): boolean {
  const me = moment.you;
  const now = moment.meeting;
  return me !== null && now !== null && now.stick.member_id !== null && now.next === me.member_id;
}

function ofYourTurn(before: Moment, now: Moment): Announcement[] {
  if (holds(now) && !holds(before)) return [{ how: "urgent", kind: "turn", key: "room.turn", who: null }];
  if (now.you?.offered && !before.you?.offered) {
    return [{ how: "urgent", kind: "turn", key: "tell.offered", who: null }];
  }
  if (isNext(now) && !isNext(before) && !holds(now)) {
    return [{ how: "urgent", kind: "turn", key: "room.next", who: now.meeting?.stick.member_id ?? null }];
  }
  return [];
}

function ofTheStick(before: Moment, now: Moment): Announcement[] {
  const was = before.meeting?.stick;
  const is = now.meeting?.stick;
  if (!was || !is || (was.kind === is.kind && was.member_id === is.member_id)) return [];
  if (is.member_id !== null && is.member_id === now.you?.member_id) return [];
  const key = { held: "tell.held", offered: "tell.offering", place_held: "tell.place_held", resting: "tell.resting" };
  return [{ how: "polite", kind: "stick", key: key[is.kind], who: is.member_id }];
}

function ofYourPlace(before: Moment, now: Moment): Announcement[] {
  const place = now.you?.place ?? null;
  if (place === null || place === (before.you?.place ?? null)) return [];
  return [{ how: "polite", kind: "place", key: "tell.place", who: null, n: place }];
}

function ofReturns(before: Moment, now: Moment): Announcement[] {
  const was = new Map(before.meeting?.seats.map((seat) => [seat.member_id, seat.presence]));
  const back = now.meeting?.seats.filter(
    (seat) =>
      seat.presence === "here" &&
      seat.member_id !== now.you?.member_id &&
      ["stepped_out", "away"].includes(was.get(seat.member_id) ?? ""),
  );
  return (back ?? []).map((seat) => ({ how: "polite", kind: "back", key: "tell.back", who: seat.member_id }));
}

function ofHands(before: Moment, now: Moment): Announcement[] {
  if (!before.facilitating || !now.facilitating) return [];
  const old = new Set(before.facilitating.hands.map((hand) => `${hand.member_id} ${hand.at}`));
  return now.facilitating.hands
    .filter((hand) => !old.has(`${hand.member_id} ${hand.at}`))
    .map((hand) => ({ how: "urgent", kind: "hand", key: "tell.hand", who: hand.member_id }));
}

export const APART_MS = 4000;

/** Lets polite words through at most one in 4 s; of one kind only the latest waits. */
export class Patience {
  private waiting = new Map<string, string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = -Infinity;

  constructor(
    private readonly tell: (text: string) => void,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  add(kind: string, text: string): void {
    this.waiting.set(kind, text);
    this.next();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting.clear();
  }

  private next(): void {
    if (this.timer !== undefined || this.waiting.size === 0) return;
    const pause = this.last + APART_MS - this.clock();
    if (pause > 0) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.next();
      }, pause);
      return;
    }
    const [kind, text] = [...this.waiting][0] as [string, string];
    this.waiting.delete(kind);
    this.last = this.clock();
    this.tell(text);
    this.next();
  }
}
