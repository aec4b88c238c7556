import { describe, expect, test } from "vitest";
import { announcements, isStillTrue, type Announcement, type Moment } from "./announce";
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

  test("a silence by the bell and its end, politely, to the holder as their turn", () => {
    const before = { ...base, meeting: aMeeting({ stick: held("rina") }) };
    const silence = { ...base, meeting: aMeeting({ stick: held("rina"), paused: true, silence: true }) };
    expect(told(before, silence)).toEqual([["polite", "tell.silence", null]]);
    expect(told(silence, before)).toEqual([["polite", "tell.held", "rina"]]);
    const mine = { ...base, meeting: aMeeting({ stick: held("me") }) };
    const still = { ...base, meeting: aMeeting({ stick: held("me"), paused: true, silence: true }) };
    expect(told(mine, still)).toEqual([["polite", "tell.silence", null]]);
    expect(told(still, mine)).toEqual([["urgent", "room.turn", null]]);
  });

  test("a pause, politely", () => {
    const now = { ...base, meeting: aMeeting({ paused: true }) };
    expect(told(base, now)).toEqual([["polite", "room.paused", null]]);
  });

  test("that the meeting ends soon, politely and once", () => {
    const before = { ...base, meeting: aMeeting({ ending: "not_yet" }) };
    const soon = { ...base, meeting: aMeeting({ ending: "soon" }) };
    expect(told(before, soon)).toEqual([["polite", "tell.ending", null]]);
    expect(told(soon, { ...base, meeting: aMeeting({ ending: "due" }) })).toEqual([]);
  });

  test("in your turn, a facilitator's reminder and the last minute, at once", () => {
    const holding = { ...base, meeting: aMeeting({ stick: held("me") }), you: aYou({ turn_id: "t", wind_up: 0 }) };
    const asked = { ...holding, you: aYou({ turn_id: "t", wind_up: 1 }) };
    expect(told(holding, asked)).toEqual([["urgent", "tell.wind_up", null]]);
    const last = { ...holding, you: aYou({ turn_id: "t", wind_up: 1, last_words: 300_000 }) };
    expect(told(asked, last)).toEqual([["urgent", "tell.last_words", null]]);
    expect(told(last, { ...last })).toEqual([]);
  });

  test("an offer that still waits, and a question to who passed, at once", () => {
    const offered = { ...base, meeting: aMeeting({ stick: offeredTo("me") }), you: aYou({ offered: true }) };
    const waits = { ...offered, you: aYou({ offered: true, reminded: true }) };
    expect(told(offered, waits)).toEqual([["urgent", "room.reminded", null]]);
    expect(told(base, { ...base, you: aYou({ invited: true }) })).toEqual([["urgent", "tell.invited", null]]);
  });

  test("the circle offered to you, at once", () => {
    const handing = { to: "me", by: "fac", stay: true };
    expect(told(base, { ...base, you: aYou({ handing }) })).toEqual([["urgent", "tell.handing", null]]);
  });

  test("the floor taken from you and given back, at once", () => {
    const quiet = { ...base, you: aYou({ quietened: true }) };
    const heard = { ...base, you: aYou({ quietened: false }) };
    expect(told(heard, quiet)).toEqual([["urgent", "tell.quietened", null]]);
    expect(told(quiet, heard)).toEqual([["urgent", "tell.heard", null]]);
  });

  test("no arrival, notice, nod, floor, prompt, lock or change of time", () => {
    const seats = [...aMeeting().seats, seat("tono")];
    const notices = [{ n: 1, kind: "admitted" as const, member_id: "tono", by: "fac" }];
    const prompt = { id: "Apa kabar?", en: "" };
    const now = aMeeting({ seats, notices, prompt, floor: "open", locked: true, nods_off: true, round: 2, ends: 9 });
    expect(told(base, { ...base, meeting: now })).toEqual([]);
    const gone = aMeeting({ seats: [seat("me"), seat("rina", { presence: "away" })] });
    expect(told(base, { ...base, meeting: gone })).toEqual([]);
  });

  test("on the break, only the connection and what concerns you alone", () => {
    const out = { ...base, you: aYou({ presence: "stepped_out" }) };
    const meeting = aMeeting({ stick: held("rina"), ending: "soon" });
    expect(told(out, { ...out, meeting })).toEqual([]);
    expect(told(out, { ...out, link: "offline" as const })).toEqual([["urgent", "st.reconnect", null]]);
    const handing = { to: "me", by: null, stay: true };
    const asked = { ...out, you: aYou({ presence: "stepped_out", handing }) };
    expect(told(out, asked)).toEqual([["urgent", "tell.handing", null]]);
  });

  test("nothing of a loss when the page is being left", () => {
    expect(told(base, { meeting: null, you: null, facilitating: null, link: "connecting" })).toEqual([]);
  });

  test("a call for a hand that waited before this facilitator came, but not one that is taken", () => {
    const hands = [
      { member_id: "rina", at: 5, taken_by: null },
      { member_id: "me", at: 6, taken_by: "adi" },
    ];
    expect(told(base, { ...base, facilitating: aFacilitating({ hands }) })).toEqual([["urgent", "tell.hand", "rina"]]);
  });
});

describe("what is out of date when its time comes", () => {
  const politely = (one: Partial<Announcement>) => ({ how: "polite", key: "", who: null, ...one }) as Announcement;
  const stick = politely({ kind: "stick", key: "tell.held", who: "rina" });
  const place = politely({ kind: "place", key: "tell.place", n: 2 });
  const back = politely({ kind: "back", key: "tell.back", who: "rina" });
  const moment = (change: Partial<Moment>): Moment => ({ ...base, ...change });

  test("the stick that went on, or came to you", () => {
    expect(isStillTrue(stick, moment({ meeting: aMeeting({ stick: held("rina", 9, 99) }) }))).toBe(true);
    expect(isStillTrue(stick, moment({ meeting: aMeeting({ stick: held("tono") }) }))).toBe(false);
    expect(isStillTrue(stick, moment({ meeting: aMeeting({ stick: held("me") }) }))).toBe(false);
    expect(isStillTrue(stick, moment({ meeting: aMeeting({ stick: held("rina"), paused: true }) }))).toBe(false);
  });

  test("a place that changed, somebody who left again, an end that was moved", () => {
    expect(isStillTrue(place, moment({ you: aYou({ place: 2 }) }))).toBe(true);
    expect(isStillTrue(place, moment({ you: aYou({ place: null }) }))).toBe(false);
    expect(isStillTrue(back, base)).toBe(true);
    expect(isStillTrue(back, moment({ meeting: aMeeting({ seats: [seat("me")] }) }))).toBe(false);
    const end = politely({ kind: "end", key: "tell.ending" });
    expect(isStillTrue(end, moment({ meeting: aMeeting({ ending: "soon" }) }))).toBe(true);
    expect(isStillTrue(end, moment({ meeting: aMeeting({ ending: "not_yet" }) }))).toBe(false);
  });

  test("anything of the room while the line is gone or the person is out", () => {
    expect(isStillTrue(back, moment({ link: "offline" }))).toBe(false);
    expect(isStillTrue(back, moment({ you: aYou({ presence: "stepped_out" }) }))).toBe(false);
    expect(isStillTrue(politely({ kind: "link", key: "tell.reconnected" }), moment({ link: "offline" }))).toBe(false);
  });
});
