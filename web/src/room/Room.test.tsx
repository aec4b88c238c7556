import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import en from "@locales/en.json";
import id from "@locales/id.json";
import { setWords } from "../words";
import { Room, welcomeBack, type RoomPlaces } from "./Room";
import { sheet } from "./sheets";
import { gate, link, meeting, onFacilitating, onYou, toasts } from "./store";
import { aFacilitating, aMeeting, aPerson, aYou, fakeServer, fresh, held, offeredTo, seat } from "./testing";

const places: RoomPlaces = {
  slug: "rabu", title: "Rabu", help: "/bantuan", lobby: "/l", after: "/a", circle: "/c/rabu", pledge: "/c/rabu/masuk",
};
let asked: ReturnType<typeof fakeServer>["asked"];
const commands = () => asked.filter((one) => one.event === "command").map((one) => one.payload.command);

beforeEach(() => {
  fresh();
  sheet.value = null;
  link.value = "live";
  asked = fakeServer().asked;
  // The test's browser knows no dialogs over the page.
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
});
afterEach(cleanup);

describe("of a member", () => {
  test("changes its language in place", async () => {
    meeting.value = aMeeting();
    onYou(aYou());
    render(<Room places={places} />);
    expect(screen.getByRole("button", { name: "Ask for the stick" })).toBeTruthy();
    setWords("id", id);
    expect(await screen.findByRole("button", { name: "Minta tongkat" })).toBeTruthy();
    setWords("en", en);
  });

  test("stepped out, shows the break and no word of the room; back, it tells where things are", async () => {
    meeting.value = aMeeting({ stick: held("rina"), round: 2 });
    onYou(aYou({ presence: "stepped_out" }));
    render(<Room places={places} />);
    expect(screen.queryByRole("log")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Return to the circle" }));
    expect(commands()).toEqual([{ type: "come_back" }]);
    onYou(aYou({ ahead: "rina" }));
    expect(await screen.findByRole("log")).toBeTruthy();
    await vi.waitFor(() => expect(toasts.value[0]?.text).toBe("Welcome back. Round 2, you are after RINA."));
  });

  test.each([
    ["in the queue of an open order", { round: null }, { place: 2 }, "Welcome back. You are number 2."],
    ["with a turn to finish", { stick: held("rina") }, { unfinished: true }, "Welcome back. Your turn is not finished, the stick will come back."],
    ["while somebody holds", { stick: held("rina") }, {}, "Welcome back. RINA has the stick."],
    ["offered the stick, by the offer itself", { stick: offeredTo("me") }, { offered: true }, undefined],
  ] as const)("back %s, a person is told once and in private", (_, now, me, words) => {
    meeting.value = aMeeting(now);
    onYou(aYou(me));
    welcomeBack();
    expect(toasts.value.map((one) => one.text)).toEqual(words === undefined ? [] : [words]);
  });

  test("a call for a hand is sent from its sheet, which then says that they know", async () => {
    meeting.value = aMeeting();
    onYou(aYou());
    render(<Room places={places} />);
    sheet.value = { name: "hand" };
    const dialog = await screen.findByRole("dialog", { name: /Who may sit with you/ });
    expect(dialog.textContent).toContain("FAC");
    expect(dialog.textContent).toContain("119 ext 8");
    fireEvent.click([...dialog.querySelectorAll("button")].find((one) => one.textContent === "I need a hand")!);
    expect(commands()).toEqual([{ type: "need_hand" }]);
    onYou(aYou({ hand_sent: true }));
    expect(await screen.findByText("FAC will say hello in a moment.")).toBeTruthy();
  });

  test("without a network says so, and keeps the room in sight", () => {
    meeting.value = aMeeting();
    onYou(aYou());
    link.value = "offline";
    render(<Room places={places} />);
    expect(screen.getByText(/No network/)).toBeTruthy();
    expect(screen.getByRole("log")).toBeTruthy();
  });

  test("removed, gets a page with help lines and another way on", () => {
    gate.value = "removed";
    render(<Room places={places} />);
    expect(screen.getByRole("alert").textContent).toContain("ended your visit tonight");
    expect(screen.getByText("119 ext 8")).toBeTruthy();
    expect(screen.queryByRole("log")).toBeNull();
  });
});

describe("of a facilitator", () => {
  beforeEach(() => {
    meeting.value = aMeeting({
      stick: held("rina"), next: "tono",
      seats: [seat("fac", { role: "facilitator" }), seat("rina"), seat("tono"), seat("awan", { role: "observer" })],
    });
    onYou(aYou({ member_id: "fac", role: "facilitator" }));
    onFacilitating(
      aFacilitating({
        turn_id: "turn-9", order: ["tono"], people: [aPerson("rina"), aPerson("tono")], unheard: ["tono"],
        waiting: [{ member_id: "w", name: "Putri", observer: false, first_visit: true, since: 0 }],
        hands: [{ member_id: "tono", at: Date.now(), taken_by: null }],
      }),
    );
  });

  test("loads the console, with digits, the door and who needs care", async () => {
    render(<Room places={places} />);
    expect(await screen.findByRole("timer")).toBeTruthy();
    expect(screen.getByRole("button", { name: /1 at the door/ })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /^I will help/ }));
    fireEvent.click(screen.getByRole("button", { name: "Add 1 minute" }));
    expect(commands()).toEqual([
      { type: "take_hand", member_id: "tono", done: false },
      { type: "extend", turn_id: "turn-9", seconds: 60 },
    ]);
  });

  test("ending a turn asks once, thanks, and passes exactly this turn on", async () => {
    render(<Room places={places} />);
    fireEvent.click(await screen.findByRole("button", { name: "End the turn" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("The stick moves to TONO. RINA gets a thank you");
    expect(commands()).toEqual([]);
    fireEvent.click([...dialog.querySelectorAll("button")].find((one) => one.textContent === "End the turn")!);
    expect(commands()).toEqual([{ type: "pass_stick", turn_id: "turn-9", to: null }]);
  });

  test("closing names who was not heard before it closes", async () => {
    render(<Room places={places} />);
    // One in the bar of a laptop, one under the agenda of a phone; styles show one of them.
    fireEvent.click((await screen.findAllByRole("button", { name: "Close the circle" }))[0] as HTMLElement);
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("TONO");
    expect(commands()).toEqual([]);
    fireEvent.click([...dialog.querySelectorAll(".ways button")][0] as HTMLElement);
    expect(commands()).toEqual([{ type: "close" }]);
  });

  test("letting somebody in names that person alone", async () => {
    render(<Room places={places} />);
    fireEvent.click(await screen.findByRole("button", { name: /1 at the door/ }));
    fireEvent.click(await screen.findByRole("button", { name: "Let in, Putri" }));
    expect(commands()).toEqual([{ type: "admit", member_id: "w" }]);
  });

  test("removing says what everybody will see, and offers tonight or for good", async () => {
    render(<Room places={places} />);
    await screen.findByRole("timer");
    sheet.value = { name: "remove", memberId: "rina" };
    fireEvent.click(await screen.findByRole("button", { name: "Tonight only" }));
    expect(commands()).toEqual([{ type: "remove", member_id: "rina", ban: false, revoke: "nothing" }]);
  });
});
