// Five minutes of a round, to the second: all that a member's screen reader says, and nothing else.
import { act, cleanup, render } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MeetingView, SeatView, YouView } from "../wire.gen";
import { hearing, type Heard } from "./hearing";
import { Room, type RoomPlaces } from "./Room";
import { sheet } from "./sheets";
import {
  draft, gate, link, onJoined, onMeeting, onNodded, onRetracted, onSaid, onYou, say, writing,
} from "./store";
import { aMeeting, aSaid, aYou, fakeServer, fresh, held, offeredTo, RESTING, seat } from "./testing";

const places: RoomPlaces = {
  slug: "rabu", title: "Rabu", help: "/bantuan", lobby: "/l", after: "/a", circle: "/c/rabu", pledge: "/c/rabu/masuk",
};
const START = Date.UTC(2026, 0, 7, 12, 30);
let view: MeetingView;
let me: YouView;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  fresh();
  fakeServer();
  sheet.value = null;
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  view = aMeeting({ now: START, ending: "not_yet", notices: [], seats: everybody() });
  me = aYou();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function everybody(change: Record<string, Partial<SeatView>> = {}): SeatView[] {
  const seats = [seat("fac", { role: "facilitator" }), seat("me"), seat("rina"), seat("siti")];
  return [...seats, seat("awan", { role: "observer" })].map((one) => ({ ...one, ...change[one.member_id] }));
}

/** The server tells everybody; then me alone. */
function tell(change: Partial<MeetingView>, mine: Partial<YouView> = {}): void {
  view = { ...view, ...change, version: view.version + 1, now: Date.now() };
  onMeeting(view);
  alone(mine);
}

function alone(mine: Partial<YouView>): void {
  me = { ...me, ...mine };
  onYou(me);
}

const heldBy = (who: string, seconds = 240) => held(who, Date.now(), Date.now() + seconds * 1000);

type Step = [second: number, what: () => unknown];

/** Carry out each step at its second; gives what was heard, with the second in which it was. */
async function play(steps: Step[], seconds: number): Promise<[second: number, ...Heard][]> {
  const heard = hearing(document);
  const noted: [number, ...Heard][] = [];
  for (let second = 0; second <= seconds; second++) {
    await act(async () => {
      for (const [at, what] of steps) if (at === second) what();
      await vi.advanceTimersByTimeAsync(second === 0 ? 0 : 1);
    });
    const all = heard();
    for (const one of all.slice(noted.length)) noted.push([second, ...one]);
    await act(async () => void (await vi.advanceTimersByTimeAsync(999)));
    for (const one of heard().slice(noted.length)) noted.push([second + 1, ...one]);
  }
  return noted;
}

function begin(): void {
  onJoined({ member_id: "me", epoch: 1, seq: 0, seated: true, release: "" });
  onMeeting(view);
  onYou(me);
  render(<Room places={places} />);
}

const MINE = { offered: false, turn_id: "t1", place: null } as const;

