// What the door says, in words that exist.
import { expect, test } from "vitest";
import type { LobbyView } from "../wire.gen";
import en from "@locales/en.json";
import id from "@locales/id.json";
import { notYet, pause, refusal, spoken } from "./lobby";

const states: LobbyView["state"][] = [
  "waiting", "no_host", "late", "admitted", "turned_away", "locked", "full", "ended",
];

for (const state of states) {
  for (const host of ["", "Bu Sari"]) {
    test(`${state} with ${host || "nobody"} at the door has words in both languages`, () => {
      const said = spoken({ state, host } as LobbyView, "19.30", "besok, 19.30");
      for (const catalogue of [id, en] as Record<string, string>[]) {
        const text = catalogue[said.key];
        expect(text).toBeTruthy();
        for (const [, name] of (text ?? "").matchAll(/\{(\w+)\}/g)) expect(said.params).toHaveProperty(name ?? "");
      }
    });
  }
}

test("nobody is promised at the door when nobody is there", () => {
  expect(spoken({ state: "waiting", host: "" } as LobbyView, "", "").key).toBe("lobby.empty");
});

test("a meeting that was opened on another day than its own names no time", () => {
  const said = spoken({ state: "waiting", host: "Bu Sari" } as LobbyView, "", "Rabu, 19.30");
  expect(said.key).toBe("lobby.wait.now");
  expect((en as Record<string, string>)[said.key]).not.toContain("{time}");
});

test("a door that is still shut says when it opens, where that is known", () => {
  expect(notYet("early", "besok, 19.15")).toEqual({ key: "lobby.early", params: { time: "besok, 19.15" } });
  expect(notYet("early", "")?.key).toBe("lobby.early.soon");
  expect(notYet("no_facilitator", "")?.key).toBe("lobby.empty");
  expect(notYet("too_fast", "")?.key).toBe("lobby.many");
  expect(notYet("banned", "")).toBeNull();
  expect((en as Record<string, string>)["lobby.early"]).toContain("{time}");
});

test("a refusal that passes by itself has no words of its own", () => {
  expect(refusal("out_of_reach")).toBeNull();
  expect(refusal("banned")?.key).toBe("st.banned");
});

test("a shut door is tried often at first and seldom after that", () => {
  expect(pause(0, true)).toBeLessThan(10_000);
  expect(pause(1000, true)).toBeGreaterThan(10_000);
  expect(pause(0, false)).toBeGreaterThan(10_000);
});
