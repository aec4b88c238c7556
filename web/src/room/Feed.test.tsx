import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Feed } from "./Feed";
import { feed, meeting, notice, onJoined, onSaid, you } from "./store";
import { aMeeting, aSaid, aYou, fakeServer, fresh } from "./testing";

beforeEach(() => {
  fresh();
  meeting.value = aMeeting();
  you.value = aYou();
  onJoined({ member_id: "me", epoch: 1, seq: 0, seated: true, release: "" });
});
afterEach(cleanup);

test("words are shown as text, whatever they contain", () => {
  onSaid(aSaid(1, { text: "<img src=x onerror=alert(1)>" }));
  render(<Feed />);
  expect(document.querySelector("img")).toBeNull();
  expect(screen.getByRole("log").textContent).toContain("<img src=x");
});

test("with one line more the ones before are not drawn anew", async () => {
  let read = 0;
  const counted = { ...aSaid(1), mine: false, state: "sent" as const, get name() {
    read += 1;
    return "Rina";
  } };
  feed.value = [counted];
  render(<Feed />);
  const before = read;
  expect(before).toBeGreaterThan(0);
  feed.value = [...feed.value, { ...aSaid(2), mine: false, state: "sent" }];
  await vi.waitFor(() => expect(document.querySelectorAll(".line")).toHaveLength(2));
  expect(read).toBe(before);
});

test("however long the evening, the page holds the newest four hundred lines", () => {
  for (let n = 1; n <= 450; n++) onSaid(aSaid(n, { text: `word ${n}.` }));
  render(<Feed />);
  const lines = [...screen.getByRole("log").children];
  expect(lines).toHaveLength(400);
  expect(lines.at(0)?.textContent).toContain("word 51.");
  expect(lines.at(-1)?.textContent).toContain("word 450.");
});

test("a gap is one quiet line in the log", () => {
  onSaid(aSaid(1));
  onSaid(aSaid(4));
  render(<Feed />);
  expect(screen.getByText("Some words were missed here.")).toBeTruthy();
});

test("own words can be taken back with a button, other people's cannot", async () => {
  const { asked } = fakeServer();
  onSaid(aSaid(1, { member_id: "me", name: "ME" }));
  onSaid(aSaid(2));
  render(<Feed />);
  const buttons = screen.getAllByRole("button", { name: /Take back/ });
  expect(buttons).toHaveLength(1);
  fireEvent.click(buttons[0] as HTMLElement);
  await vi.waitFor(() => expect(feed.value).toHaveLength(1));
  expect(asked).toMatchObject([{ event: "retract", payload: { id: "id-1" } }]);
});

test("a facilitator may hide anybody's words", () => {
  you.value = aYou({ role: "facilitator" });
  onSaid(aSaid(1));
  render(<Feed />);
  expect(screen.getByRole("button", { name: /Hide/ })).toBeTruthy();
});

test("a screen reader is told new words, not what may be done with them, nor what became of whom", () => {
  onSaid(aSaid(1, { member_id: "me", name: "ME" }));
  notice("told.admitted", { name: "Tono" });
  render(<Feed />);
  expect(screen.getByText("Tono has joined.").getAttribute("aria-live")).toBe("off");
  expect(screen.getByRole("button", { name: /Take back/ }).getAttribute("aria-live")).toBe("off");
});

test("a phrase is shown in the reader's own language", () => {
  onSaid(aSaid(1, { kind: "phrase", text: "warm.3" }));
  render(<Feed />);
  expect(screen.getByText(/You are not alone/)).toBeTruthy();
});
