// The room in a language that nobody speaks: whatever stays readable was never in a catalogue.
import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import en from "@locales/en.json";
import { GatePage } from "./room/Gate";
import { Room, type RoomPlaces } from "./room/Room";
import { sheet } from "./room/sheets";
import { link, meeting, onFacilitating, onYou } from "./room/store";
import { aFacilitating, aMeeting, aPerson, aYou, fakeServer, fresh, held, offeredTo } from "./room/testing";
import { setWords } from "./words";

const PLACES: RoomPlaces = {
  slug: "rabu", title: "Rabu", help: "/bantuan", lobby: "/l", after: "/a", circle: "/c/rabu", pledge: "/c/rabu/masuk",
};
/** People and the circle are called as they call themselves, whatever the language. */
const NAMES = /Orang tua tunggal|Lingkar|Rabu|FAC|ME|RINA|AWAN|Indonesia|English|Bahasa|Shift|Esc|Tab|119 ext/g;
const strange = Object.fromEntries(Object.entries(en).map(([key, words]) => [key, marked(words)]));

/** Every letter of the words in another shape; what is filled in stays as it is. */
function marked(words: string): string {
  return words.replace(/\{\w+\}|[a-z]/gi, (one) => (one.length > 1 ? one : one === one.toLowerCase() ? "ø" : "Ø"));
}

/** What a person sees or hears that is still in plain letters. */
function plain(root: Element): string[] {
  const said: string[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) said.push(walker.currentNode.textContent ?? "");
  for (const one of root.querySelectorAll("*")) {
    for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"]) said.push(one.getAttribute(name) ?? "");
  }
  return said.filter((words) => /[a-z]{2,}/i.test(words.replace(NAMES, "")));
}

beforeEach(() => {
  fresh();
  sheet.value = null;
  link.value = "live";
  fakeServer();
  setWords("qps", strange);
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
});
afterEach(() => {
  cleanup();
  setWords("en", en);
});

test.each([
  ["somebody listening", {}, {}],
  ["the holder", { stick: held("me") }, { turn_id: "t" }],
  ["somebody who is offered the stick", { stick: offeredTo("me") }, { offered: true }],
  ["somebody who stepped out", { stick: held("rina") }, { presence: "stepped_out" }],
  ["an observer", { phase: "closing" }, { role: "observer" }],
] as const)("the room of %s says nothing but what its catalogue says", (_, now, me) => {
  meeting.value = aMeeting(now);
  onYou(aYou(me));
  const { container } = render(<Room places={PLACES} />);
  expect(container.textContent?.length).toBeGreaterThan(40);
  expect(plain(container)).toEqual([]);
});

test("the console says nothing but what its catalogue says", async () => {
  meeting.value = aMeeting({ stick: held("rina") });
  onYou(aYou({ role: "facilitator", member_id: "fac" }));
  onFacilitating(aFacilitating({ turn_id: "t", people: [aPerson("rina"), aPerson("me")], order: ["me"] }));
  const { container } = render(<Room places={PLACES} />);
  await screen.findByText(strange["fac.agenda"] ?? "");
  expect(plain(container)).toEqual([]);
});

test.each(["not_signed_in", "removed", "banned", "ended", "old_client"] as const)("a closed door says so: %s", (reason) => {
  const { container } = render(<GatePage why={reason} places={PLACES} />);
  expect(plain(container)).toEqual([]);
});
