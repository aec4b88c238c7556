import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { held } from "../testing";
import { MINUTE, begin, commands, inSheet, list, press, pressFirst, show } from "./staging";

beforeEach(() => begin(true));
afterEach(cleanup);

describe("a round", () => {
  const open = async () => {
    pressFirst("Start the round");
    return screen.findByRole("dialog");
  };

  test("asks one of the circle's questions in both its languages", async () => {
    show();
    await open();
    await inSheet("How are you?");
    await inSheet("Start the round");
    expect(commands()).toEqual([
      {
        type: "start_round", prompt: { id: "Apa kabar?", en: "How are you?" }, order: "seats", named: [], closing: false,
      },
    ]);
  });

  test("a typed question has the language it is typed in", async () => {
    show();
    const dialog = await open();
    fireEvent.input(within(dialog).getByRole("textbox"), { target: { value: " What now? " } });
    await inSheet("Shuffled");
    await inSheet("Start the round");
    expect(commands()).toMatchObject([{ prompt: { id: "", en: "What now?" }, order: "shuffled" }]);
  });

  test("an order by hand is sent as it was made", async () => {
    show();
    await open();
    await inSheet("By hand");
    await inSheet("Move YULI up one place");
    await inSheet("Move RINA down one place");
    await inSheet("Start the round");
    expect(commands()).toMatchObject([{ order: "by_hand", named: ["tono", "rina", "yuli", "bima"] }]);
  });

  test("of closing words is one switch, already on in the closing", async () => {
    show({ phase: "closing" });
    pressFirst("Start the closing round");
    const dialog = await screen.findByRole("dialog", { name: "Start the closing round" });
    expect((within(dialog).getByRole("switch") as HTMLInputElement).checked).toBe(true);
    await inSheet("Start the closing round");
    expect(commands()).toMatchObject([{ type: "start_round", closing: true }]);
  });
});

describe("the queue", () => {
  const two = { asked: [{ member_id: "bima", at: Date.now() - 2 * MINUTE }, { member_id: "yuli", at: Date.now() }] };

  test("moves by one command: this person before that one", () => {
    show({}, two);
    press("Move YULI up one place");
    expect(commands()).toEqual([{ type: "reorder", member_id: "yuli", before: "bima" }]);
  });

  test("gives the stick to one, lowers one hand, or all", () => {
    show({}, two);
    press("Give stick to YULI");
    press("Lower the request of BIMA");
    press("Lower all requests");
    expect(commands()).toEqual([
      { type: "offer", member_id: "yuli" },
      { type: "lower_hand", member_id: "bima" },
      { type: "lower_hand", member_id: null },
    ]);
  });

  test("in a round the order of the round is what moves, and who asked can be put first", () => {
    show({ round: 1, stick: held("rina"), next: "tono" }, { ...two, turn_id: "t", order: ["tono", "bima", "yuli"] });
    press("Move TONO down one place");
    pressFirst("Make next: YULI");
    expect(commands()).toEqual([
      { type: "reorder", member_id: "tono", before: "yuli" },
      { type: "reorder", member_id: "yuli", before: "tono" },
    ]);
  });

  test("says how long ago they asked, in words", () => {
    show({}, two);
    expect(list("Stick queue").textContent).toContain("asked 2 minutes ago");
    expect(list("Stick queue").textContent).toContain("asked just now");
  });
});
