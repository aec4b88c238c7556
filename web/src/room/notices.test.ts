import { describe, expect, test } from "vitest";
import en from "@locales/en.json";
import id from "@locales/id.json";
import type { NoticeKind } from "../wire.gen";
import { noticeLine, unseen } from "./notices";
import { aNotice, seat } from "./testing";

const ABOUT_SOMEBODY: NoticeKind[] = [
  "admitted", "took_back", "time_up", "quietened", "heard_again", "removed", "facilitates", "is_member", "observes",
];
const seats = [seat("rina"), seat("awan", { role: "observer" })];

test("only what is above the highest seen is new, in its order", () => {
  const all = [aNotice(3), aNotice(4), aNotice(5)];
  expect(unseen(all, 3).map((one) => one.n)).toEqual([4, 5]);
  expect(unseen(all, 5)).toEqual([]);
});

describe.each(ABOUT_SOMEBODY)("%s", (kind) => {
  test("names the person to the others, and speaks to the person themselves", () => {
    expect(noticeLine(aNotice(1, { kind }), "me", seats)).toEqual({ key: `told.${kind}`, who: "rina" });
    expect(noticeLine(aNotice(1, { kind }), "rina", seats).key).toBe(`told.${kind}.you`);
  });

  test.each(["told.KIND", "told.KIND.you"])("has words in both languages: %s", (key) => {
    for (const words of [id, en] as Record<string, string>[]) expect(words[key.replace("KIND", kind)]).toBeTruthy();
  });
});

test.each(["locked", "unlocked"] as const)("a door that is %s names who did it", (kind) => {
  expect(noticeLine(aNotice(1, { kind, member_id: null }), "me", seats)).toEqual({ key: `told.${kind}`, who: "fac" });
});

test("who comes to listen is told so", () => {
  expect(noticeLine(aNotice(1, { member_id: "awan" }), "me", seats).key).toBe("told.admitted.listens");
});

test("no notice blames: none says who did it to somebody, or why", () => {
  for (const words of [id, en] as Record<string, string>[]) {
    const told = Object.entries(words).filter(([key]) => key.startsWith("told."));
    expect(told.length).toBeGreaterThan(18);
    for (const [, text] of told) expect(text).not.toMatch(/removed|kicked|muted|silenced|dikeluarkan|dibungkam|karena|because/i);
  }
});
