import { cleanup, render } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MeetingView, YouView } from "../wire.gen";
import { hearing } from "./hearing";
import { Room, type RoomPlaces } from "./Room";
import { walked } from "./settings";
import { facilitating, link, meeting, onGuide, onHeard, onNodded, you } from "./store";
import { aFacilitating, aGuide, aMeeting, aPerson, aYou, fakeServer, fresh, held } from "./testing";

const PLACES: RoomPlaces = {
  slug: "rabu", title: "Rabu", help: "/bantuan", lobby: "/l", after: "/a", circle: "/c/rabu", pledge: "/c/rabu/masuk",
};
const MINUTE = 60_000;

beforeEach(async () => {
  // What only facilitators load is here already: a clock that stands still brings nothing.
  await import("./facilitator/Console");
  vi.useFakeTimers();
  fresh();
  fakeServer();
  link.value = "live";
  walked.value = ["room", "console"];
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test.each([
  ["somebody who listens", { stick: held("rina") }, {}],
  ["whoever holds the stick", { stick: held("me") }, { turn_id: "t" }],
  ["an observer", { stick: held("rina") }, { role: "observer" }],
  ["a facilitator, who sees a clock", { stick: held("rina") }, { role: "facilitator" }],
] as const)("five minutes of somebody's turn are silent for %s", async (_, now: Partial<MeetingView>, me: Partial<YouView>) => {
  const began = Date.now();
  const stick = { ...(now.stick ?? held("rina")), started: began, soft_limit: began + 3 * MINUTE };
  meeting.value = aMeeting({ ...now, stick, now: began });
  you.value = aYou(me);
  onGuide(aGuide());
  if (me.role === "facilitator") facilitating.value = aFacilitating({ people: [aPerson("rina"), aPerson("me")], turn_id: "t" });
  const { container } = render(<Room places={PLACES} />);
  await vi.advanceTimersByTimeAsync(1000);
  expect(container.querySelector(".ring")).toBeTruthy();
  const heard = hearing(document);
  for (let minute = 0; minute < 5; minute++) {
    // Somebody nods, a voice comes and goes, and the time is full after three.
    onNodded(["rina"]);
    onHeard({ slots: minute % 2 ? ["rina", null, null] : [null, null, null] } as never);
    await vi.advanceTimersByTimeAsync(MINUTE);
  }
  expect(heard()).toEqual([]);
});
