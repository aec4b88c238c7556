import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MeetingView, YouView } from "../wire.gen";
import { Actions } from "./Actions";
import { sheet } from "./sheets";
import { meeting, writing, you } from "./store";
import { aMeeting, aYou, fakeServer, fresh, held, offeredTo } from "./testing";

let asked: ReturnType<typeof fakeServer>["asked"];
beforeEach(() => {
  fresh();
  sheet.value = null;
  asked = fakeServer().asked;
});
afterEach(cleanup);

function show(now: Partial<MeetingView>, me: Partial<YouView>) {
  meeting.value = aMeeting(now);
  you.value = aYou(me);
  render(<Actions />);
}
const button = (name: RegExp | string) => screen.getByRole("button", { name });
const commands = () => asked.filter((one) => one.event === "command").map((one) => one.payload.command);

describe("the main action", () => {
  test("at rest you ask for the stick", () => {
    show({}, {});
    fireEvent.click(button("Ask for the stick"));
    expect(commands()).toEqual([{ type: "ask" }]);
  });

  test("having asked you see your place, and a tap cancels", () => {
    show({ stick: held("rina"), next: "awan" }, { place: 3 });
    fireEvent.click(button("You are number 3. Tap to cancel."));
    expect(commands()).toEqual([{ type: "withdraw" }]);
  });

  test("being next you may say that you are ready, or pass for now", () => {
    show({ stick: held("rina"), next: "me" }, { ahead: "rina" });
    expect(screen.getByText("After RINA, it is your turn. No rush.")).toBeTruthy();
    fireEvent.click(button("I am ready"));
    fireEvent.click(button("Pass for now"));
    expect(commands()).toEqual([{ type: "ready" }, { type: "decline" }]);
  });

  test("who passed once is not asked to pass again before the offer comes", () => {
    show({ stick: held("rina"), next: "me" }, { ahead: "rina", standing: "deferred" });
    expect(screen.queryByRole("button", { name: "Pass for now" })).toBeNull();
    expect(button("I am ready")).toBeTruthy();
  });

  test("being offered you say yes, or pass for now", () => {
    show({ stick: offeredTo("me") }, { offered: true, offered_by: "fac" });
    expect(screen.getByText("FAC is offering you the stick. Would you like it?")).toBeTruthy();
    fireEvent.click(button("Yes"));
    fireEvent.click(button("Pass for now"));
    expect(commands()).toEqual([{ type: "accept" }, { type: "decline" }]);
  });

  test("holding, you pass the stick of exactly this turn", () => {
    show({ stick: held("me") }, { turn_id: "turn-7" });
    fireEvent.click(button("I am done, pass the stick"));
    expect(commands()).toEqual([{ type: "pass_stick", turn_id: "turn-7", to: null }]);
  });

  test("over time you read words, see no digits and keep every button", () => {
    show({ stick: held("me", Date.now() - 300_000, Date.now() - 60_000) }, { turn_id: "t" });
    expect(screen.getByText("Your time is full. Wrap up when you are ready.")).toBeTruthy();
    expect(document.body.textContent).not.toMatch(/\d/);
    expect(button("I am done, pass the stick").hasAttribute("disabled")).toBe(false);
  });

  test("an interrupted turn says that the stick comes back", () => {
    show({ stick: held("rina") }, { unfinished: true });
    expect(screen.getByText(/Your turn is not finished/)).toBeTruthy();
  });

  test("an observer is never asked to take the stick, and can become a member", () => {
    show({ stick: held("rina") }, { role: "observer", standing: null });
    expect(screen.queryByRole("button", { name: /stick/ })).toBeNull();
    fireEvent.click(button("Join the turns"));
    expect(commands()).toEqual([{ type: "become_member" }]);
  });

  test("a hand-over counts once it is taken on", () => {
    show({}, { handing_to_you: true });
    fireEvent.click(button("Yes, I will hold it"));
    expect(commands()).toEqual([{ type: "take_on" }]);
  });
});

describe("the small actions", () => {
  test("nod, step out and write", () => {
    show({ stick: held("rina") }, {});
    fireEvent.click(button("Nod"));
    fireEvent.click(button("Step out"));
    fireEvent.click(button("Write"));
    expect(asked.map((one) => one.event)).toEqual(["nod", "command"]);
    expect(commands()).toEqual([{ type: "step_out" }]);
    expect(writing.value).toBe(true);
  });

  test("'I need a hand' first tells who will know: pressing it sends nothing yet", () => {
    show({}, {});
    fireEvent.click(button("I need a hand"));
    expect(sheet.value).toEqual({ name: "hand" });
    expect(asked).toEqual([]);
  });

  test("the holder can turn nods off for this turn", () => {
    show({ stick: held("me") }, { turn_id: "t" });
    fireEvent.click(button("Nods"));
    expect(commands()).toEqual([{ type: "set_nods", off: true }]);
  });
});
