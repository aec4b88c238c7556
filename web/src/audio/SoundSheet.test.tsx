import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sheet } from "../room/sheets";
import { link, meeting, onYou } from "../room/store";
import { aMeeting, aYou, fresh, held } from "../room/testing";
import { microphone, output } from "./devices";
import { BACK_MS } from "./loudness";
import { turnOff, turnOn } from "./session";
import { guard, openMicrophone } from "./speaking";
import { SoundSheet } from "./SoundSheet";
import { data, line, listenOnly, over, trouble } from "./state";
import { FakeAudioContext, fakeBrowser, FakePeer, settle, soundServer, type FakeMedia, type SoundServer } from "./testing";

let server: SoundServer;
let media: FakeMedia;
let unguard: () => void;
const button = (name: string) => screen.getByRole("button", { name });
const choose = (name: RegExp) => fireEvent.click(screen.getByRole("radio", { name }));

beforeEach(() => {
  fresh();
  media = fakeBrowser();
  vi.stubGlobal("AudioContext", FakeAudioContext);
  server = soundServer();
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  meeting.value = aMeeting({ stick: held("me") });
  onYou(aYou());
  link.value = "live";
  trouble.value = over.value = null;
  microphone.value = "";
  sheet.value = { name: "voice" };
  unguard = guard();
});
afterEach(() => {
  cleanup();
  turnOff();
  unguard();
  vi.useRealTimers();
});

describe("before the sound is on", () => {
  test("listening is chosen, no permission is asked for, and nothing is on yet", () => {
    render(<SoundSheet />);
    expect((screen.getByRole("radio", { name: /Listen only/ }) as HTMLInputElement).checked).toBe(true);
    expect([media.asked.length, server.asked.length, line.value]).toEqual([0, 0, "off"]);
  });

  test("turned on as it stands, it joins to listen and the sheet closes", async () => {
    render(<SoundSheet />);
    fireEvent.click(button("Turn sound on"));
    await settle();
    expect([sheet.value, media.asked.length]).toEqual([null, 0]);
    expect(server.asked[0]?.payload).toEqual({ listen_only: true });
  });

  test("'not now' leaves everything as it was", () => {
    render(<SoundSheet />);
    fireEvent.click(button("Not now"));
    expect([sheet.value, server.asked.length]).toEqual([null, 0]);
  });

  test("an observer is not asked about a microphone", async () => {
    onYou(aYou({ role: "observer" }));
    render(<SoundSheet />);
    expect(screen.queryByRole("radio")).toBeNull();
    fireEvent.click(button("Turn sound on"));
    await settle();
    expect(server.asked[0]?.payload).toEqual({ listen_only: true });
  });

  test("the microphone is asked for when its check is pressed, shows how loud it is, and is given back", async () => {
    render(<SoundSheet />);
    choose(/Listen and speak/);
    expect(media.asked).toEqual([]);
    fireEvent.click(button("Check the microphone"));
    const bar = await screen.findByRole("meter", { name: "How loud you are" });
    FakeAudioContext.level = 0.1;
    expect(await screen.findByText("You can be heard.")).toBeTruthy();
    expect(Number(bar.getAttribute("aria-valuenow"))).toBeGreaterThan(20);
    fireEvent.click(button("Done checking"));
    expect(screen.queryByRole("meter")).toBeNull();
    expect([media.given[0]?.readyState, FakeAudioContext.last?.closed]).toEqual(["ended", true]);
  });

  test("closing the sheet gives the microphone back too", async () => {
    render(<SoundSheet />);
    choose(/Listen and speak/);
    fireEvent.click(button("Check the microphone"));
    await screen.findByRole("meter");
    sheet.value = null;
    await vi.waitFor(() => expect(media.given[0]?.readyState).toBe("ended"));
  });

  test("what was said for three seconds is heard back in the three after", async () => {
    render(<SoundSheet />);
    choose(/Listen and speak/);
    fireEvent.click(button("Check the microphone"));
    await screen.findByRole("meter");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    fireEvent.click(button("Hear 3 seconds back"));
    const context = FakeAudioContext.last;
    expect([context?.delay?.delayTime.value, context?.gate?.gain.value]).toEqual([3, 1]);
    await vi.advanceTimersByTimeAsync(BACK_MS);
    // No longer listened to; what is in the delay comes out.
    expect(context?.gate?.gain.value).toBe(0);
    await vi.advanceTimersByTimeAsync(BACK_MS);
    expect(context?.delay?.connected).toBe(false);
  });

  test("a refused permission is told, and the sound can be turned on all the same", async () => {
    media.refuse = "NotAllowedError";
    render(<SoundSheet />);
    choose(/Listen and speak/);
    fireEvent.click(button("Check the microphone"));
    expect(await screen.findByText("Voice is not allowed yet. Writing is enough.")).toBeTruthy();
    fireEvent.click(button("Turn sound on"));
    await settle();
    expect(server.asked[0]?.payload).toEqual({ listen_only: false });
  });

  test("where it comes out can be chosen, and one's voice comes back from there", async () => {
    Object.defineProperty(HTMLMediaElement.prototype, "setSinkId", { value: () => Promise.resolve(), configurable: true });
    media.devices = ["speaker", "headset"].map((id) => ({ kind: "audiooutput" as const, deviceId: id, label: id }));
    render(<SoundSheet />);
    choose(/Listen and speak/);
    fireEvent.click(button("Check the microphone"));
    fireEvent.change(await screen.findByRole("combobox", { name: "Sound output" }), { target: { value: "headset" } });
    fireEvent.click(button("Hear 3 seconds back"));
    expect(FakeAudioContext.last?.sink).toBe("headset");
    output.value = "";
    Reflect.deleteProperty(HTMLMediaElement.prototype, "setSinkId");
  });

  test("another microphone can be chosen, and is the one that is tried", async () => {
    media.devices = ["built-in", "headset"].map((id) => ({ kind: "audioinput" as const, deviceId: id, label: id === "headset" ? "" : id }));
    render(<SoundSheet />);
    choose(/Listen and speak/);
    fireEvent.click(button("Check the microphone"));
    const list = await screen.findByRole("combobox", { name: "Microphone" });
    expect([...(list as HTMLSelectElement).options].map((one) => one.textContent)).toEqual(["Device default", "built-in", "Microphone 2"]);
    fireEvent.change(list, { target: { value: "headset" } });
    await vi.waitFor(() => expect(media.asked.at(-1)?.audio).toMatchObject({ deviceId: { exact: "headset" } }));
  });
});

