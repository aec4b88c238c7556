import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { link, meeting, onYou, sounding, toasts } from "../room/store";
import { aMeeting, aYou, fresh, held, RESTING } from "../room/testing";
import { t } from "../words";
import { turnOff, turnOn } from "./session";
import { changeDevice, closeByHand, closeMicrophone, guard, openMicrophone, stepIn } from "./speaking";
import { line, mic, over, standing, trouble } from "./state";
import { fakeBrowser, FakePeer, settle, soundServer, type FakeMedia, type SoundServer } from "./testing";

let server: SoundServer;
let media: FakeMedia;
let unguard: () => void;
const commands = () => server.asked.filter((one) => one.event === "command").map((one) => one.payload.command);
const sent = () => FakePeer.last.sent.at(-1) ?? null;
let touch = false;

async function join(only = false): Promise<void> {
  await turnOn(only);
  await settle();
  FakePeer.last.become("connected");
}
const give = (who: string) => (meeting.value = aMeeting({ stick: held(who) }));
const hide = (state: "hidden" | "visible") => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  fresh();
  document.title = "Rabu";
  media = fakeBrowser();
  server = soundServer();
  touch = false;
  vi.stubGlobal("matchMedia", () => ({ matches: touch, addEventListener: () => undefined }));
  give("me");
  onYou(aYou());
  link.value = "live";
  trouble.value = null;
  unguard = guard();
  await join();
});
afterEach(() => {
  turnOff();
  unguard();
  over.value = null;
  hide("visible");
  vi.useRealTimers();
});

describe("the microphone", () => {
  test("stays closed when the stick comes", async () => {
    give("rina");
    give("me");
    await settle();
    expect([mic.value, media.asked.length, standing("playing")]).toEqual(["closed", 0, "sound.turn"]);
  });

  test("opens by a press, with what helps a voice, and everybody can tell", async () => {
    await openMicrophone("open");
    expect(media.asked[0]?.audio).toMatchObject({ echoCancellation: true, noiseSuppression: true, autoGainControl: true });
    expect([mic.value, sounding.value, standing("playing")]).toEqual(["open", true, "sound.open"]);
    expect(sent()).toBe(media.given[0]);
    expect(document.title).toBe("● Rabu");
  });

  test("closes by a press, and goes out", async () => {
    await openMicrophone("open");
    closeByHand();
    expect([mic.value, sounding.value, sent(), media.given[0]?.readyState]).toEqual(["closed", false, null, "ended"]);
    expect([document.title, toasts.value.length]).toEqual(["Rabu", 0]);
  });

  test("while pressed it is open, and between two words it stays in the hand", async () => {
    await openMicrophone("held");
    expect([mic.value, sounding.value]).toEqual(["held", true]);
    closeMicrophone(null);
    expect([sounding.value, sent(), media.given[0]?.readyState, media.given[0]?.enabled]).toEqual([false, null, "live", false]);
    await openMicrophone("held");
    expect([media.given.length, media.given[0]?.enabled]).toEqual([1, true]);
    give("rina");
    expect(media.given[0]?.readyState).toBe("ended");
  });

  test("the end of the turn closes it and says so", async () => {
    await openMicrophone("open");
    give("rina");
    expect([mic.value, sent(), media.given[0]?.readyState]).toEqual(["closed", null, "ended"]);
    expect(toasts.value.at(-1)?.text).toBe("Your microphone is closed. Now it is for the others.");
    give("me");
    expect(mic.value).toBe("closed");
  });

  test.each([
    ["a pause", "pause", () => (meeting.value = aMeeting({ stick: held("me"), paused: true }))],
    ["being quietened", "plain", () => onYou(aYou({ quietened: true }))],
    ["speaking from another tab", "plain", () => onYou(aYou({ speaks_from: "another" }))],
    ["a stick taken back", "floor", () => (meeting.value = aMeeting({ stick: RESTING }))],
    ["a lost line", "line", () => (link.value = "offline")],
    ["a room in trouble", "line", () => (link.value = "trouble")],
  ])("%s closes it too, and says which it was", async (_, why, happens) => {
    await openMicrophone("open");
    happens();
    expect([mic.value, sounding.value, media.given[0]?.readyState]).toEqual(["closed", false, "ended"]);
    expect(toasts.value.map((one) => one.text)).toEqual([t(`sound.closed.${why}`)]);
  });

  test("does not open for who may not be heard, who only listens, or while nothing is connected", async () => {
    give("rina");
    await openMicrophone("open");
    give("me");
    FakePeer.last.become("disconnected");
    await openMicrophone("open");
    turnOff();
    await join(true);
    await openMicrophone("open");
    expect([mic.value, media.asked.length]).toEqual(["closed", 0]);
  });

  test("a turn that ended while the browser asked opens nothing, and the device is given back", async () => {
    let answer = () => {};
    media.hold = new Promise((resolve) => (answer = resolve));
    const opening = openMicrophone("open");
    expect(standing("playing")).toBe("sound.opening");
    give("rina");
    answer();
    await opening;
    expect([mic.value, sounding.value, media.given[0]?.readyState, sent()]).toEqual(["closed", false, "ended", null]);
  });

  test("let go while the browser asked, it opens nothing", async () => {
    let answer = () => {};
    media.hold = new Promise((resolve) => (answer = resolve));
    const opening = openMicrophone("held");
    closeMicrophone(null);
    answer();
    await opening;
    expect([mic.value, media.given[0]?.readyState]).toEqual(["closed", "ended"]);
  });
});

