import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { HandingView } from "../wire.gen";
import { HandingSheet, TakeOn } from "./Handing";
import { SettingsSheet } from "./Settings";
import { sheet } from "./sheets";
import { meeting, onYou, writing } from "./store";
import { aMeeting, aYou, fakeServer, fresh, held } from "./testing";

let asked: ReturnType<typeof fakeServer>["asked"];
const commands = () => asked.map((one) => one.payload.command);
const handing = (change: Partial<HandingView> = {}): HandingView => ({ to: "me", by: "fac", stay: true, ...change });

beforeEach(() => {
  fresh();
  sheet.value = null;
  asked = fakeServer().asked;
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  meeting.value = aMeeting();
  onYou(aYou());
});
afterEach(cleanup);

function show() {
  render(
    <>
      <TakeOn />
      <HandingSheet />
    </>,
  );
}

test.each([
  ["together", handing(), /FAC asks you to hold the circle together/],
  ["instead", handing({ stay: false }), /FAC would like to hand the circle over to you/],
  ["because nobody is there", handing({ by: null }), /No facilitator is here/],
])("asked to hold it %s, a person reads what that means", async (_, asks, words) => {
  show();
  onYou(aYou({ handing: asks }));
  expect(await screen.findByRole("dialog", { name: words })).toBeTruthy();
});

test.each([["Yes, I will hold it", true], ["Not tonight", false]])("'%s' answers at once", async (words, yes) => {
  show();
  onYou(aYou({ handing: handing() }));
  fireEvent.click(await screen.findByRole("button", { name: words }));
  expect(commands()).toEqual([{ type: "take_on", yes }]);
  expect(sheet.value).toBeNull();
});

test.each([
  ["who holds the stick", () => (meeting.value = aMeeting({ stick: held("me") }))],
  ["who writes", () => (writing.value = true)],
  ["who reads another sheet", () => (sheet.value = { name: "help" })],
])("%s is not interrupted, and finds the question at the thumb", async (_, busy) => {
  busy();
  const before = sheet.value;
  show();
  onYou(aYou({ handing: handing() }));
  fireEvent.click(await screen.findByRole("button", { name: "Answer" }));
  expect(before?.name).not.toBe("handing");
  expect(await screen.findByRole("button", { name: "Not tonight" })).toBeTruthy();
});

test("put away without an answer, the question stays at the thumb", async () => {
  show();
  onYou(aYou({ handing: handing() }));
  fireEvent.click(await screen.findByRole("button", { name: "Close" }));
  expect(commands()).toEqual([]);
  expect(await screen.findByRole("button", { name: "Answer" })).toBeTruthy();
});

test("taken back, the question goes away", async () => {
  show();
  onYou(aYou({ handing: handing() }));
  await screen.findByRole("dialog");
  onYou(aYou());
  await expect.poll(() => screen.queryByRole("dialog")).toBeNull();
  await expect.poll(() => sheet.value).toBeNull();
  expect(screen.queryByRole("button", { name: "Answer" })).toBeNull();
});

test("who was named to hold the circle in need finds it in their menu, nobody else does", async () => {
  sheet.value = { name: "settings" };
  render(<SettingsSheet />);
  expect(screen.queryByText(/Be ready to hold/)).toBeNull();
  onYou(aYou({ successor: true }));
  expect(await screen.findByText(/Be ready to hold/)).toBeTruthy();
});
