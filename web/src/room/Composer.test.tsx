import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Composer, MAX } from "./Composer";
import { draft, feed, link, meeting, you } from "./store";
import { aMeeting, aYou, fakeServer, fresh, held } from "./testing";

let asked: ReturnType<typeof fakeServer>["asked"];
beforeEach(() => {
  fresh();
  asked = fakeServer().asked;
  link.value = "live";
  you.value = aYou();
});
afterEach(cleanup);

const box = () => screen.getByRole<HTMLTextAreaElement>("textbox");

test("Enter sends, Shift+Enter does not, and the box is empty again", () => {
  meeting.value = aMeeting();
  render(<Composer />);
  fireEvent.input(box(), { target: { value: "halo semua" } });
  fireEvent.keyDown(box(), { key: "Enter", shiftKey: true });
  expect(asked).toEqual([]);
  fireEvent.keyDown(box(), { key: "Enter" });
  expect(asked).toMatchObject([{ event: "say", payload: { text: "halo semua" } }]);
  expect(draft.value).toBe("");
});

test("the browser is asked to remember nothing that is typed", () => {
  meeting.value = aMeeting();
  render(<Composer />);
  expect(box().getAttribute("autocomplete")).toBe("off");
  expect(box().closest("form")?.getAttribute("autocomplete")).toBe("off");
});

test("while somebody else holds there are four warm phrases and no box", () => {
  meeting.value = aMeeting({ stick: held("rina") });
  render(<Composer />);
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.getAllByRole("button")).toHaveLength(4);
  fireEvent.click(screen.getByRole("button", { name: "You are not alone." }));
  expect(asked).toMatchObject([{ event: "phrase", payload: { key: "warm.3" } }]);
});

test("while the stick is only offered nobody is said to be sharing", () => {
  meeting.value = aMeeting({ stick: { ...held("rina"), kind: "offered" } });
  render(<Composer />);
  expect(screen.getByText(/The stick is being offered/)).toBeTruthy();
  expect(screen.queryByText(/Someone is sharing/)).toBeNull();
});

test("an observer gets neither the box nor the phrases, but a kind reason", () => {
  meeting.value = aMeeting({ stick: held("rina") });
  you.value = aYou({ role: "observer" });
  render(<Composer />);
  expect(screen.queryAllByRole("button")).toEqual([]);
  expect(screen.getByText(/Observers listen/)).toBeTruthy();
});

test("the count stays quiet until the end is near, and too much is not sent", () => {
  meeting.value = aMeeting();
  render(<Composer />);
  fireEvent.input(box(), { target: { value: "a".repeat(1000) } });
  expect(screen.getByRole("status").textContent).toBe("");
  fireEvent.input(box(), { target: { value: "a".repeat(MAX - 10) } });
  expect(screen.getByRole("status").textContent).toContain("10");
  fireEvent.input(box(), { target: { value: "a".repeat(MAX + 3) } });
  expect(screen.getByRole("status").textContent).toContain("3");
  fireEvent.keyDown(box(), { key: "Enter" });
  expect(asked).toEqual([]);
});

test("a draft is kept through a lost connection, and Enter sends nothing meanwhile", () => {
  meeting.value = aMeeting();
  draft.value = "half a thought";
  link.value = "offline";
  render(<Composer />);
  fireEvent.keyDown(box(), { key: "Enter" });
  expect(draft.value).toBe("half a thought");
  expect(feed.value).toEqual([]);
});

test("the holder in another tab finds the way here instead of the box", () => {
  meeting.value = aMeeting({ stick: held("me") });
  you.value = aYou({ speaks_from: "another" });
  render(<Composer />);
  expect(screen.queryByRole("textbox")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Speak from here" }));
  expect(asked.map((one) => one.payload.command)).toEqual([{ type: "speak_here" }]);
});

test("who is asked to listen reads why, and a draft waits", () => {
  meeting.value = aMeeting({ floor: "open" });
  you.value = aYou({ quietened: true });
  draft.value = "half a thought";
  render(<Composer />);
  expect(screen.getByText(/You are listening for now/).textContent).toContain("What you typed stays");
  expect(screen.queryAllByRole("button")).toEqual([]);
});