const ROUND: Step[] = [
  // The round begins; the stick moves twice in a moment, somebody is let in, people nod.
  [5, () => tell({ stick: offeredTo("rina"), round: 1, prompt: { id: "Apa kabar?", en: "How are you?" } })],
  [6, () => tell({ stick: heldBy("rina") })],
  [7, () => tell({ seats: [...everybody(), seat("tono")], notices: [{ n: 1, kind: "admitted", member_id: "tono", by: "fac" }] })],
  [10, () => alone({ place: 2 })],
  [15, () => onNodded(["siti", "awan", "me"])],
  [16, () => onSaid(aSaid(1, { text: "Long day." }))],
  [17, () => ((writing.value = true), (draft.value = "I hear y"))],
  [18, () => (writing.value = false)],
  // Her phone loses the network, and finds it.
  [20, () => tell({ stick: { ...RESTING, kind: "place_held", member_id: "rina" }, seats: everybody({ rina: { presence: "away" } }) })],
  [22, () => tell({ stick: heldBy("rina"), seats: everybody() })],
  // Two step out, two come back.
  [35, () => tell({ seats: everybody({ siti: { presence: "stepped_out" }, awan: { presence: "stepped_out" } }) })],
  [40, () => tell({ seats: everybody() })],
  // Somebody rings the bell.
  [50, () => tell({ paused: true, silence: true })],
  [60, () => tell({ paused: false, silence: false })],
  // Faster than it can be told: only where the stick is in the end.
  [70, () => tell({ stick: offeredTo("siti") })],
  [71, () => tell({ stick: heldBy("siti") })],
  [72, () => tell({ stick: RESTING })],
  [73, () => alone({ place: 1 })],
  [80, () => tell({ stick: offeredTo("siti"), next: "me" })],
  [81, () => tell({ stick: heldBy("siti") })],
  [90, () => onSaid(aSaid(2, { member_id: "siti", name: "SITI", text: "Not here." }))],
  [92, () => onRetracted({ id: "id-2", seq: 3 })],
  // My turn: a minute, that runs over.
  [100, () => tell({ stick: offeredTo("me"), next: "rina" }, { offered: true })],
  [130, () => alone({ reminded: true })],
  [135, () => tell({ stick: heldBy("me", 60) }, { ...MINE, reminded: false })],
  [150, () => void say("Thank you for waiting.")],
  [200, () => alone({ wind_up: 1 })],
  [205, () => tell({ stick: held("me", Date.now() - 70_000, Date.now() + 60_000) })],
  [215, () => (link.value = "reconnecting")],
  [216, () => (link.value = "offline")],
  [218, () => (link.value = "live")],
  [230, () => alone({ last_words: Date.now() + 60_000 })],
  [240, () => tell({ stick: offeredTo("rina"), next: null }, { turn_id: null, wind_up: 0, last_words: null })],
  [245, () => tell({ stick: RESTING, round: null })],
  // The end of the evening.
  [255, () => tell({ ending: "soon" })],
  [262, () => tell({ floor: "open", locked: true, nods_off: true, ends: 9, notices: [{ n: 2, kind: "locked", member_id: null, by: "fac" }] })],
  [270, () => alone({ invited: true })],
  // While they write no sheet opens by itself, and they are told.
  [279, () => (writing.value = true)],
  [280, () => alone({ handing: { to: "me", by: "fac", stay: true } })],
  [285, () => tell({ ending: "due" })],
  [290, () => (gate.value = "removed")],
];

const HEARD: [number, ...Heard][] = [
  [5, "polite", "The stick is offered to RINA."],
  [9, "polite", "RINA has the stick."],
  [13, "polite", "You are number 2."],
  [16, "log", "RINA Long day."],
  [20, "polite", "The place of RINA is kept."],
  [24, "polite", "RINA has the stick."],
  [28, "polite", "RINA is back."],
  [40, "polite", "SITI and AWAN are back."],
  [50, "polite", "The bell rang. A moment of silence."],
  [60, "polite", "RINA has the stick."],
  [70, "polite", "The stick is offered to SITI."],
  [74, "polite", "The stick is resting."],
  [78, "polite", "You are number 1."],
  [80, "assertive", "After SITI, it is your turn. No rush."],
  [82, "polite", "SITI has the stick."],
  [90, "log", "SITI Not here."],
  [100, "assertive", "You are offered the stick. Yes, or pass for now."],
  [130, "assertive", "The stick still waits for you. No rush."],
  [135, "assertive", "Your turn. Take your time."],
  [150, "log", "ME Thank you for waiting."],
  [200, "assertive", "The facilitator invites you to finish gently."],
  [215, "assertive", "Reconnecting. Your seat is safe."],
  [218, "polite", "Connected again."],
  [230, "assertive", "In one minute your turn ends."],
  [240, "polite", "The stick is offered to RINA."],
  [245, "polite", "The stick is resting."],
  [255, "polite", "Within five minutes we will close gently."],
  [270, "assertive", "You passed before. Would you like a turn now?"],
  [280, "assertive", "You are asked to hold this circle."],
  [290, "assertive", "The facilitator has ended your visit tonight. If this feels wrong, message the organisers."],
];

test("with a sheet open, what is told is heard in it", async () => {
  begin();
  sheet.value = { name: "settings" };
  const heard = await play([[2, () => tell({ stick: offeredTo("me") }, { offered: true })]], 3);
  expect(heard).toEqual([[2, "assertive", "You are offered the stick. Yes, or pass for now."]]);
});

test("five minutes of a round: what is listed, when it is due, and nothing else", async () => {
  begin();
  expect(await play(ROUND, 300)).toEqual(HEARD);
}, 20_000);
