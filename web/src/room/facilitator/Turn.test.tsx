import { cleanup, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { toasts } from "../store";
import { RESTING, aPerson, held, offeredTo } from "../testing";
import { MINUTE, begin, commands, inSheet, press, pressFirst, show } from "./staging";

beforeEach(() => begin(true));
afterEach(cleanup);

describe("the turn", () => {
  const turn = { stick: held("rina"), round: 1, next: "tono" };

  test("has digits, who is next, and three actions of exactly this turn", async () => {
    show(turn, { turn_id: "t" });
    expect(screen.getByRole("timer").textContent).toMatch(/^\d+:\d\d$/);
    expect(screen.getByText("Next: TONO")).toBeTruthy();
    press("Add 1 minute");
    press("Gentle reminder");
    expect(commands()).toEqual([
      { type: "extend", turn_id: "t", seconds: 60 },
      { type: "remind", turn_id: "t" },
    ]);
    await vi.waitFor(() => expect(toasts.value.at(-1)?.text).toBe("RINA was reminded. Only they know."));
  });

  test("ends by passing on, or by letting the stick rest with thanks", async () => {
    show(turn, { turn_id: "t" });
    press("End the turn");
    await inSheet("End it, the stick rests");
    expect(commands()).toEqual([{ type: "take_back", turn_id: "t" }]);
  });

  test("a minute can be taken off, and the facilitator step in, from 'More'", async () => {
    show(turn, { turn_id: "t" });
    press("More");
    await inSheet("Take 1 minute off");
    press("More");
    await inSheet("Step in gently");
    expect(commands()).toEqual([
      { type: "extend", turn_id: "t", seconds: -60 },
      { type: "interject", on: true },
    ]);
  });

  test("the bell is there where the circle agreed to it, and nowhere else", async () => {
    show({ ...turn, bell: true }, { turn_id: "t" });
    press("More");
    await inSheet(/silence/i);
    expect(commands()).toEqual([{ type: "ring_bell" }]);
    cleanup();
    show(turn, { turn_id: "t" });
    press("More");
    await screen.findByRole("dialog");
    expect(screen.queryByRole("button", { name: /silence/i })).toBeNull();
  });

  test("asking the holder to listen says first what all will read", async () => {
    show(turn, { turn_id: "t" });
    press("More");
    await inSheet(/^Ask to listen for now: RINA/);
    const dialog = await screen.findByRole("dialog", { name: "Ask to listen for now" });
    expect(dialog.textContent).toContain("RINA's turn ends and the stick rests.");
    expect(commands()).toEqual([]);
    await inSheet("Ask to listen for now");
    expect(commands()).toEqual([{ type: "quieten", member_id: "rina", on: true }]);
  });

  test("an offer not answered can be taken past that person, without a mark", () => {
    show({ stick: offeredTo("rina"), round: 1 });
    press("Skip RINA for now");
    expect(commands()).toEqual([{ type: "excuse", member_id: "rina" }]);
  });

  test("at rest one press goes on with the round", () => {
    show({ stick: RESTING, round: 1, next: "tono" }, { order: ["tono"] });
    press("Offer to TONO");
    expect(commands()).toEqual([{ type: "offer", member_id: null }]);
  });

  test("outside a round it goes to who asked first", () => {
    show({}, { asked: [{ member_id: "bima", at: Date.now() }] });
    press("Offer to BIMA");
    expect(commands()).toEqual([{ type: "offer", member_id: "bima" }]);
  });

  test("a silence is ended here, by its own words", () => {
    show({ paused: true, silence: true });
    pressFirst("End the silence");
    expect(commands()).toEqual([{ type: "resume" }]);
  });

  test("after a round, those who passed are asked all at once", () => {
    show({}, { people: [aPerson("rina", { standing: "declined" })] });
    press("Ask those who passed");
    expect(commands()).toEqual([{ type: "invite_passed" }]);
  });
});

describe("the agenda", () => {
  test("reads out the step of the round, goes on within the phase, then to the next phase", async () => {
    show({ round: 1, stick: held("rina") }, { opened: Date.now() - 12 * MINUTE });
    expect(screen.getByText("Begin.")).toBeTruthy();
    press("Next: Second");
    expect(await screen.findByText("Again.")).toBeTruthy();
    expect(screen.getByText("Second").closest("li")?.getAttribute("aria-current")).toBe("step");
    expect(commands()).toEqual([]);
    press("Go to closing");
    expect(commands()).toEqual([{ type: "set_phase", phase: "closing" }]);
  });

  test("shows where the clock would be, and says kindly how far behind", () => {
    show({ phase: "gathering" }, { opened: Date.now() - 35 * MINUTE });
    expect(screen.getByText("by the clock").closest("li")?.textContent).toContain("Second");
    expect(screen.getByText("25 minutes behind the plan. No rush.")).toBeTruthy();
  });
});
