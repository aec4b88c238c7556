import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { link, meeting, onYou } from "../room/store";
import { aMeeting, aYou, fresh, held } from "../room/testing";
import { captioning, captionsNo, startCaptions, stopCaptions, type Recogniser } from "./captions";
import { turnOff, turnOn } from "./session";
import { closeByHand, guard, openMicrophone } from "./speaking";
import { fakeBrowser, FakePeer, settle, soundServer, type SoundServer } from "./testing";

class FakeRecogniser {
  static last: FakeRecogniser & Recogniser;
  static available = vi.fn(() => Promise.resolve("available"));
  started: unknown[] = [];
  aborted = 0;
  constructor() {
    FakeRecogniser.last = this as unknown as FakeRecogniser & Recogniser;
  }
  start = (track?: unknown) => void this.started.push(track);
  abort = () => void (this.aborted += 1);
}
Object.assign(FakeRecogniser.prototype, { processLocally: false });

const hears = (text: string, isFinal = true) =>
  FakeRecogniser.last.onresult?.({ resultIndex: 0, results: [{ isFinal, 0: { transcript: text } }] });

let server: SoundServer;
let unguard: () => void;
const said = () => server.asked.filter((one) => one.event === "say").map((one) => one.payload.text);

beforeEach(async () => {
  fresh();
  fakeBrowser();
  server = soundServer();
  vi.stubGlobal("SpeechRecognition", FakeRecogniser);
  FakeRecogniser.available.mockResolvedValue("available");
  meeting.value = aMeeting({ stick: held("me") });
  onYou(aYou());
  link.value = "live";
  unguard = guard();
  await turnOn(false);
  await settle();
  FakePeer.last.become("connected");
});
afterEach(() => {
  turnOff();
  unguard();
  vi.unstubAllGlobals();
});

describe("captions can be had", () => {
  test("where the device itself has the language", async () => {
    expect(await captionsNo()).toBeNull();
    expect(FakeRecogniser.available).toHaveBeenCalledWith({ langs: ["en-GB"], processLocally: true });
  });

  test("not where the language is not there", async () => {
    FakeRecogniser.available.mockResolvedValue("downloadable");
    expect(await captionsNo()).toBe("language");
  });

  test("not where the browser has no recogniser, or one that might send the sound away", async () => {
    vi.stubGlobal("SpeechRecognition", class {});
    expect(await captionsNo()).toBe("browser");
    vi.stubGlobal("SpeechRecognition", undefined);
    expect(await captionsNo()).toBe("browser");
  });
});

test("do not begin while the microphone is closed", () => {
  startCaptions();
  expect(captioning.value).toBe(false);
});

test("what was said is sent as ordinary words, on this device and from the same microphone", async () => {
  await openMicrophone("open");
  startCaptions();
  expect(FakeRecogniser.last).toMatchObject({ processLocally: true, interimResults: false, lang: "en-GB" });
  expect(FakeRecogniser.last.started.length).toBe(1);
  hears("  good evening ");
  hears("not fini", false);
  hears("   ");
  expect(said()).toEqual(["good evening"]);
});

test("end with the microphone, and have to be asked for again", async () => {
  await openMicrophone("open");
  startCaptions();
  const first = FakeRecogniser.last;
  closeByHand();
  await settle();
  expect([captioning.value, first.aborted, first.onresult]).toEqual([false, 1, null]);
  await openMicrophone("open");
  expect(captioning.value).toBe(false);
});

test("go on after a silence, and stop when they are turned off", async () => {
  await openMicrophone("open");
  startCaptions();
  FakeRecogniser.last.onend?.();
  expect(FakeRecogniser.last.started.length).toBe(2);
  stopCaptions();
  await settle();
  expect(FakeRecogniser.last.aborted).toBe(1);
});

test("what may not be said now is dropped", async () => {
  await openMicrophone("open");
  startCaptions();
  const late = FakeRecogniser.last.onresult;
  meeting.value = aMeeting({ stick: held("rina") });
  late?.({ resultIndex: 0, results: [{ isFinal: true, 0: { transcript: "too late" } }] });
  expect(said()).toEqual([]);
});
