import { describe, expect, test } from "vitest";
import { isAlone, isUnattended, mayNod, mayPhrase, maySay, situation } from "./may";
import { aMeeting, aYou, held, offeredTo, RESTING, seat } from "./testing";

const facilitator = aYou({ role: "facilitator" });
const observer = aYou({ role: "observer" });

describe("writing", () => {
  test.each([
    ["the floor is open", { floor: "open" }, null],
    ["the stick rests", { stick: RESTING }, null],
    ["you hold the stick", { stick: held("me") }, null],
    ["somebody else holds it", { stick: held("rina") }, "floor_held"],
    ["it is offered to somebody", { stick: offeredTo("rina") }, "floor_held"],
    ["it is offered to you", { stick: offeredTo("me") }, "floor_held"],
    ["a place is held", { stick: { ...held("rina"), kind: "place_held" } }, "floor_held"],
    ["the floor is quiet", { floor: "quiet" }, "floor_quiet"],
    ["everything is paused", { floor: "open", paused: true }, "paused"],
    ["the meeting ended", { phase: "ended", floor: "open" }, "ended"],
  ] as const)("of a member when %s", (_, change, reason) => {
    expect(maySay(aMeeting(change), aYou())).toBe(reason);
  });

  test("facilitators may, whatever the floor, also in a pause", () => {
    expect(maySay(aMeeting({ floor: "quiet", paused: true, stick: held("rina") }), facilitator)).toBeNull();
  });

  test("who is asked to listen may not, nor send a phrase, even on an open floor", () => {
    const quietened = aYou({ quietened: true });
    expect(maySay(aMeeting({ floor: "open" }), quietened)).toBe("quietened");
    expect(mayPhrase(aMeeting({ floor: "open" }), quietened)).toBe("quietened");
    expect(mayNod(aMeeting(), quietened)).toBeNull();
  });

  test("a holder who speaks from elsewhere moves here first; everybody else just writes", () => {
    expect(maySay(aMeeting({ stick: held("me") }), aYou(), true)).toBe("elsewhere");
    expect(maySay(aMeeting({ floor: "open", stick: held("me") }), aYou(), true)).toBe("elsewhere");
    expect(maySay(aMeeting({ floor: "open" }), aYou(), true)).toBeNull();
    expect(maySay(aMeeting({ stick: held("me") }), facilitator, true)).toBe("elsewhere");
  });

  test("whoever types what is spoken writes whatever the floor, and not in a pause", () => {
    expect(maySay(aMeeting({ stick: held("rina"), typist: "me" }), aYou())).toBeNull();
    expect(maySay(aMeeting({ floor: "quiet", typist: "me" }), aYou())).toBeNull();
    expect(maySay(aMeeting({ stick: held("rina"), typist: "tono" }), aYou())).toBe("floor_held");
    expect(maySay(aMeeting({ stick: held("rina"), typist: "me", paused: true }), aYou())).toBe("paused");
  });

  test("observers may not, even on an open floor", () => {
    expect(maySay(aMeeting({ floor: "open" }), observer)).toBe("observers_listen");
  });

  test("who stepped out may not, even a facilitator", () => {
    const out = aYou({ role: "facilitator", presence: "stepped_out" });
    expect(maySay(aMeeting({ floor: "open" }), out)).toBe("stepped_out");
  });
});

describe("phrases and nods", () => {
  test("a member may send a phrase while somebody else holds", () => {
    expect(mayPhrase(aMeeting({ stick: held("rina") }), aYou())).toBeNull();
  });
  test("no phrase on a quiet floor, none by an observer", () => {
    expect(mayPhrase(aMeeting({ floor: "quiet" }), aYou())).toBe("floor_quiet");
    expect(mayPhrase(aMeeting({ stick: held("rina") }), observer)).toBe("observers_listen");
  });
  test("an observer may nod, unless the speaker turned nods off", () => {
    expect(mayNod(aMeeting(), observer)).toBeNull();
    expect(mayNod(aMeeting({ nods_off: true }), observer)).toBe("nods_off");
  });
});

describe("the situation at the thumb", () => {
  test.each([
    ["holding", { stick: held("me"), next: "rina" }, { turn_id: "t" }],
    ["offered", { stick: offeredTo("me") }, { offered: true }],
    ["unfinished", { stick: held("rina"), next: "me" }, { unfinished: true }],
    ["next", { stick: held("rina"), next: "me" }, { place: 1 }],
    ["asked", { stick: held("rina"), next: "awan" }, { place: 2 }],
    ["ask", { stick: RESTING, next: "me" }, {}],
    ["observer", { stick: RESTING }, { role: "observer" }],
    ["listening", { stick: RESTING }, { role: "facilitator" }],
    ["listening", { phase: "ended" }, { place: 1 }],
  ] as const)("is %s", (expected, meeting, you) => {
    expect(situation(aMeeting(meeting), aYou(you))).toBe(expected);
  });
});

test("alone is who is the only one here, whoever else has a seat", () => {
  const others = [seat("rina", { presence: "away" }), seat("tono", { presence: "stepped_out" })];
  expect(isAlone({ seats: [seat("me"), ...others] })).toBe(true);
  expect(isAlone({ seats: [seat("me"), seat("awan", { role: "observer" }), ...others] })).toBe(false);
});

test("a facilitator who is away does not attend", () => {
  expect(isUnattended({ seats: [seat("me"), seat("fac", { role: "facilitator", presence: "away" })] })).toBe(true);
  expect(isUnattended({ seats: [seat("me"), seat("fac", { role: "facilitator" })] })).toBe(false);
});

test.each([
  ["asked to listen", { quietened: true }, "quietened"],
  ["asked to listen, with a hand up", { quietened: true, place: 2 }, "asked"],
  ["asked again after passing", { invited: true }, "invited"],
  ["asked again, and already in the queue", { invited: true, place: 1 }, "asked"],
  ["a facilitator asked again", { invited: true, role: "facilitator" }, "invited"],
] as const)("of somebody %s", (_, me, is) => {
  expect(situation(aMeeting({ round: null }), aYou(me))).toBe(is);
});
