import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { aMeeting, aYou, held, offeredTo } from "../room/testing";
import { mayBeHeard, mayStepIn } from "./may";

interface Case {
  name: string;
  meeting: Parameters<typeof mayBeHeard>[0];
  you: Parameters<typeof mayBeHeard>[1];
  heard: boolean;
}
// What the server's own rule says of every situation there is. Tests run in web/, wherever that is.
const known = JSON.parse(readFileSync("../tests/realtime/audio/audible_cases.json", "utf8")) as { tab: string; cases: Case[] };

test("says what the server's gate does, in every situation", () => {
  expect(known.cases.length).toBeGreaterThan(150);
  const wrong = known.cases.filter((one) => mayBeHeard(one.meeting, one.you, known.tab) !== one.heard);
  expect(wrong.map((one) => one.name)).toEqual([]);
});

const TAB = "this-tab";
const fac = { member_id: "fac", role: "facilitator" as const };

describe("may be heard", () => {
  test.each([
    ["the holder", { stick: held("me") }, {}, true],
    ["the holder from any tab, until it is known which", { stick: held("me") }, { speaks_from: "" }, true],
    ["the holder from this tab", { stick: held("me") }, { speaks_from: TAB }, true],
    ["the holder, but from another tab", { stick: held("me") }, { speaks_from: "other" }, false],
    ["who is only offered it", { stick: offeredTo("me") }, {}, false],
    ["whose place is kept", { stick: { ...offeredTo("me"), kind: "place_held" as const } }, {}, false],
    ["a member while another holds", { stick: held("rina") }, {}, false],
    ["a member while it rests", {}, {}, false],
    ["the holder in a pause", { stick: held("me"), paused: true }, {}, false],
    ["the holder in a silence", { stick: held("me"), silence: true }, {}, false],
    ["the holder who is quietened", { stick: held("me") }, { quietened: true }, false],
    ["the holder who stepped out", { stick: held("me") }, { presence: "stepped_out" as const }, false],
    ["anybody after the end", { phase: "ended" as const, floor: "open" as const }, {}, false],
    ["a member on the open floor", { floor: "open" as const }, {}, true],
    ["an observer on the open floor", { floor: "open" as const }, { role: "observer" as const }, false],
    ["a member in the quiet", { floor: "quiet" as const }, {}, false],
    ["a facilitator in the quiet", { floor: "quiet" as const }, fac, true],
    ["a facilitator beside the holder", { stick: held("rina") }, fac, false],
    ["a facilitator who stepped in", { stick: held("rina"), interjecting: ["fac"] }, fac, true],
    ["a facilitator who stepped in, in a pause", { paused: true, interjecting: ["fac"] }, fac, true],
    ["a member who stepped in as a facilitator once", { interjecting: ["me"] }, {}, false],
  ])("%s", (_, now, me, heard) => {
    expect(mayBeHeard(aMeeting(now), aYou(me), TAB)).toBe(heard);
  });
});

describe("may step in", () => {
  test.each([
    ["a facilitator beside the holder", { stick: held("rina") }, fac, true],
    ["a facilitator in a pause", { paused: true }, fac, true],
    ["not one who did", { stick: held("rina"), interjecting: ["fac"] }, fac, false],
    ["not the holder", { stick: held("fac") }, fac, false],
    ["not one who is quietened", { stick: held("rina") }, { ...fac, quietened: true }, false],
    ["no member", { stick: held("rina") }, {}, false],
    ["nobody after the end", { phase: "ended" as const }, fac, false],
  ])("%s", (_, now, me, may) => {
    expect(mayStepIn(aMeeting(now), aYou(me), TAB)).toBe(may);
  });
});
