import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import id from "@locales/id.json";
import { setWords } from "../words";
import { Prompt } from "./Prompt";
import { meeting, onYou } from "./store";
import { aMeeting, aYou, fresh, held, seat, wording } from "./testing";

beforeEach(() => {
  fresh();
  onYou(aYou());
});
afterEach(cleanup);

const show = (change: Parameters<typeof aMeeting>[0]) => {
  meeting.value = aMeeting(change);
  render(<Prompt />);
};

test("the question is read in the language of the screen", () => {
  show({ prompt: wording("Apa kabar?", "How are you?") });
  expect(screen.getByText("How are you?").lang).toBe("");
  cleanup();
  setWords("id", id);
  show({ prompt: wording("Apa kabar?", "How are you?") });
  expect(screen.getByText("Apa kabar?")).toBeTruthy();
});

test("a question in one language alone is read in that one", () => {
  show({ prompt: wording("Apa kabar?", "") });
  // And read aloud as what it is, on a screen in another one.
  expect(screen.getByText("Apa kabar?").lang).toBe("id");
});

const FAC = seat("fac", { role: "facilitator" });

test.each([
  ["you and one other", [FAC, seat("me")], "Only you and FAC so far. Others may still come."],
  ["a facilitator and people who listen", [FAC, seat("me", { role: "observer" }), seat("awan", { role: "observer" })],
    "Everyone here is listening. Nobody has to speak."],
  ["a circle", [FAC, seat("me"), seat("rina")], "Welcome, ME. Have a seat, just listen for now."],
  ["a circle of which most are out", [FAC, seat("me"), seat("rina", { presence: "away" })],
    "Only you and FAC so far. Others may still come."],
] as const)("while people gather the words fit %s", (_, seats, words) => {
  show({ phase: "gathering", round: null, seats: [...seats] });
  expect(screen.getByText(words)).toBeTruthy();
});

test("everybody sees that those who passed are asked again, and nobody who they are", () => {
  show({ inviting: true, round: null, prompt: wording("x", "How are you?") });
  expect(screen.getByText("Would anybody who passed like a turn now?")).toBeTruthy();
});

test.each([
  ["not_yet", "rina", null],
  ["soon", "rina", "We will close gently soon."],
  ["due", "rina", "It is time to go home. Who holds the stick finishes first."],
  ["due", "me", "It is time to go home, but finish your story first."],
] as const)("the end, %s, with the stick at %s", (ending, who, words) => {
  show({ ending, stick: held(who) });
  const lines = ["We will close", "It is time"].map((start) => screen.queryByText(new RegExp(`^${start}`)));
  expect(lines.find((line) => line !== null)?.textContent ?? null).toBe(words);
});

test("alone here, a person reads that the others are waited for", () => {
  show({ seats: [seat("me"), seat("rina", { presence: "away" })] });
  expect(screen.getByText(/You are the only one here/)).toBeTruthy();
});
