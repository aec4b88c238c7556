import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { MeetingView, YouView } from "../wire.gen";
import { Actions } from "./Actions";
import { sheet } from "./sheets";
import { SLIP_MS } from "./soon";
import { clockOffset, meeting, tab, writing, you } from "./store";
import { aMeeting, aYou, fakeServer, fresh, held, offeredTo } from "./testing";
import { softTone } from "./tone";

vi.mock("./tone", () => ({ softTone: vi.fn(), softBell: vi.fn(), canTouch: () => false }));

let asked: ReturnType<typeof fakeServer>["asked"];
beforeEach(() => {
  vi.useFakeTimers();
  fresh();
  vi.mocked(softTone).mockClear();
  sheet.value = null;
  asked = fakeServer().asked;
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function show(now: Partial<MeetingView>, me: Partial<YouView>) {
  meeting.value = aMeeting(now);
  you.value = aYou(me);
  render(<Actions />);
}
const button = (name: RegExp | string) => screen.getByRole("button", { name });
/** Nobody takes it back. */
const meant = () => vi.advanceTimersByTime(SLIP_MS);
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
    meant();
    expect(commands()).toEqual([{ type: "withdraw" }]);
  });

  test("being next you may say that you are ready, or pass for now", () => {
    show({ stick: held("rina"), next: "me" }, { ahead: "rina" });
    expect(screen.getByText("After RINA, it is your turn. No rush.")).toBeTruthy();
    fireEvent.click(button("I am ready"));
    fireEvent.click(button("Pass for now"));
    meant();
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
    meant();
    expect(commands()).toEqual([{ type: "accept" }, { type: "decline" }]);
  });

  test("holding, you pass the stick of exactly this turn", () => {
    show({ stick: held("me") }, { turn_id: "turn-7" });
    fireEvent.click(button("I am done, pass the stick"));
    meant();
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

  test("who is asked to listen reads so, and is offered nothing", () => {
    show({}, { quietened: true });
    expect(screen.getByText(/You are asked to listen for now/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Ask for the stick" })).toBeNull();
  });

  test("asked again after passing, a yes takes the turn", () => {
    show({ round: null, inviting: true }, { invited: true, standing: "declined" });
    fireEvent.click(button("Yes, please"));
    expect(commands()).toEqual([{ type: "ask" }]);
  });

  test("a no to that is told to nobody, and asking stays open", async () => {
    show({ round: null, inviting: true }, { invited: true, standing: "declined" });
    fireEvent.click(button("No, thank you"));
    expect(await screen.findByRole("button", { name: "Ask for the stick" })).toBeTruthy();
    expect(commands()).toEqual([]);
  });

  test("in a pause an offer asks for no answer", () => {
    show({ stick: offeredTo("me"), paused: true }, { offered: true });
    expect(screen.getByText(/The stick waits for you/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Yes" })).toBeNull();
  });

  test("speaking from another tab, the holder may move here and may pass", () => {
    show({ stick: held("me") }, { turn_id: "t", speaks_from: "another" });
    expect(button("I am done, pass the stick")).toBeTruthy();
    fireEvent.click(button("Speak from here"));
    expect(commands()).toEqual([{ type: "speak_here" }]);
  });

  test("who speaks from this tab is asked nothing", () => {
    show({ stick: held("me") }, { turn_id: "t", speaks_from: tab });
    expect(screen.queryByRole("button", { name: "Speak from here" })).toBeNull();
  });

  test("a limit that the circle agreed to is said before, and nowhere else", () => {
    show({ stick: held("me"), hard_limit: true }, { turn_id: "t" });
    expect(screen.getByText(/This circle agreed that turns have a limit/)).toBeTruthy();
    cleanup();
    show({ stick: held("me") }, { turn_id: "t" });
    expect(screen.queryByText(/agreed/)).toBeNull();
  });
});

describe("the time of a turn", () => {
  const turn = (change: Partial<YouView>) => show({ stick: held("me", Date.now(), Date.now() + 240_000) }, { turn_id: "t", ...change });

  test("a nudge is one quiet line and one soft tone, again when it comes again", async () => {
    turn({});
    expect(softTone).not.toHaveBeenCalled();
    you.value = aYou({ turn_id: "t", wind_up: 1 });
    expect(await screen.findByText(/gently asks you to find an ending/)).toBeTruthy();
    await vi.waitFor(() => expect(softTone).toHaveBeenCalledTimes(1));
    you.value = aYou({ turn_id: "t", wind_up: 2 });
    await vi.waitFor(() => expect(softTone).toHaveBeenCalledTimes(2));
  });

  test("the last minute is told in words without a digit", async () => {
    turn({ last_words: Date.now() + 60_000 });
    expect(screen.getByText(/One more minute/).textContent).not.toMatch(/\d/);
    you.value = aYou({ turn_id: "t", last_words: Date.now() + 5_000 });
    expect(await screen.findByText(/The stick moves on in a moment/)).toBeTruthy();
  });

  test("words stand still in a pause, and are read aloud by no live region", async () => {
    turn({ wind_up: 1 });
    meeting.value = aMeeting({ paused: true, stick: held("me", 0, 1) });
    you.value = aYou({ turn_id: "t" });
    await vi.waitFor(() => expect(screen.getByText(/find an ending/)).toBeTruthy());
    expect(screen.getByText(/find an ending/).closest("[role=status],[aria-live]")).toBeNull();
  });

  test("it counts by the server's clock, whatever this device says", () => {
    clockOffset.value = 3_600_000;
    const now = Date.now() + 3_600_000;
    show({ stick: held("me", now - 90_000, now + 10_000) }, { turn_id: "t" });
    expect(screen.getByText("There is still time. Finish gently.")).toBeTruthy();
    clockOffset.value = 0;
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
