// The bell, and what a silence looks and sounds like.
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Banner } from "./Banner";
import { BellButton, BellSound } from "./Bell";
import { middle } from "./Core";
import { Ring } from "./Ring";
import { meeting, onYou } from "./store";
import { aMeeting, aYou, fakeServer, fresh, held, seat } from "./testing";
import { softBell } from "./tone";

vi.mock("./tone", () => ({ softBell: vi.fn(), softTone: vi.fn(), canTouch: () => false }));
const SILENCE = { bell: true, paused: true, silence: true } as const;
let asked: ReturnType<typeof fakeServer>["asked"];

beforeEach(() => {
  fresh();
  vi.mocked(softBell).mockClear();
  asked = fakeServer().asked;
  onYou(aYou());
});
afterEach(cleanup);

test("where the circle agreed to it, one tap rings", () => {
  meeting.value = aMeeting({ bell: true });
  render(<BellButton />);
  fireEvent.click(screen.getByRole("button", { name: "Bell" }));
  expect(asked.map((one) => one.payload.command)).toEqual([{ type: "ring_bell" }]);
});

test("where it did not, there is no bell", () => {
  meeting.value = aMeeting();
  render(<BellButton />);
  expect(screen.queryByRole("button")).toBeNull();
});

test("in a silence the bell rests", () => {
  meeting.value = aMeeting(SILENCE);
  render(<BellButton />);
  fireEvent.click(screen.getByRole("button"));
  expect(asked).toEqual([]);
});

test("a silence fills the middle, says that places are kept, and names nobody", () => {
  meeting.value = aMeeting({ ...SILENCE, stick: held("rina") });
  expect(middle(meeting.value, aYou())).toEqual({ what: "in silence", who: "Breathe" });
  render(<Banner />);
  expect(screen.getByText(/The bell has rung/).textContent).not.toContain("RINA");
  render(<Ring meeting={meeting.value} you={aYou()} nodding={new Set()} facilitating={null} />);
  expect(document.querySelector(".core--hush")).not.toBeNull();
});

test("it sounds as it begins, once; not on a page opened in the middle of it", async () => {
  meeting.value = aMeeting(SILENCE);
  render(<BellSound />);
  expect(softBell).not.toHaveBeenCalled();
  meeting.value = aMeeting({ bell: true });
  await vi.waitFor(() => expect(document.body).toBeTruthy());
  meeting.value = aMeeting(SILENCE);
  await vi.waitFor(() => expect(softBell).toHaveBeenCalledTimes(1));
  meeting.value = aMeeting({ ...SILENCE, version: 5 });
  expect(softBell).toHaveBeenCalledTimes(1);
});

test("it does not reach who stepped out", async () => {
  onYou(aYou({ presence: "stepped_out" }));
  meeting.value = aMeeting({ bell: true });
  const { rerender } = render(<BellSound />);
  meeting.value = aMeeting(SILENCE);
  rerender(<BellSound />);
  expect(softBell).not.toHaveBeenCalled();
});

test("with no facilitator here the pause says why, when it goes on and when it ends", () => {
  meeting.value = aMeeting({
    paused: true, locked: true,
    seats: [seat("fac", { role: "facilitator", presence: "away" }), seat("me"), seat("rina")],
  });
  render(<Banner />);
  expect(screen.getByText(/No facilitator is here right now/)).toBeTruthy();
  expect(screen.getByText(/go on once one is back. After 15 minutes/)).toBeTruthy();
});

test("a pause by a facilitator who is here is just a pause", () => {
  meeting.value = aMeeting({ paused: true });
  render(<Banner />);
  expect(screen.getByText("We pause for a moment. Every place is kept.")).toBeTruthy();
});
