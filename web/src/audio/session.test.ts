import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { link, meeting, onYou, soundGone, toasts } from "../room/store";
import { aMeeting, aYou, fresh, held } from "../room/testing";
import { hearing, unhush } from "./player";
import { turnOff, turnOn, tryNow, WAVER_MS } from "./session";
import { openMicrophone } from "./speaking";
import { data, line, mic, over, standing } from "./state";
import { FakeAudio, fakeBrowser, FakePeer, OFFER, settle, soundServer, type FakeMedia, type SoundServer } from "./testing";

let server: SoundServer;
let media: FakeMedia;
const events = () => server.asked.map((one) => one.event);
const joins = () => events().filter((one) => one === "sound_join").length;

/** On, and connected. */
async function listen(only = true): Promise<void> {
  await turnOn(only);
  await settle();
  FakePeer.last.become("connected");
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  fresh();
  media = fakeBrowser();
  server = soundServer();
  meeting.value = aMeeting({ stick: held("me") });
  onYou(aYou());
  link.value = "live";
});
afterEach(() => {
  turnOff();
  over.value = null;
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("joining", () => {
  test("to listen asks no permission and offers no way up", async () => {
    await listen();
    expect(media.asked).toEqual([]);
    expect(server.asked[0]).toEqual({ event: "sound_join", payload: { listen_only: true } });
    expect(FakePeer.last.transceivers[0]?.direction).toBe("inactive");
    expect(line.value).toBe("up");
    expect(standing("playing")).toBe("sound.listening.only");
  });

  test("to speak too asks no permission either, and sends nothing", async () => {
    await listen(false);
    expect(media.asked).toEqual([]);
    expect(FakePeer.last.transceivers[0]?.direction).toBe("sendonly");
    expect(FakePeer.last.sent).toEqual([]);
  });

  test("answers with the ticket, and with no address in it", async () => {
    await turnOn(true);
    const answer = server.asked.find((one) => one.event === "sound_answer");
    expect(answer?.payload.ticket).toBe("t1");
    expect(answer?.payload.sdp).not.toMatch(/192\.168|candidate/);
    expect(line.value).toBe("connecting");
  });

  test("plays the three voices in one element, and only the relays of the circle are used", async () => {
    await listen();
    const stream = FakeAudio.last?.srcObject as { tracks: unknown[] };
    expect(stream.tracks).toEqual(FakePeer.last.transceivers.slice(1).map((one) => one.receiver.track));
    expect(FakeAudio.last?.playing).toBe(true);
    expect(FakePeer.last.config.iceServers).toEqual([]);
  });

  test("says so where the circle meets in writing, and does not ask again", async () => {
    server = soundServer({ ok: false, reason: "no_sound" as never });
    await turnOn(true);
    expect([line.value, over.value]).toEqual(["off", "no_sound"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(joins()).toBe(1);
  });

  test("says so where the browser has no sound", async () => {
    vi.stubGlobal("RTCPeerConnection", undefined);
    await turnOn(true);
    expect([line.value, over.value]).toEqual(["off", "unsupported"]);
  });

  test("keeps asking while nothing answers, says it after a few, and a press asks at once", async () => {
    server = soundServer({ ok: false, reason: "sound_away" as never });
    await turnOn(true);
    expect(line.value).toBe("again");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(line.value).toBe("away");
    const before = joins();
    expect(before).toBeGreaterThan(3);
    server.joins = ["ok"];
    tryNow();
    await settle();
    FakePeer.last.become("connected");
    expect(line.value).toBe("up");
    expect(joins()).toBe(before + 1);
  });

  test("a connection that never comes up is begun again", async () => {
    await turnOn(true);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(joins()).toBe(2);
    expect(FakePeer.all[0]?.closed).toBe(true);
  });

  test("turned off before the answer came, it gives back what it was given", async () => {
    const joining = turnOn(true);
    turnOff();
    await joining;
    expect(events()).toEqual(["sound_join", "sound_leave"]);
    expect(FakePeer.all).toEqual([]);
  });

  test("a browser that holds the sound back is told of, and a tap lets it play", async () => {
    FakeAudio.refuse = true;
    await listen();
    expect(hearing.value).toBe("blocked");
    FakeAudio.refuse = false;
    await unhush();
    expect([hearing.value, FakeAudio.last?.playing]).toEqual(["playing", true]);
  });
});

describe("being joined", () => {
  test("turning it off leaves, closes and is silent", async () => {
    await listen();
    turnOff();
    expect(events().at(-1)).toBe("sound_leave");
    expect([line.value, over.value, FakePeer.last.closed, FakeAudio.last?.playing]).toEqual(["off", null, true, false]);
  });

  test("a network that comes back in time needs nothing", async () => {
    await listen();
    FakePeer.last.become("disconnected");
    expect(line.value).toBe("wavering");
    await vi.advanceTimersByTimeAsync(WAVER_MS - 100);
    FakePeer.last.become("connected");
    await vi.advanceTimersByTimeAsync(WAVER_MS);
    expect([line.value, joins()]).toEqual(["up", 1]);
  });

  test.each(["disconnected", "failed"] as const)("a network that is another one ('%s') is followed without joining anew", async (how) => {
    await listen(false);
    await openMicrophone("open");
    FakePeer.last.become(how);
    await settle();
    expect(FakePeer.last.createOffer.mock.calls).toEqual([[{ iceRestart: true }]]);
    expect(FakePeer.last.setRemoteDescription).toHaveBeenLastCalledWith({ type: "answer", sdp: OFFER.replace("actpass", "passive") });
    expect([line.value, mic.value]).toEqual(["wavering", "open"]);
    FakePeer.last.become("connected");
    await vi.advanceTimersByTimeAsync(WAVER_MS);
    expect([line.value, mic.value, joins(), FakePeer.all.length]).toEqual(["up", "open", 1, 1]);
  });

  test("what is not found by another way in time is joined anew, with the microphone closed", async () => {
    await listen(false);
    await openMicrophone("open");
    FakePeer.last.become("disconnected");
    FakePeer.last.become("failed");
    await vi.advanceTimersByTimeAsync(WAVER_MS - 100);
    expect([line.value, mic.value, FakePeer.last.createOffer.mock.calls.length]).toEqual(["wavering", "open", 1]);
    await vi.advanceTimersByTimeAsync(200);
    expect([line.value, mic.value]).toEqual(["again", "closed"]);
    await vi.advanceTimersByTimeAsync(1500);
    expect(joins()).toBe(2);
  });

  test("a connection that never came up is not looked for elsewhere", async () => {
    await turnOn(true);
    await settle();
    FakePeer.last.become("failed");
    expect([line.value, FakePeer.last.createOffer.mock.calls.length]).toEqual(["again", 0]);
  });

  test("one that does not is joined again by itself", async () => {
    await listen();
    FakePeer.last.become("disconnected");
    await vi.advanceTimersByTimeAsync(WAVER_MS + 1500);
    expect(joins()).toBe(2);
  });

  test("the loss of the sound process is joined again within five seconds, with the microphone closed", async () => {
    await listen(false);
    await openMicrophone("open");
    soundGone.value = { ticket: "t1", why: "lost" };
    expect([mic.value, line.value]).toEqual(["closed", "again"]);
    await vi.advanceTimersByTimeAsync(1500);
    FakePeer.last.become("connected");
    expect([line.value, mic.value, joins()]).toEqual(["up", "closed", 2]);
    expect(media.given.at(-1)?.readyState).toBe("ended");
  });

  test.each(["moved", "ended", "stepped_out", "removed"] as const)("gone because '%s' is said, and not undone", async (why) => {
    await listen();
    soundGone.value = { ticket: "t1", why };
    expect([line.value, over.value, standing("playing")]).toEqual(["off", why, `sound.over.${why}`]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(joins()).toBe(1);
  });

  test("what is said of an older ticket is nothing to this one", async () => {
    await listen();
    soundGone.value = { ticket: "another", why: "removed" };
    expect(line.value).toBe("up");
  });

  test("stepping out is quiet at once, and coming back does not turn it on", async () => {
    await listen();
    onYou(aYou({ presence: "stepped_out" }));
    expect([line.value, over.value, FakeAudio.last?.playing]).toEqual(["off", "stepped_out", false]);
    onYou(aYou());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(joins()).toBe(1);
  });

  test("a page that is left leaves nothing running", async () => {
    await listen();
    fresh();
    expect([line.value, FakePeer.last.closed]).toEqual(["off", true]);
  });

  test.each(["stands", "fell"] as const)("a lost line to the room closes the microphone; once it is back a ticket that %s is gone on with, or another asked for", async (what) => {
    await listen(false);
    await openMicrophone("open");
    const first = server.asked.find((one) => one.event === "sound_answer");
    link.value = "reconnecting";
    expect([mic.value, line.value]).toEqual(["closed", "again"]);
    expect(toasts.value.at(-1)?.text).toBe("The connection was lost. Your microphone is closed.");
    if (what === "fell") server.fallen = ["t1"];
    link.value = "live";
    await settle();
    if (what === "stands") {
      // The same answer for the same ticket.
      expect(server.asked.at(-1)).toEqual(first);
      expect([joins(), mic.value, line.value]).toEqual([1, "closed", "up"]);
    } else {
      expect(joins()).toBe(2);
      FakePeer.last.become("connected");
      expect([mic.value, line.value]).toEqual(["closed", "up"]);
    }
  });

  test("a phone between networks is not called connected before the room's line is back", async () => {
    await listen();
    link.value = "reconnecting";
    FakePeer.last.become("disconnected");
    FakePeer.last.become("connected");
    expect(line.value).toBe("again");
    link.value = "live";
    await settle();
    expect([line.value, joins()]).toEqual(["up", 1]);
  });

  test("a device that changed holds what is heard until the person asks for it", async () => {
    media.devices = [{ kind: "audiooutput", deviceId: "headset", label: "Headset" }];
    await listen(false);
    await settle();
    await openMicrophone("open");
    media.devices = [{ kind: "audiooutput", deviceId: "speaker", label: "Speaker" }];
    media.dispatchEvent(new Event("devicechange"));
    await settle();
    expect([hearing.value, FakeAudio.last?.muted, mic.value]).toEqual(["hushed", true, "closed"]);
    expect(standing(hearing.value)).toBe("sound.hushed");
    await unhush();
    expect(FakeAudio.last?.muted).toBe(false);
  });

  test("a device that takes the sound for a call is told of, and a tap brings it back", async () => {
    await listen();
    FakeAudio.last?.pause();
    expect([hearing.value, standing(hearing.value)]).toEqual(["blocked", "sound.blocked"]);
    await unhush();
    expect([hearing.value, FakeAudio.last?.playing]).toEqual(["playing", true]);
  });

  test("the end of one connection holds nothing back from the next", async () => {
    await listen();
    (FakeAudio.last?.srcObject as { active: boolean }).active = false;
    FakeAudio.last?.pause();
    soundGone.value = { ticket: "t1", why: "lost" };
    await vi.advanceTimersByTimeAsync(1500);
    FakePeer.last.become("connected");
    expect([hearing.value, FakeAudio.last?.playing]).toEqual(["playing", true]);
  });

  test("the meter counts what moved, over a new joining too", async () => {
    await listen();
    FakePeer.last.bytes = { up: 100, down: 2000 };
    await vi.advanceTimersByTimeAsync(5000);
    expect(data.value).toEqual({ up: 100, down: 2000 });
    soundGone.value = { ticket: "t1", why: "lost" };
    await vi.advanceTimersByTimeAsync(1500);
    FakePeer.last.bytes = { up: 10, down: 50 };
    await vi.advanceTimersByTimeAsync(5000);
    expect(data.value).toEqual({ up: 110, down: 2050 });
  });
});
