import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ReportSheet } from "./ReportSheet";
import { sheet } from "./sheets";
import { feed, meeting, you, type Words } from "./store";
import { aMeeting, aSaid, aYou, fresh } from "./testing";

const sent: { path: string; body: unknown }[] = [];
let answer: () => Promise<Response>;

beforeEach(() => {
  fresh();
  sent.length = 0;
  answer = () => Promise.resolve(Response.json({ ok: true }));
  vi.stubGlobal("fetch", (path: string, how: RequestInit) => {
    sent.push({ path, body: JSON.parse(String(how.body)) });
    return answer();
  });
  meeting.value = aMeeting();
  you.value = aYou();
  feed.value = [1, 2].map((n): Words => ({ ...aSaid(n), mine: false, state: "sent" }));
  sheet.value = { name: "report", memberId: null };
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const write = (text: string) => fireEvent.input(screen.getByRole("textbox"), { target: { value: text } });

test("what is ticked is shown word for word before it is sent, and nothing else is sent", async () => {
  render(<ReportSheet slug="duka" />);
  write("it hurt");
  fireEvent.click(screen.getByRole("checkbox", { name: /words 2/ }));
  press("Read it through before sending");
  expect(sent).toEqual([]);
  expect(screen.getByText("it hurt")).toBeTruthy();
  expect(screen.getByText("words 2")).toBeTruthy();
  expect(screen.queryByText("words 1")).toBeNull();
  press("Send the report");
  await screen.findByText("Sent, and locked until it is read.");
  expect(sent).toEqual([
    {
      path: "/c/duka/lapor",
      body: { report: "it hurt", reader: "facilitators", named: false, quotes: [{ name: "RINA", text: "words 2" }] },
    },
  ]);
});

test("a report about a facilitator is meant for the organiser from the start", () => {
  sheet.value = { name: "report", memberId: "fac" };
  render(<ReportSheet slug="duka" />);
  expect(screen.getByRole<HTMLInputElement>("radio", { name: /organiser/ }).checked).toBe(true);
});

test("before anything is typed it says who could read it and for how long", () => {
  render(<ReportSheet slug="duka" />);
  for (const words of [/At most 30 days/, /runs the machine of this place/, /is not told/]) expect(screen.getByText(words)).toBeTruthy();
});

test("nothing at all is no report", () => {
  render(<ReportSheet slug="duka" />);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: /Read it through/ }).disabled).toBe(true);
});

test("what could not be sent is said and stays, to be sent again", async () => {
  answer = () => Promise.reject(new TypeError("no network"));
  render(<ReportSheet slug="duka" />);
  write("it hurt");
  press("Read it through before sending");
  press("Send the report");
  await screen.findByText(/Not sent yet/);
  answer = () => Promise.resolve(Response.json({ ok: false, reason: "report.many" }, { status: 429 }));
  press("Send the report");
  await screen.findByText(/Many reports are waiting/);
  press("Change it");
  await waitFor(() => expect(screen.getByRole<HTMLTextAreaElement>("textbox").value).toBe("it hurt"));
});

test("a message that left the screen stays ticked", () => {
  render(<ReportSheet slug="duka" />);
  fireEvent.click(screen.getByRole("checkbox", { name: /words 1/ }));
  feed.value = [];
  press("Read it through before sending");
  expect(screen.getByText("words 1")).toBeTruthy();
});

test("no more than ten messages can be ticked", () => {
  feed.value = Array.from({ length: 11 }, (_, n): Words => ({ ...aSaid(n + 20), mine: false, state: "sent" }));
  render(<ReportSheet slug="duka" />);
  const boxes = screen.getAllByRole<HTMLInputElement>("checkbox", { name: /words/ });
  for (const box of boxes.slice(0, 10)) fireEvent.click(box);
  expect(boxes[10]?.disabled).toBe(true);
});
