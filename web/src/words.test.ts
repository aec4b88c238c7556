import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import en from "@locales/en.json";
import id from "@locales/id.json";
import { wayOn } from "./room/Gate";
import { KEYS } from "./room/keys";
import { setWords, t, type Catalogue } from "./words";

const catalogues: Record<string, Catalogue> = { id, en };
// Tests run in web/, wherever that is.
const folders = ["src/room", "src/audio"];

function sources(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test."))
      .map((file) => readFileSync(join(folder, file), "utf8")),
  );
}

/** Every key that stands as a whole in the room's code. */
function named(): Set<string> {
  const found = new Set<string>();
  for (const source of sources()) {
    for (const [, key] of source.matchAll(/\bt\(\s*"([^"]+)"/g)) found.add(key as string);
    for (const [, key] of source.matchAll(/"((?:room|back|tell|st|keys|lines|gate|feed|say|fac|set|sound)\.[a-z0-9_.]+)"/g)) {
      found.add(key as string);
    }
  }
  return found;
}

/** Keys that are put together. */
function built(): string[] {
  const why = ["ended", "floor_held", "floor_quiet", "observers_listen", "paused", "stepped_out", "not_seated"];
  const gates = ["not_signed_in", "not_a_member", "not_pledged", "banned", "removed", "ended", "old_client",
    "too_many_tabs", "left", "turned_away"];
  return [
    ...why.map((one) => `say.why.${one}`),
    ...gates.map((one) => `gate.${one}.h`),
    ...gates.filter((one) => one !== "banned" && one !== "removed").map((one) => `gate.${one}.b`),
    ...gates.map((one) => wayOn(one as never, {} as never).words),
    ...KEYS.map((one) => one.words),
    ...["gathering", "opening", "sharing", "closing", "ended"].map((one) => `phase.${one}`),
    ...["facilitator", "member", "observer"].map((one) => `role.${one}`),
    ...["here", "stepped_out", "away", "left"].map((one) => `presence.${one}`),
    ...["away", "stepped_out"].map((one) => `fac.is.${one}`),
    ...["opening", "sharing", "closing"].map((one) => `fac.to.${one}`),
    ...["seats", "asked", "shuffled", "by_hand"].map((one) => `fac.order.${one}`),
    ...["stick", "open", "quiet"].map((one) => `fac.floor.${one}`),
    ...[1, 2, 3, 4].map((n) => `warm.${n}`),
    ...["turns", "door", "people", "agenda", "chat"].map((one) => `fac.tab.${one}`),
    ...["turns", "door", "people"].map((one) => `fac.badge.${one}`),
    ...["paused", "silence"].map((one) => `fac.now.${one}`),
    ...["add", "nudge", "end"].flatMap((one) => [`fac.${one}`, `fac.${one}.s`]),
    ...["wavering", "connecting", "again", "away", "hushed", "blocked"].map((one) => `sound.${one}`),
    ...["moved", "ended", "stepped_out", "removed", "no_sound", "unsupported"].map((one) => `sound.over.${one}`),
    ...["missing", "busy", "lost", "interrupted"].map((one) => `sound.mic.${one}`),
    ...["floor", "pause", "plain", "line", "hidden", "device"].map((one) => `sound.closed.${one}`),
    ...["browser", "language", "closed"].map((one) => `sound.captions.no.${one}`),
    ...["speak", "hear"].map((one) => `sound.back.${one}`),
    ...["out", "away", "heard"].flatMap((one) => [`fac.${one}.now`, `fac.${one}.ago`]),
  ];
}

test.each(["id", "en"])("every word of the room is in the catalogue '%s'", (language) => {
  const wanted = [...named(), ...built()];
  expect(wanted.length).toBeGreaterThan(150);
  expect(wanted.filter((key) => !catalogues[language]?.[key])).toEqual([]);
});

test("params are filled in, one is told apart from many, what is missing shows", () => {
  setWords("en", { "a.b": "{n} people, {name}", "a.b_one": "one person, {name}", c: "{nobody}" });
  expect(t("a.b", { n: 2, name: "Rina" })).toBe("2 people, Rina");
  expect(t("a.b", { n: 1, name: "Rina" })).toBe("one person, Rina");
  expect(t("c", { n: 1 })).toBe("{nobody}");
  expect(t("no.such.key")).toBe("no.such.key");
});

test("a name is put in as it is, even where it looks like a placeholder", () => {
  setWords("en", { a: "{name} and {n}" });
  expect(t("a", { name: "{n}", n: 3 })).toBe("{n} and 3");
});
