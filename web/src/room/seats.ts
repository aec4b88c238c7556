// What each seat shows: its marks, its one small flag and its words, read from what the server sent.
// Declines to guess anything private: 'needs a hand' comes from the facilitators' view alone.
import { t } from "../words";
import type { FacilitatorView, MeetingView, SeatView, YouView } from "../wire.gen";
import type { IconName } from "./Icon";

export type Mark =
  | "you"
  | "hold"
  | "offered"
  | "kept"
  | "next"
  | "out"
  | "away"
  | "obs"
  | "fac"
  | "need"
  | "speak"
  | "nod"
  | "heard";

export interface Sight {
  meeting: MeetingView;
  you: YouView | null;
  nodding: ReadonlySet<string>;
  facilitating?: FacilitatorView | null;
  /** Whose voice comes through now. */
  heard?: ReadonlySet<string>;
}

/** Everything true of a seat that a member, or a facilitator, may see. */
export function marksOf(seat: SeatView, sight: Sight): Mark[] {
  const { meeting, you, nodding, facilitating, heard } = sight;
  const id = seat.member_id;
  const withStick = meeting.stick.member_id === id ? meeting.stick.kind : null;
  const marks: [Mark, boolean | undefined][] = [
    ["you", you?.member_id === id],
    ["hold", withStick === "held"],
    ["offered", withStick === "offered"],
    ["kept", withStick === "place_held"],
    ["next", meeting.next === id && withStick === null],
    ["need", facilitating?.hands.some((hand) => hand.member_id === id)],
    ["speak", meeting.interjecting.includes(id)],
    ["heard", heard?.has(id)],
    ["out", seat.presence === "stepped_out"],
    ["away", seat.presence === "away"],
    ["obs", seat.role === "observer"],
    ["fac", seat.role === "facilitator"],
    ["nod", nodding.has(id) && seat.presence === "here"],
  ];
  return marks.filter(([, on]) => on).map(([mark]) => mark);
}

/** The name and every mark in words, for who cannot see the petal. */
export function wordsOf(seat: Pick<SeatView, "name">, marks: readonly Mark[]): string {
  return [seat.name, ...marks.map((mark) => t(`seat.${mark}`))].join(", ");
}

/** The one word under the name, where there is room for it. */
export function subOf(marks: readonly Mark[]): string | null {
  const order: Mark[] = ["need", "offered", "kept", "next", "speak", "heard", "out", "away", "you", "obs", "fac"];
  const first = order.find((mark) => marks.includes(mark));
  return first && !marks.includes("hold") ? t(`seat.${first}`) : null;
}

/** One flag at a time: a call for a hand first, then what passes quickly, then what stays. */
export function flagOf(marks: readonly Mark[], rings: 1 | 2): { kind: Mark; icon: IconName | null } | null {
  const order: [Mark, IconName | null][] = [
    ["need", "care"],
    ["nod", "nod"],
    ["heard", "wave"],
    ["speak", "chat"],
    ["next", null],
    ["out", "cup"],
    ["away", "away"],
    ["kept", "away"],
    ["obs", "eye"],
    ["fac", "host"],
  ];
  if (rings === 2) order.splice(4, 0, ["hold", "stick"], ["offered", "stick"]);
  const found = order.find(([mark]) => marks.includes(mark));
  return found ? { kind: found[0], icon: found[1] } : null;
}

/** Everybody clockwise, starting with yourself. */
export function fromYou(seats: readonly SeatView[], me: string | undefined): SeatView[] {
  const at = Math.max(0, seats.findIndex((seat) => seat.member_id === me));
  return [...seats.slice(at), ...seats.slice(0, at)];
}

const HONORIFIC = /^(bu|ibu|pak|bapak|mas|mbak|kak|bang|mr|mrs|ms)\.?\s+(?=\S)/i;

/** Made once: to make another for each of thirty seats takes a slow phone longer than to draw them. */
// Old browsers split by code point: good enough for two letters.
const segmenter = typeof Intl !== "undefined" && "Segmenter" in Intl ? new Intl.Segmenter() : null;

function letters(word: string): string[] {
  return segmenter ? Array.from(segmenter.segment(word), (part) => part.segment) : Array.from(word);
}

/** Two letters for the petal: 'Bu Sari' is 'Sa', since half the circle may be called Bu. */
export function initials(name: string): string {
  const parts = letters(name.trim().replace(HONORIFIC, "").replace(/\s+/g, ""));
  const wide = /\p{Extended_Pictographic}/u.test(parts[0] ?? "");
  return parts.slice(0, wide ? 1 : 2).join("");
}
