import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sheet } from "../room/sheets";
import { link, meeting, onYou, soundGone } from "../room/store";
import { aMeeting, aYou, fresh, held } from "../room/testing";
import { turnOff, turnOn } from "./session";
import { guard } from "./speaking";
import { line, mic, over, trouble } from "./state";
import { Strip } from "./Strip";
import { fakeBrowser, FakePeer, settle, soundServer, type FakeMedia, type SoundServer } from "./testing";

let server: SoundServer;
let media: FakeMedia;
let unguard: () => void;
const button = (name: string) => screen.getByRole("button", { name });
const buttons = () => screen.queryAllByRole("button").map((one) => one.getAttribute("aria-label") ?? one.textContent);
async function join(only: boolean): Promise<void> {
  await turnOn(only);
  await settle();
  FakePeer.last.become("connected");
}

beforeEach(() => {
  fresh();
  sheet.value = null;
  media = fakeBrowser();
  server = soundServer();
  meeting.value = aMeeting({ stick: held("me") });
  onYou(aYou());
  link.value = "live";
  trouble.value = over.value = null;
  unguard = guard();
});
afterEach(() => {
  cleanup();
  turnOff();
  unguard();
});

describe("the strip", () => {
  test("off, is one button that opens the sheet and begins nothing", () => {
    render(<Strip />);
    fireEvent.click(button("Turn voice on"));
    expect([sheet.value?.name, server.asked.length, line.value]).toEqual(["voice", 0, "off"]);
  });

  test("listening only, offers a microphone to the holder by way of the sheet", async () => {
    await join(true);
    render(<Strip />);
    expect(screen.getByText("You are only listening.")).toBeTruthy();
    fireEvent.click(button("Use a microphone"));
    expect([sheet.value?.name, media.asked.length]).toEqual(["voice", 0]);
  });

  test("while another holds there is no button to press in vain", async () => {
    meeting.value = aMeeting({ stick: held("rina") });
    await join(false);
    render(<Strip />);
    expect(buttons()).toEqual(["Sound settings"]);
  });

  test("holding, it says that the microphone is still closed; a press opens it and says who hears", async () => {
    await join(false);
    render(<Strip />);
    expect(screen.getByText("Your turn. Your microphone is still closed.")).toBeTruthy();
    fireEvent.click(button("Open microphone"));
    expect(await screen.findByText("Voice is on, others can hear you")).toBeTruthy();
    expect(document.querySelector(".is-sounding")).toBeTruthy();
    fireEvent.click(button("Close microphone"));
    expect(mic.value).toBe("closed");
  });

  test("held by a finger it is open until the finger lifts, wherever that is", async () => {
    await join(false);
    render(<Strip />);
    fireEvent.pointerDown(button("Hold to talk"), { button: 0, pointerId: 1 });
    await screen.findByText("Voice is on, others can hear you");
    expect(mic.value).toBe("held");
    fireEvent.pointerUp(button("Let go to stop"), { pointerId: 1 });
    expect(mic.value).toBe("closed");
  });

  test.each([" ", "Enter"])("held by the key '%s' it is open until the key lifts, and a repeat is no second press", async (key) => {
    await join(false);
    render(<Strip />);
    fireEvent.keyDown(button("Hold to talk"), { key });
    fireEvent.keyDown(button("Hold to talk"), { key, repeat: true });
    await vi.waitFor(() => expect(mic.value).toBe("held"));
    fireEvent.keyUp(await screen.findByRole("button", { name: "Let go to stop" }), { key });
    expect([mic.value, media.given.length]).toEqual(["closed", 1]);
  });

  test("a press that something else takes away lets go", async () => {
    await join(false);
    render(<Strip />);
    fireEvent.pointerDown(button("Hold to talk"), { button: 0, pointerId: 1 });
    await vi.waitFor(() => expect(mic.value).toBe("held"));
    fireEvent.pointerCancel(await screen.findByRole("button", { name: "Let go to stop" }), { pointerId: 1 });
    expect(mic.value).toBe("closed");
  });

  test("a turn that ends under the finger closes it, and the finger opens nothing more", async () => {
    await join(false);
    render(<Strip />);
    fireEvent.pointerDown(button("Hold to talk"), { button: 0, pointerId: 1 });
    await vi.waitFor(() => expect(mic.value).toBe("held"));
    meeting.value = aMeeting({ stick: held("rina") });
    await vi.waitFor(() => expect(buttons()).toEqual(["Sound settings"]));
    expect(mic.value).toBe("closed");
  });

  test("refused by the browser, it says that writing is enough and can be tried again", async () => {
    media.refuse = "NotAllowedError";
    await join(false);
    render(<Strip />);
    fireEvent.click(button("Open microphone"));
    expect(await screen.findByText("Voice is not allowed yet. Writing is enough.")).toBeTruthy();
    expect(buttons()).toContain("Open microphone");
  });

  test("moved to another tab, it says so and can be moved here", async () => {
    await join(true);
    render(<Strip />);
    soundGone.value = { ticket: "t1", why: "moved" };
    expect(await screen.findByText("The sound is in another tab or device now.")).toBeTruthy();
    fireEvent.click(button("Move it here"));
    await vi.waitFor(() => expect(server.joined).toBe(2));
  });

  test("on a facilitator's side, stepping in is offered beside a holder", async () => {
    onYou(aYou({ member_id: "fac", role: "facilitator" }));
    meeting.value = aMeeting({ stick: held("rina") });
    await join(false);
    render(<Strip />);
    fireEvent.click(button("Step in gently"));
    await vi.waitFor(() => expect(server.asked.at(-1)?.payload.command).toEqual({ type: "interject", on: true }));
    meeting.value = aMeeting({ stick: held("rina"), interjecting: ["fac"] });
    expect(await screen.findByText("Voice is on, others can hear you")).toBeTruthy();
  });
});
