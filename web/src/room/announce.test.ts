import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { announcements, APART_MS, Patience, type Moment } from "./announce";
import { aFacilitating, aMeeting, aYou, held, offeredTo, RESTING, seat } from "./testing";

const base: Moment = { meeting: aMeeting(), you: aYou(), facilitating: null, link: "live" };
const told = (before: Moment, now: Moment) => announcements(before, now).map((one) => [one.how, one.key, one.who]);

describe("what is told", () => {
  test("nothing where nothing changed", () => {
    expect(told(base, { ...base })).toEqual([]);
  });

  test("the stick's move, politely", () => {
    const now = { ...base, meeting: aMeeting({ stick: held("rina") }) };
    expect(told(base, now)).toEqual([["polite", "tell.held", "rina"]]);
  });

  test("your turn, at once and not twice", () => {
    const now = { ...base, meeting: aMeeting({ stick: held("me") }), you: aYou({ turn_id: "t" }) };
    expect(told(base, now)).toEqual([["urgent", "room.turn", null]]);
    expect(told(now, { ...now, meeting: aMeeting({ stick: held("me", 5, 9), version: 2 }) })).toEqual([]);
  });

  test("an offer to you, at once", () => {
    const now = { ...base, meeting: aMeeting({ stick: offeredTo("me") }), you: aYou({ offered: true }) };
    expect(told(base, now)).toEqual([["urgent", "tell.offered", null]]);
  });

  test("that you are next, at once, with who is before you", () => {
    const before = { ...base, meeting: aMeeting({ stick: held("rina") }) };
    const now = { ...base, meeting: aMeeting({ stick: held("rina"), next: "me" }) };
    expect(told(before, now)).toEqual([["urgent", "room.next", "rina"]]);
  });

  test("a place in the queue, politely", () => {
    expect(told(base, { ...base, you: aYou({ place: 2 }) })).toEqual([["polite", "tell.place", null]]);
  });

  test("somebody back, but nobody's first arrival", () => {
    const away = { ...base, meeting: aMeeting({ seats: [seat("me"), seat("rina", { presence: "stepped_out" })] }) };
    const back = { ...base, meeting: aMeeting({ seats: [seat("me"), seat("rina"), seat("tono")] }) };
    expect(told(away, back)).toEqual([["polite", "tell.back", "rina"]]);
  });

  test("a lost connection once, and its return", () => {
    const lost = { ...base, link: "reconnecting" as const };
    expect(told(base, lost)).toEqual([["urgent", "st.reconnect", null]]);
    expect(told(lost, { ...base, link: "offline" as const })).toEqual([]);
    expect(told(lost, base)).toEqual([["polite", "tell.reconnected", null]]);
  });

  test("a call for a hand, to facilitators, at once", () => {
    const before = { ...base, facilitating: aFacilitating() };
    const hands = [{ member_id: "rina", at: 5, taken_by: null }];
    expect(told(before, { ...base, facilitating: aFacilitating({ hands }) })).toEqual([
      ["urgent", "tell.hand", "rina"],
    ]);
  });

  test("the stick that rests, politely", () => {
    const before = { ...base, meeting: aMeeting({ stick: held("rina") }) };
    expect(told(before, { ...base, meeting: aMeeting({ stick: RESTING }) })).toEqual([
      ["polite", "tell.resting", null],
    ]);
  });
});

describe("patience", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("polite words come at most one in four seconds, the latest of each kind", () => {
    const heard: string[] = [];
    const patience = new Patience((text) => heard.push(text), () => Date.now());
    patience.add("stick", "first");
    patience.add("stick", "overtaken");
    patience.add("stick", "second");
    patience.add("place", "third");
    expect(heard).toEqual(["first"]);
    vi.advanceTimersByTime(APART_MS - 1);
    expect(heard).toEqual(["first"]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["first", "second"]);
    vi.advanceTimersByTime(APART_MS);
    expect(heard).toEqual(["first", "second", "third"]);
  });
});
