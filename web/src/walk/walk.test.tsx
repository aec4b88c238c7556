import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { walked } from "../room/settings";
import { Room, type RoomPlaces } from "../room/Room";
import { hearing } from "../room/hearing";
import { sheet } from "../room/sheets";
import { link, meeting, writing, you } from "../room/store";
import { aMeeting, aYou, fakeServer, fresh, held, offeredTo } from "../room/testing";
import { walk, walkAgain } from "../room/walking";

const PLACES: RoomPlaces = {
  slug: "rabu", title: "Rabu", help: "/bantuan", lobby: "/l", after: "/a", circle: "/c/rabu", pledge: "/c/rabu/masuk",
};

beforeEach(() => {
  fresh();
  fakeServer();
  walked.value = [];
  walk.value = null;
  sheet.value = null;
  writing.value = false;
  link.value = "live";
  meeting.value = aMeeting({ phase: "gathering" });
  you.value = aYou();
});
afterEach(cleanup);

/** Somebody comes in, and looks at the room for a while. */
function enter(): void {
  vi.useFakeTimers();
  render(<Room places={PLACES} />);
  vi.advanceTimersByTime(10_000);
  vi.useRealTimers();
}
const offered = () => screen.findByRole("heading", { name: "First time here?" }, { timeout: 10_000 });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

test("a newcomer is offered a walk, goes it to the end and is not offered it again", async () => {
  enter();
  const heard = hearing(document);
  await offered();
  // The focus stays where it was, and nothing is said into the round.
  expect(document.activeElement).toBe(document.body);
  expect(heard()).toEqual([]);
  press("Yes");
  const seen: (string | null | undefined)[] = [];
  for (let step = 0; step < 5; step++) {
    seen.push(document.activeElement?.textContent);
    press("Next");
  }
  seen.push(document.activeElement?.textContent);
  expect(seen).toEqual(["The circle", "The stick", "Words", "Step out", "I need a hand", "Quick exit"]);
  press("Done");
  expect(document.activeElement?.id).toBe("isi");
  expect(walked.value).toEqual(["room"]);
});

test.each([
  ["no", () => press("No need")],
  ["Esc", () => fireEvent.keyDown(document.body, { key: "Escape" })],
])("the offer is turned down by %s, once and for all on this device", async (_, how) => {
  enter();
  await offered();
  await vi.waitFor(() => {
    if (walk.value) how();
    expect(screen.queryByRole("heading", { name: "First time here?" })).toBeNull();
  });
  expect(walked.value).toEqual(["room"]);
});

test.each([
  ["the stick is offered", () => {
    meeting.value = aMeeting({ stick: offeredTo("me"), version: 2 });
    you.value = aYou({ offered: true });
  }],
  ["it is soon their turn", () => (meeting.value = aMeeting({ stick: held("rina"), next: "me", version: 2 }))],
  ["they are asked to hold the circle", () => (you.value = aYou({ handing: { by: "fac", co: true } as never }))],
  ["the connection is lost", () => (link.value = "reconnecting")],
  ["they step out", () => (you.value = aYou({ presence: "stepped_out" }))],
])("the walk is out of the way at once when %s, and not ticked off", async (_, happens) => {
  enter();
  await offered();
  press("Yes");
  happens();
  await vi.waitFor(() => expect(document.querySelector(".walk")).toBeNull());
  expect(walked.value).toEqual([]);
});

test("nobody who holds the stick, or was shown round, is offered a walk", () => {
  walked.value = ["room"];
  enter();
  expect(walk.value).toBeNull();
  cleanup();
  walked.value = [];
  meeting.value = aMeeting({ stick: held("me"), version: 3 });
  enter();
  expect(walk.value).toBeNull();
});

test("from the menu it begins at its first step; a facilitator has a walk of their own", () => {
  walkAgain(aYou());
  expect(walk.value).toEqual({ of: "room", step: 0 });
  walkAgain(aYou({ role: "facilitator" }));
  expect(walk.value).toEqual({ of: "console", step: 0 });
});
