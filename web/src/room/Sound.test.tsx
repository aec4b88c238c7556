// The door to the sound: what the room itself shows of it, with the sound's own code or without.
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { announcements, type Moment } from "./announce";
import { Composer } from "./Composer";
import { Ring } from "./Ring";
import { flagOf, marksOf, wordsOf } from "./seats";
import { sheet } from "./sheets";
import { SoundStrip } from "./Sound";
import { forget, heard, link, meeting, onHeard, onJoined, onYou, sounding, soundGone } from "./store";
import { aMeeting, aYou, fakeServer, fresh, held, seat } from "./testing";

beforeEach(() => {
  fresh();
  sheet.value = null;
  link.value = "live";
});
afterEach(cleanup);

const petal = (name: RegExp) => screen.getByRole("button", { name }).closest("li");

test("a circle that meets in writing has no door to the sound", () => {
  meeting.value = aMeeting({ sound: false });
  render(<SoundStrip />);
  expect(document.body.textContent).toBe("");
});

test("the door opens the sheet of the sound, and asks the server for nothing", async () => {
  const { asked } = fakeServer();
  meeting.value = aMeeting({ sound: true });
  onYou(aYou());
  render(<SoundStrip />);
  fireEvent.click(screen.getByRole("button", { name: "Turn voice on" }));
  await vi.waitFor(() => expect(sheet.value?.name).toBe("voice"), 15_000);
  expect(asked).toEqual([]);
  // Its code loads here, and a busy machine takes its time.
}, 20_000);

test("everybody sees who is heard: on the petal, in its words and on its flag", async () => {
  const now = aMeeting({ stick: held("rina") });
  onHeard({ slots: ["rina", null, null] });
  render(<Ring meeting={now} you={aYou()} nodding={new Set()} />);
  expect(petal(/RINA/)?.className).toContain("is-heard");
  expect(screen.getByRole("button", { name: "RINA, holding the stick, being heard" })).toBeTruthy();
  expect(document.querySelector(".flag--heard")).toBeTruthy();
  onHeard({ slots: ["me", null, null] });
  await vi.waitFor(() => expect(petal(/RINA/)?.className).not.toContain("is-heard"));
  expect(petal(/ME/)?.className).toContain("is-heard");
});

test("a call for a hand and a nod come before the wave", () => {
  const sight = { meeting: aMeeting(), you: aYou(), nodding: new Set(["rina"]), heard: new Set(["rina"]) };
  const marks = marksOf(seat("rina"), sight);
  expect(flagOf(marks, 1)?.kind).toBe("nod");
  expect(wordsOf(seat("rina"), marks)).toBe("RINA, being heard, nodding");
  expect(flagOf(marksOf(seat("rina"), { ...sight, nodding: new Set() }), 2)?.kind).toBe("heard");
});

test("who is heard is not told aloud; that others hear you is, at once", () => {
  const base: Moment = { meeting: aMeeting(), you: aYou(), facilitating: null, link: "live", sounding: false };
  expect(announcements(base, { ...base, sounding: true })).toEqual([
    { how: "urgent", kind: "floor", key: "room.voice.sr", who: null },
  ]);
  expect(announcements({ ...base, sounding: true }, { ...base, sounding: true })).toEqual([]);
  expect(announcements({ ...base, sounding: true }, base)).toEqual([]);
});

test("who speaks may write too, and is asked to for those who read", async () => {
  meeting.value = aMeeting({ stick: held("me") });
  onYou(aYou());
  render(<Composer />);
  expect(screen.getByPlaceholderText("Write to everyone")).toBeTruthy();
  sounding.value = true;
  expect(await screen.findByPlaceholderText("Write it here too")).toBeTruthy();
});

test("a new connection, and a page that is left, know of nobody who is heard", () => {
  onHeard({ slots: ["rina", null, null] });
  expect([...heard.value]).toEqual(["rina"]);
  onJoined({ member_id: "me", epoch: 1, seq: 0, seated: true, release: "" });
  expect([...heard.value]).toEqual([]);
  onHeard({ slots: ["rina", null, null] });
  sounding.value = true;
  soundGone.value = { ticket: "t", why: "lost" };
  forget();
  expect([heard.value.size, sounding.value, soundGone.value]).toEqual([0, false, null]);
});
