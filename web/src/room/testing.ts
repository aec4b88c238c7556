// Meetings and people for tests. Nothing in the room imports this.
import type {
  FacilitatorView, GuideView, HeardView, MeetingView, NoticeView, Said, SeatView, StickView, Wording, YouView,
} from "../wire.gen";
import en from "@locales/en.json";
import { setWords } from "../words";
import { attach, forget, type Ack, type Transport } from "./store";

export const RESTING: StickView = { kind: "resting", member_id: null, started: null, soft_limit: null };

export function wording(id: string, en = id): Wording {
  return { id, en };
}

export function held(by: string, started = 1000, softLimit = 241_000): StickView {
  return { kind: "held", member_id: by, started, soft_limit: softLimit };
}

export function offeredTo(to: string): StickView {
  return { kind: "offered", member_id: to, started: null, soft_limit: null };
}

export function seat(id: string, change: Partial<SeatView> = {}): SeatView {
  return { member_id: id, name: id.toUpperCase(), role: "member", presence: "here", ...change };
}

export function aMeeting(change: Partial<MeetingView> = {}): MeetingView {
  return {
    circle_id: "c", title: "Orang tua tunggal", epoch: 1, version: 1, now: Date.now(), phase: "sharing",
    floor: "stick", prompt: wording(""), round: 1, inviting: false, locked: false, paused: false, silence: false,
    bell: false, hard_limit: false, sound: false, nods_off: false,
    seats: [seat("fac", { role: "facilitator" }), seat("me"), seat("rina"), seat("awan", { role: "observer" })],
    stick: RESTING, next: null, interjecting: [], ends: 0, ending: "not_yet", capacity: 12, greeter: null, typist: null, notices: [],
    ...change,
  };
}

export function aYou(change: Partial<YouView> = {}): YouView {
  return {
    member_id: "me", role: "member", presence: "here", standing: "waiting", place: null, ahead: null,
    offered: false, offered_by: null, turn_id: null, ready: false, unfinished: false, hand_sent: false,
    handing: null, reminded: false, wind_up: 0, last_words: null, invited: false, quietened: false, speaks_from: "",
    successor: false, waiting: null, companion: null, newcomers: [], hands: [], ...change,
  };
}

export function aPerson(id: string, change: Partial<HeardView> = {}): HeardView {
  return {
    member_id: id, standing: "waiting", turns: 0, spoke: 0, heard: null, since: 0, first_visit: false,
    quietened: false, invited: false, ...change,
  };
}

export function aFacilitating(change: Partial<FacilitatorView> = {}): FacilitatorView {
  return {
    now: Date.now(), opened: Date.now(), waiting: [], asked: [], order: [], people: [], hands: [],
    turn_id: null, handing: null, successor: null, unheard: [], silent: null, pairs: [], ...change,
  };
}

export function aGuide(change: Partial<GuideView> = {}): GuideView {
  return { prompts: [], agenda: [], soft_seconds: 240, minutes: 75, ...change };
}

export function aNotice(n: number, change: Partial<NoticeView> = {}): NoticeView {
  return { n, kind: "admitted", member_id: "rina", by: "fac", ...change };
}

export function aSaid(seq: number, change: Partial<Said> = {}): Said {
  return { id: `id-${seq}`, seq, member_id: "rina", name: "RINA", kind: "say", text: `words ${seq}`, ...change };
}

export interface Asked {
  event: string;
  payload: Record<string, unknown>;
}

/** A server that notes what it is asked and answers what the test says. */
export function fakeServer(answer: (asked: Asked) => Ack = () => ({ ok: true, version: 1 })): {
  asked: Asked[];
  transport: Transport & { up: boolean };
} {
  const asked: Asked[] = [];
  const transport = {
    up: true,
    live: () => transport.up,
    emit: (event: string, payload: object) => {
      const one: Asked = { event, payload: payload as Record<string, unknown> };
      asked.push(one);
      return Promise.resolve(answer(one));
    },
  };
  attach(transport);
  return { asked, transport };
}

/** Forget everything and speak English. */
export function fresh(): void {
  forget();
  attach(null);
  setWords("en", en);
}