describe("while the sound is on", () => {
  async function join(only: boolean): Promise<void> {
    await turnOn(only);
    await settle();
    FakePeer.last.become("connected");
  }

  test("tells how much data the last hour took", async () => {
    await join(true);
    data.value = { up: 1_200_000, down: 4_250_000 };
    render(<SoundSheet />);
    expect(screen.getByText("Received 4.3 MB")).toBeTruthy();
    expect(screen.getByText("Sent 1.2 MB")).toBeTruthy();
    data.value = { up: 0, down: 0 };
  });

  test("saving data joins anew with no way up, and back", async () => {
    await join(false);
    render(<SoundSheet />);
    fireEvent.click(screen.getByRole("switch", { name: /Save data/ }));
    await settle();
    expect([listenOnly.value, server.asked.filter((one) => one.event === "sound_join").at(-1)?.payload]).toEqual([true, { listen_only: true }]);
    fireEvent.click(screen.getByRole("switch", { name: /Save data/ }));
    await settle();
    expect(listenOnly.value).toBe(false);
  });

  test("where the device cannot recognise speech by itself, captions are off and the reason stands there", async () => {
    vi.stubGlobal("SpeechRecognition", undefined);
    await join(false);
    await openMicrophone("open");
    render(<SoundSheet />);
    const captions = await screen.findByRole("switch", { name: /Captions/ });
    expect((captions as HTMLInputElement).disabled).toBe(true);
    expect(screen.getByText("This browser cannot recognise speech on your own device.")).toBeTruthy();
  });

  test("over the room too it is in sight that others hear", async () => {
    await join(false);
    await openMicrophone("open");
    render(<SoundSheet />);
    expect(document.querySelector("dialog .sounding")?.textContent).toBe("Voice is on. Others can hear you.");
  });

  test("turning it off leaves", async () => {
    await join(true);
    render(<SoundSheet />);
    fireEvent.click(button("Turn sound off"));
    expect([line.value, sheet.value, server.asked.at(-1)?.event]).toEqual(["off", null, "sound_leave"]);
  });
});