describe("what goes wrong with it", () => {
  test.each([
    ["NotAllowedError", "denied", "st.micdenied"],
    ["NotFoundError", "missing", "sound.mic.missing"],
    ["NotReadableError", "busy", "sound.mic.busy"],
  ] as const)("%s is said, and listening goes on", async (name, what, key) => {
    media.refuse = name;
    await openMicrophone("open");
    expect([mic.value, trouble.value, standing("playing"), line.value]).toEqual(["closed", what, key, "up"]);
    media.refuse = null;
    await openMicrophone("open");
    expect([mic.value, trouble.value]).toEqual(["open", null]);
  });

  test("pulled out, it is closed and said", async () => {
    await openMicrophone("open");
    media.given[0]?.onended?.();
    expect([mic.value, sounding.value, standing("playing")]).toEqual(["closed", false, "sound.mic.lost"]);
  });

  test("a phone call closes it; after the call it stays closed until it is pressed", async () => {
    await openMicrophone("open");
    media.given[0]?.onmute?.();
    expect([mic.value, standing("playing")]).toEqual(["closed", "sound.mic.interrupted"]);
    await settle();
    expect(mic.value).toBe("closed");
    await openMicrophone("open");
    expect([mic.value, trouble.value]).toEqual(["open", null]);
  });

  test("a phone whose screen goes dark closes it; a laptop behind another window does not", async () => {
    await openMicrophone("open");
    hide("hidden");
    expect(mic.value).toBe("open");
    hide("visible");
    touch = true;
    hide("hidden");
    expect(mic.value).toBe("closed");
    expect(toasts.value.at(-1)?.text).toBe("Your screen was hidden, so your microphone was closed.");
  });

  test("a press that the window lost is let go", async () => {
    await openMicrophone("held");
    window.dispatchEvent(new Event("blur"));
    expect([mic.value, sounding.value]).toEqual(["closed", false]);
  });

  test("another device closes it: it would be another voice", async () => {
    await openMicrophone("open");
    changeDevice();
    expect([mic.value, media.given[0]?.readyState]).toEqual(["closed", "ended"]);
  });
});

describe("a facilitator who steps in", () => {
  beforeEach(() => {
    onYou(aYou({ member_id: "fac", role: "facilitator" }));
    give("rina");
  });
  const steppedIn = () => (meeting.value = aMeeting({ stick: held("rina"), interjecting: ["fac"] }));

  test("asks the circle and opens with one press, once the circle says so", async () => {
    await stepIn();
    expect([commands(), mic.value]).toEqual([[{ type: "interject", on: true }], "closed"]);
    steppedIn();
    await settle();
    expect(mic.value).toBe("open");
    closeByHand();
    expect([mic.value, commands().at(-1)]).toEqual(["closed", { type: "interject", on: false }]);
  });

  test("is not opened by a floor that comes much later", async () => {
    const clock = vi.spyOn(performance, "now");
    clock.mockReturnValue(1000);
    await stepIn();
    clock.mockReturnValue(9000);
    steppedIn();
    await settle();
    expect(mic.value).toBe("closed");
    clock.mockRestore();
  });
});
