// What this browser knows of the meeting. Everything is memory: declines to put anything that
// people say into storage, a cookie or a log.
import { computed, signal } from "@preact/signals";
import type {
  FacilitatorView, Gone, GuideView, MeetingView, MemberId, Reason, Said, SeatView, SoundGone, Whispered, Wording,
  YouView,
} from "../wire.gen";
import { lang, t, type Params } from "../words";

export type Link = "connecting" | "live" | "reconnecting" | "offline" | "trouble";
export type PhraseKey = "warm.1" | "warm.2" | "warm.3" | "warm.4";
/** Why this page is not a room any more (or not yet), instead of the meeting. */
export type Gate = Reason | Gone["reason"];

export type Words = Said & { mine: boolean; state: "sent" | "sending" | "unsent" };
export type FeedItem =
  | Words
  | { kind: "missed"; id: string }
  | { kind: "notice"; id: string; key: string; params: Params };

/** One private line. `line` and `of` say whose it is, as the server tells. */
export type Quiet = Whispered & { state: "sent" | "sending" | "unsent" };

const FEED_MAX = 400;

export const meeting = signal<MeetingView | null>(null);
export const you = signal<YouView | null>(null);
export const facilitating = signal<FacilitatorView | null>(null);
/** What the circle brought along; facilitators alone have it. */
export const guide = signal<GuideView | null>(null);
export const feed = signal<readonly FeedItem[]>([]);
/** Private lines of this meeting: gone with the page. */
export const quiets = signal<readonly Quiet[]>([]);
/** The threads (see `lines.ts`) with something in them that was not read yet, and how much. */
export const unread = signal<ReadonlyMap<string, number>>(new Map());
export const nodding = signal<ReadonlySet<string>>(new Set());
/** Who is heard, by the three places of the sound; everybody sees it, with sound or without. */
export const slots = signal<readonly (MemberId | null)[]>([]);
export const heard = computed<ReadonlySet<string>>(
  () => new Set(slots.value.filter((one): one is MemberId => one !== null)),
);
/** The others hear this person now. Always seen and told. */
export const sounding = signal(false);
/** The server's last word about the sound of this tab. */
export const soundGone = signal<SoundGone | null>(null);
export const link = signal<Link>("connecting");
export const gate = signal<Gate | null>(null);
/** The server has another room page than this one. */
export const newer = signal(false);
/** The newest lines about what became of somebody, for as long as they show over the question. */
export const lately = signal<readonly { id: string; text: string }[]>([]);
/** What is typed and not sent. Kept through a lost connection, never stored. */
export const draft = signal("");
export const writing = signal(false);
/** Add this to the clock of this device to have the server's, in ms. */
export const clockOffset = signal(0);

/** This tab, for the server to know where a person speaks from. New with each page, never kept. */
export const tab = freshId();

export const isFacilitator = computed(() => you.value?.role === "facilitator");

/** Names of everybody who had a seat, for words about who has none any more. Memory alone. */
const names = new Map<MemberId, string>();

/** The server's clock now, in ms. */
export function serverNow(): number {
  return Date.now() + clockOffset.value;
}

/** An id that nobody can guess, made here. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Note the names of a meeting, so that they outlive the seats. */
export function noteNames(seats: readonly SeatView[]): void {
  for (const seat of seats) names.set(seat.member_id, seat.name);
}

// --- The feed ---

export function put(item: FeedItem): void {
  feed.value = [...feed.value, item].slice(-FEED_MAX);
}

/** A line about the words themselves; two of one kind in a row are one. */
export function quietLine(item: FeedItem): void {
  if (item.kind === "missed" && feed.value.at(-1)?.kind === "missed") return;
  put(item);
}

export function notice(key: string, params: Params = {}): void {
  put({ kind: "notice", id: freshId(), key, params });
}

// --- Reading ---

export function seatOf(memberId: string | null): SeatView | null {
  return meeting.value?.seats.find((seat) => seat.member_id === memberId) ?? null;
}

/** The name under which somebody sits here, or last sat; else a word for 'somebody'. */
export function nameOf(memberId: string | null): string {
  return seatOf(memberId)?.name ?? names.get(memberId ?? "") ?? t("room.somebody");
}

/** A text of the circle in the language of this screen, or in the other where it has only that. */
export function inLanguage(wording: Wording): string {
  return lang.value === "en" ? wording.en || wording.id : wording.id || wording.en;
}

/** The language that `inLanguage` had to take, for whoever reads aloud; none where it is the screen's. */
export function spokenIn(wording: Wording): "id" | "en" | undefined {
  const shown = inLanguage(wording) === wording.id ? "id" : "en";
  return shown === lang.value || wording.id === wording.en ? undefined : shown;
}

/** True while another tab or device of this person is the one they speak from. */
export const speaksElsewhere = computed(() => {
  const from = you.value?.speaks_from ?? "";
  return from !== "" && from !== tab;
});

/** The first facilitator who is here and is not you; empty when there is none. */
export function hostName(): string {
  const seats = meeting.value?.seats ?? [];
  const other = (seat: SeatView) =>
    seat.role === "facilitator" && seat.presence === "here" && seat.member_id !== you.value?.member_id;
  return seats.find(other)?.name ?? "";
}

/** Empty everything that is known. */
export function emptyMemory(): void {
  names.clear();
  meeting.value = you.value = facilitating.value = guide.value = gate.value = null;
  feed.value = [];
  lately.value = [];
  quiets.value = [];
  unread.value = new Map();
  nodding.value = new Set();
  slots.value = [];
  sounding.value = false;
  soundGone.value = null;
  draft.value = "";
  newer.value = false;
  writing.value = false;
  link.value = "connecting";
}
