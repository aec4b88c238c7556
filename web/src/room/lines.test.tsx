import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Whispered } from "../wire.gen";
import { Actions } from "./Actions";
import { announcements, type Moment } from "./announce";
import { LineSheet } from "./LineSheet";
import { SeatSheet } from "./SeatSheet";
import { openSeat, sheet } from "./sheets";
import { link, meeting, onWhispered, onYou, openLine, quiets, toasts, unread, unreadIn, whisper, you } from "./store";
import { aFacilitating, aMeeting, aYou, fakeServer, fresh, seat } from "./testing";
import { forget } from "./store";

const OWN = { line: "facilitators", of: "me" } as const;

function written(n: number, change: Partial<Whispered> = {}): Whispered {
  return { id: `w-${n}`, line: "facilitators", of: "me", member_id: "fac", name: "FAC", text: `pelan ${n}`, ...change };
}

beforeEach(() => {
  fresh();
  sheet.value = null;
  link.value = "live";
  meeting.value = aMeeting();
  onYou(aYou());
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
});
afterEach(cleanup);

describe("memory", () => {
  test("an answer is unread until the thread is opened, and told once without its words", () => {
    onWhispered(written(1));
    onWhispered(written(1));
    expect(unreadIn(OWN)).toBe(1);
    expect(toasts.value.map((one) => one.text)).toEqual(["FAC wrote to you privately."]);
    openLine(OWN);
    expect(unreadIn(OWN)).toBe(0);
    onWhispered(written(2));
    expect(unreadIn(OWN)).toBe(0);
  });

  test("nothing is left of it once the page is being left", () => {
    onWhispered(written(1));
    forget();
    expect(quiets.value).toEqual([]);
    expect(unread.value.size).toBe(0);
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("pelan");
  });

  test("whoever facilitates no more keeps nothing that others wrote to the facilitators", () => {
    onYou(aYou({ role: "facilitator" }));
    onWhispered(written(1, { of: "rina", member_id: "rina" }));
    onYou(aYou({ role: "member" }));
    expect(quiets.value).toEqual([]);
    expect(unread.value.size).toBe(0);
  });

  test("facilitators have a badge and no toast", () => {
    onYou(aYou({ role: "facilitator" }));
    onWhispered(written(1, { of: "rina", member_id: "rina" }));
    expect(toasts.value).toEqual([]);
    expect(unread.value.size).toBe(1);
  });
});

describe("writing", () => {
  test("a member writes to the facilitators, a facilitator to that member", async () => {
    const { asked } = fakeServer();
    await whisper(OWN, " halo ");
    onYou(aYou({ member_id: "fac", role: "facilitator" }));
    await whisper({ line: "facilitators", of: "rina" }, "aku temani");
    expect(asked.map((one) => [one.event, one.payload.to, one.payload.text])).toEqual([
      ["whisper", null, "halo"], ["whisper", "rina", "aku temani"],
    ]);
  });

  test("a newcomer and their companion write to each other", async () => {
    const { asked } = fakeServer();
    onYou(aYou({ companion: "rina" }));
    await whisper({ line: "companion", of: "me" }, "hai");
    onYou(aYou({ newcomers: ["rina"] }));
    await whisper({ line: "companion", of: "rina" }, "hai juga");
    expect(asked.map((one) => one.payload.to)).toEqual(["rina", "rina"]);
  });

  test("what did not arrive says so, and is tried again under the same id", async () => {
    const { asked, transport } = fakeServer();
    transport.up = false;
    await whisper(OWN, "halo");
    expect(quiets.value[0]?.state).toBe("unsent");
    transport.up = true;
    openLine(OWN);
    render(<LineSheet />);
    fireEvent.click(screen.getByRole("button", { name: /Not sent/ }));
    await act(() => Promise.resolve());
    expect(asked[0]?.payload.id).toBe(quiets.value[0]?.id);
  });

  test("a refusal leaves the words in the field, and tells why", async () => {
    fakeServer(() => ({ ok: false, reason: "no_facilitator" }));
    openLine(OWN);
    render(<LineSheet />);
    const box = screen.getByLabelText("Write privately") as HTMLTextAreaElement;
    fireEvent.input(box, { target: { value: "halo" } });
    fireEvent.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() => expect(box.value).toBe("halo"));
    expect(quiets.value).toEqual([]);
    expect(toasts.value).toHaveLength(1);
  });
});

describe("beside the circle", () => {
  test("there is nothing for whom nothing goes on", () => {
    render(<Actions />);
    expect(document.querySelector(".quietly")).toBeNull();
  });

  test("a companion sees the call of their newcomer and has a line to them", () => {
    onYou(aYou({ newcomers: ["rina"], hands: [{ member_id: "rina", at: 1, taken_by: null }] }));
    render(<Actions />);
    expect(screen.getByText("RINA asks for a hand.")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /Write quietly to RINA/ }));
    expect(sheet.value).toEqual({ name: "line", line: "companion", of: "rina" });
  });

  test("a companion who facilitates is reached by the facilitators' line", () => {
    onYou(aYou({ companion: "fac" }));
    render(<SeatSheet />);
    act(() => openSeat("fac"));
    expect(screen.getByText("FAC is your companion, and a facilitator too.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Write quietly/ })).toBeNull();
  });

  test("a greeter has the door, with how many wait", () => {
    onYou(aYou({ waiting: [{ member_id: "x", name: "X", observer: false, first_visit: true, since: 0 }] }));
    render(<Actions />);
    fireEvent.click(screen.getByRole("button", { name: /Door: 1 waiting/ }));
    expect(sheet.value).toEqual({ name: "greet" });
  });

  test("a companion is told of the call at once, other members never", () => {
    const moment = (hands: boolean): Moment => ({
      meeting: aMeeting(), facilitating: null, link: "live",
      you: aYou({ hands: hands ? [{ member_id: "rina", at: 1, taken_by: null }] : [] }),
    });
    expect(announcements(moment(false), moment(true))).toEqual([
      { how: "urgent", kind: "hand", key: "tell.hand", who: "rina" },
    ]);
    expect(announcements(moment(false), moment(false))).toEqual([]);
    expect(aFacilitating().hands).toEqual([]);
    expect(seat("x").name).toBe("X");
    expect(you.value?.hands).toEqual([]);
  });
});
