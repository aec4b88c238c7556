// What the circle says and shows of each seat, and how the keyboard goes round it.
import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import english from "../../locales/en.json";
import { setWords } from "../words";
import type { FacilitatorView, MeetingView, SeatView, YouView } from "../wire.gen";
import { gone } from "./Arc";
import { Ring, step } from "./Ring";
import { initials } from "./seats";
import { travel } from "./Stick";
import { aMeeting } from "./testing";

const seat = (member_id: string, name: string, more: Partial<SeatView> = {}): SeatView => ({
  member_id, name, role: "member", presence: "here", ...more,
});

const meeting: MeetingView = aMeeting({
  now: 0,
  seats: [
    seat("a", "Sari", { role: "facilitator" }), seat("b", "Bima"), seat("c", "Melati"),
    seat("d", "Yuli", { presence: "stepped_out" }), seat("e", "Awan", { role: "observer" }), seat("f", "Mega", { presence: "away" }),
  ],
  stick: { kind: "held", member_id: "b", started: 1000, soft_limit: 3000 },
  next: "a",
});
const you = { member_id: "c", role: "member", presence: "here" } as YouView;
const none: ReadonlySet<string> = new Set();

function show(more: Partial<Parameters<typeof Ring>[0]> = {}) {
  return render(<Ring meeting={meeting} you={you} nodding={none} facilitating={null} now={() => 2000} {...more} />);
}
const labels = () => screen.getAllByRole("button").map((one) => one.getAttribute("aria-label"));

beforeEach(() => setWords("en", english));
afterEach(cleanup);

test("every seat is named with what it is, starting with your own and going clockwise", () => {
  show({ nodding: new Set(["e"]) });
  expect(labels()).toEqual([
    "Melati, you", "Yuli, on a break", "Awan, observer, nodding", "Mega, connection lost",
    "Sari, next, facilitator", "Bima, holding the stick",
  ]);
});

test("a call for a hand shows only from the facilitators' view", () => {
  show();
  expect(labels().join()).not.toContain("hand");
  cleanup();
  show({ facilitating: { hands: [{ member_id: "b", at: 1, taken_by: null }] } as unknown as FacilitatorView });
  expect(labels()).toContain("Bima, holding the stick, needs a hand");
  expect(document.querySelector(".is-need .flag--need svg")).not.toBeNull();
});

test("a seat's whole words stay while the pointer goes onto them, and Esc puts them away", () => {
  vi.useFakeTimers();
  show();
  const petal = screen.getAllByRole("button")[1]!;
  const tip = () => document.querySelector(".ring__tip bdi");
  act(() => void fireEvent.pointerEnter(petal, { pointerType: "mouse" }));
  expect(tip()?.textContent).toBe("Yuli, on a break");
  act(() => {
    fireEvent.pointerLeave(petal);
    fireEvent.pointerEnter(tip()!);
    vi.advanceTimersByTime(1000);
  });
  expect(tip()).not.toBeNull();
  act(() => void fireEvent.keyDown(document.body, { key: "Escape" }));
  expect(tip()).toBeNull();
  act(() => void fireEvent.pointerEnter(petal, { pointerType: "mouse" }));
  act(() => {
    fireEvent.pointerLeave(petal);
    vi.advanceTimersByTime(1000);
  });
  expect(tip()).toBeNull();
  vi.useRealTimers();
});

test("the circle is one stop of the Tab key and arrows go round it", () => {
  show();
  const seats = screen.getAllByRole("button");
  const stops = () => seats.map((one) => one.tabIndex);
  expect(stops()).toEqual([0, -1, -1, -1, -1, -1]);
  seats[0]!.focus();
  fireEvent.keyDown(seats[0]!, { key: "ArrowLeft" });
  expect(document.activeElement).toBe(seats[5]);
  expect(stops()).toEqual([-1, -1, -1, -1, -1, 0]);
  fireEvent.keyDown(seats[5]!, { key: "Home" });
  expect(document.activeElement).toBe(seats[0]);
});

test("other keys do not move the circle", () => {
  expect(step("a", 2, 6)).toBeNull();
  expect(step("ArrowRight", 5, 6)).toBe(0);
  expect(step("End", 0, 6)).toBe(5);
});

test("pressing a seat says whose it is", () => {
  const onSeat = vi.fn();
  show({ onSeat });
  fireEvent.click(screen.getByRole("button", { name: /^Yuli/ }));
  expect(onSeat).toHaveBeenCalledExactlyOnceWith("d");
});

test("the middle says who holds and how many nod, and no digits of time", () => {
  show({ nodding: new Set(["e", "c"]) });
  const core = document.querySelector(".core")!;
  expect(core.textContent).toContain("the stick is with Bima");
  expect(core.textContent).toContain("2 people are nodding");
  expect(core.textContent?.replace(/2/g, "")).not.toMatch(/\d/);
});

test("nods turned off are not shown", () => {
  show({ meeting: { ...meeting, nods_off: true }, nodding: new Set(["e"]) });
  expect(document.querySelector(".nods, .flag--nod")).toBeNull();
});

test.each([
  [{ stick: { kind: "offered", member_id: "b", started: null, soft_limit: null } }, "the stick is for Bima"],
  [{ stick: { kind: "offered", member_id: "c", started: null, soft_limit: null } }, "the stick is for you Want it?"],
  [{ stick: { kind: "held", member_id: "c", started: 1, soft_limit: 2 } }, "your turn No rush"],
  [{ stick: { kind: "place_held", member_id: "b", started: null, soft_limit: null } }, "place kept for Bima"],
  [{ stick: { kind: "resting", member_id: null, started: null, soft_limit: null } }, "stick in the middle Anyone?"],
  [{ paused: true }, "we have paused One moment"],
] as [Partial<MeetingView>, string][])("the middle of %j says '%s'", (change, words) => {
  show({ meeting: { ...meeting, ...change } });
  expect(document.querySelector(".core__said")?.textContent).toBe(words);
});

test("the arc fills by the server's time and stays full, never over", () => {
  expect(gone(1000, 3000, 2000)).toBe(0.5);
  expect(gone(1000, 3000, 9000)).toBe(1);
  expect(gone(1000, 3000, 0)).toBe(0);
  expect(gone(null, null, 2000)).toBeNull();
});

test("the stick only ever travels clockwise, also past the top", () => {
  expect(travel(350, 10, true)).toBe(370);
  expect(travel(90, 80, true)).toBe(440);
  expect(travel(370, 10, true)).toBe(370);
});

test("a seat more does not send the stick all the way round", () => {
  expect(travel(90, 80, false)).toBe(80);
});

test("the stick goes on from where it was when somebody else holds it", () => {
  const { rerender } = show();
  const angle = () => parseFloat(document.querySelector<HTMLElement>(".stickarm")!.style.getPropertyValue("--rot"));
  let before = angle();
  for (const who of ["a", "f", "d", "c", "b"]) {
    rerender(<Ring meeting={{ ...meeting, stick: { ...meeting.stick, member_id: who } }} you={you} nodding={none} />);
    expect(angle()).toBeGreaterThan(before);
    before = angle();
  }
});

test("initials leave out how somebody is addressed", () => {
  expect(["Bu Sari", "Mas Adi", "Melati", "Bu", "A", "🌻 Bunga"].map(initials)).toEqual(["Sa", "Ad", "Me", "Bu", "A", "🌻"]);
});
