import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { may } from "../audio/state";
import type { MeetingView, YouView } from "../wire.gen";
import { Actions } from "./Actions";
import { SettingsSheet } from "./Settings";
import { sheet } from "./sheets";
import { SLIP_MS } from "./soon";
import { link, meeting, you } from "./store";
import { aMeeting, aYou, fakeServer, fresh, held, offeredTo } from "./testing";

let asked: ReturnType<typeof fakeServer>["asked"];
beforeEach(() => {
  vi.useFakeTimers();
  fresh();
  sheet.value = null;
  asked = fakeServer().asked;
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function show(now: Partial<MeetingView>, me: Partial<YouView>) {
  meeting.value = aMeeting(now);
  you.value = aYou(me);
  return render(<Actions />);
}
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const commands = () => asked.filter((one) => one.event === "command").map((one) => one.payload.command);

test.each([
  ["a turn handed on", { stick: held("me") }, { turn_id: "t" }, "I am done, pass the stick", "Not yet, it is still my turn"],
  ["an offer let go by", { stick: offeredTo("me") }, { offered: true }, "Pass for now", "Wait, let me think again"],
  ["a place in the queue", { stick: held("rina") }, { place: 2 }, "You are number 2. Tap to cancel.", "Stay number 2"],
] as const)("%s by a slip of the thumb is taken back, and nobody ever knew", (_, now, me, first, back) => {
  show(now, me);
  press(first);
  press(back);
  expect(screen.getByRole("button", { name: first })).toBeTruthy();
  vi.advanceTimersByTime(2 * SLIP_MS);
  expect(commands()).toEqual([]);
});

test("what was pressed is said to who hears the room, in a place that was there before", () => {
  const { container } = show({ stick: held("rina") }, { place: 2 });
  const told = container.querySelector(".main-action [role=status]");
  expect(told?.textContent).toBe("");
  press("You are number 2. Tap to cancel.");
  expect(told?.textContent).toBe("You leave the queue.");
});

test("a screen that goes dark sends at once what was pressed: nobody waits for a phone in a pocket", () => {
  show({ stick: held("me") }, { turn_id: "t" });
  press("I am done, pass the stick");
  const dark = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  document.dispatchEvent(new Event("visibilitychange"));
  dark.mockRestore();
  expect(commands()).toEqual([{ type: "pass_stick", turn_id: "t", to: null }]);
});

test("a turn that ended meanwhile is ended once, and an offer that came meanwhile is not lost", () => {
  show({ stick: held("me") }, { turn_id: "t" });
  press("I am done, pass the stick");
  you.value = aYou({ turn_id: null });
  cleanup();
  show({ stick: held("rina") }, { place: 1 });
  press("You are number 1. Tap to cancel.");
  you.value = aYou({ place: null, offered: true });
  vi.advanceTimersByTime(SLIP_MS);
  expect(commands()).toEqual([]);
});

test("whoever hands the stick on is heard no longer, from the press on", () => {
  link.value = "live";
  show({ stick: held("me"), sound: true }, { turn_id: "t" });
  expect(may.value).toBe(true);
  press("I am done, pass the stick");
  expect(may.value).toBe(false);
  press("Not yet, it is still my turn");
  expect(may.value).toBe(true);
});

test("leaving, and giving up one's turns, ask once more; no is where the focus is", () => {
  meeting.value = aMeeting();
  you.value = aYou();
  sheet.value = { name: "settings" };
  render(<SettingsSheet />);
  for (const words of ["Just observe from now", "Leave for tonight"]) {
    press(words);
    expect(document.activeElement?.textContent).toBe("Not yet");
    press("Not yet");
    expect(document.activeElement?.textContent).toBe(words);
  }
  expect(commands()).toEqual([]);
  press("Leave for tonight");
  press("Yes, leave");
  expect(commands()).toEqual([{ type: "leave" }]);
});
