// What a screen reader is told, how urgently, and in which order. Pure: compares two moments, and
// says whether what was to be told is still true. Declines to tell anything else than this table:
//
// | told                                              | how    | kind  | where it is written       |
// | ------------------------------------------------- | ------ | ----- | ------------------------- |
// | the stick moved; it stands still for a silence or | polite | stick | tell.held, offering,      |
// | a pause, and goes on                              |        |       | place_held, resting, …    |
// | your place in the queue                           | polite | place | tell.place                |
// | somebody is back                                  | polite | back  | tell.back                 |
// | connected again                                   | polite | link  | tell.reconnected          |
// | the meeting ends in five minutes                  | polite | end   | tell.ending               |
// | new words                                         | polite | –     | the log itself (role=log) |
// | the answer to your own press                      | polite | –     | toasts, Slip, and the     |
// |                                                   |        |       | sheets (role=status)      |
// | next is you; the stick is offered to you, and a   | urgent | turn  | room.next, tell.offered,  |
// | reminder of it; your turn; you passed, and are    |        |       | room.reminded, room.turn, |
// | asked again                                       |        |       | tell.invited              |
// | in your turn: find an ending; a minute is left    | urgent | turn  | tell.wind_up, last_words  |
// | you are asked to hold the circle                  | urgent | ask   | tell.handing              |
// | you may speak, or no more                         | urgent | floor | tell.heard, quietened     |
// | your sound is on: the others hear you             | urgent | floor | room.voice.sr             |
// | you were removed; the circle is closed            | urgent | end   | the gate (role=alert)     |
// | connection lost                                   | urgent | link  | st.reconnect, st.trouble  |
// | for facilitators, and a newcomer's companion:     | urgent | hand  | tell.hand                 |
// | somebody needs a hand                             |        |       |                           |
//
// Never: private lines (what they say is nobody else's to hear), the time of a turn, nods, typing, arrivals, notices of what facilitators did, the door,
// prompts for facilitators. Politely means one in 4 s; of a kind only the latest waits, and what
// is out of date when its time comes is dropped (see `patience.ts`). On the break only the
// connection and what concerns you alone are told: who is out wants it quiet.
import type { FacilitatorView, MeetingView, YouView } from "../wire.gen";
import type { Link } from "./store";

export interface Moment {
  meeting: MeetingView | null;
  you: YouView | null;
  facilitating: FacilitatorView | null;
  link: Link;
  /** The others hear you. */
  sounding?: boolean;
}

export interface Announcement {
  how: "polite" | "urgent";
  /** Only the latest of a kind is still worth telling; people who came back are told together. */
  kind: "stick" | "place" | "back" | "link" | "end" | "turn" | "ask" | "floor" | "hand";
  key: string;
  /** Whose name fills `{name}`. */
  who: string | null;
  n?: number;
}

export function announcements(before: Moment, now: Moment): Announcement[] {
  const always = [...ofTheLink(before, now), ...ofYourself(before, now)];
  if (now.you?.presence === "stepped_out") return always;
  return [
    ...always,
    ...ofYourTurn(before, now),
    ...ofTheStick(before, now),
    ...ofYourPlace(before, now),
    ...ofReturns(before, now),
    ...ofTheEnd(before, now),
    ...ofHands(before, now),
  ];
}

/** Is this still worth telling, now that its time has come? */
export function isStillTrue(one: Announcement, now: Moment): boolean {
  if (one.kind === "link") return now.link === "live";
  if (!now.meeting || now.link !== "live" || now.you?.presence === "stepped_out") return false;
  if (one.kind === "place") return now.you?.place === one.n;
  if (one.kind === "back") return isHere(now, one.who);
  if (one.kind === "end") return now.meeting.ending === "soon";
  const line = stickLine(now);
  return one.kind !== "stick" || (line?.key === one.key && line.who === one.who);
}

const urgent = (kind: Announcement["kind"], key: string, who: string | null = null): Announcement[] => [
  { how: "urgent", kind, key, who },
];

function ofTheLink(before: Moment, now: Moment): Announcement[] {
  if (before.link === now.link || before.link === "connecting") return [];
  if (now.link === "live") return [{ how: "polite", kind: "link", key: "tell.reconnected", who: null }];
  // One loss is told once, whatever it turns out to be; a page that is being left has none.
  if (before.link !== "live" || now.link === "connecting") return [];
  return urgent("link", now.link === "trouble" ? "st.trouble" : "st.reconnect");
}

/** What somebody asks of you, or does to you, whatever else goes on. */
function ofYourself(before: Moment, now: Moment): Announcement[] {
  const was = before.you;
  const is = now.you;
  if (!is) return [];
  const told: Announcement[] = [];
  if (now.sounding && !before.sounding) told.push(...urgent("floor", "room.voice.sr"));
  if (is.handing && !was?.handing) told.push(...urgent("ask", "tell.handing"));
  if (was && is.quietened !== was.quietened) {
    told.push(...urgent("floor", is.quietened ? "tell.quietened" : "tell.heard"));
  }
  return told;
}

function isOn(moment: Moment): boolean {
  return moment.meeting !== null && !moment.meeting.paused && moment.meeting.phase !== "ended";
}

function holds(moment: Moment): boolean {
  const stick = moment.meeting?.stick;
  return isOn(moment) && stick?.kind === "held" && stick.member_id === moment.you?.member_id;
}

function isOffered(moment: Moment): boolean {
  return isOn(moment) && moment.you?.offered === true;
}

function isNext(moment: Moment): boolean {
  const me = moment.you;
  const now = moment.meeting;
  return me !== null && now !== null && now.stick.member_id !== null && now.next === me.member_id;
}

function ofYourTurn(before: Moment, now: Moment): Announcement[] {
  const was = before.you;
  const is = now.you;
  if (holds(now) && !holds(before)) return urgent("turn", "room.turn");
  if (isOffered(now) && !isOffered(before)) return urgent("turn", "tell.offered");
  if (isOffered(now) && is?.reminded && !was?.reminded) return urgent("turn", "room.reminded");
  if (holds(now) && is && is.wind_up > (was?.wind_up ?? 0)) return urgent("turn", "tell.wind_up");
  if (holds(now) && is?.last_words != null && was?.last_words == null) return urgent("turn", "tell.last_words");
  if (is?.invited && !was?.invited) return urgent("turn", "tell.invited");
  if (isNext(now) && !isNext(before) && !holds(now) && !is?.offered) {
    return urgent("turn", "room.next", now.meeting?.stick.member_id ?? null);
  }
  return [];
}

/** Where the stick is, in the words of somebody it is not with; null where it is yours. */
function stickLine({ meeting, you }: Moment): { key: string; who: string | null } | null {
  if (!meeting || meeting.phase === "ended") return null;
  if (meeting.silence) return { key: "tell.silence", who: null };
  if (meeting.paused) return { key: "room.paused", who: null };
  const { kind, member_id: who } = meeting.stick;
  return who !== null && who === you?.member_id ? null : { key: `tell.${kind === "offered" ? "offering" : kind}`, who };
}

function ofTheStick(before: Moment, now: Moment): Announcement[] {
  const was = stickLine(before);
  const is = stickLine(now);
  if (!before.meeting || !is || (was?.key === is.key && was.who === is.who)) return [];
  return [{ how: "polite", kind: "stick", ...is }];
}

function ofYourPlace(before: Moment, now: Moment): Announcement[] {
  const place = now.you?.place ?? null;
  if (place === null || place === (before.you?.place ?? null)) return [];
  return [{ how: "polite", kind: "place", key: "tell.place", who: null, n: place }];
}

function isHere(moment: Moment, who: string | null): boolean {
  return moment.meeting?.seats.find((seat) => seat.member_id === who)?.presence === "here";
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

function ofTheEnd(before: Moment, now: Moment): Announcement[] {
  if (now.meeting?.ending !== "soon" || before.meeting?.ending !== "not_yet") return [];
  return [{ how: "polite", kind: "end", key: "tell.ending", who: null }];
}

/** Calls that nobody answered yet, those too that came before this facilitator did. */
function ofHands(before: Moment, now: Moment): Announcement[] {
  const calls = (moment: Moment) => moment.facilitating?.hands ?? moment.you?.hands ?? [];
  const old = new Set(calls(before).map((hand) => `${hand.member_id} ${hand.at}`));
  return calls(now)
    .filter((hand) => hand.taken_by === null && !old.has(`${hand.member_id} ${hand.at}`))
    .flatMap((hand) => urgent("hand", "tell.hand", hand.member_id));
}
