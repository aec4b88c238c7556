import { beforeEach, describe, expect, test, vi } from "vitest";
import { lookAtDevices, mayBeOverheard, microphone, microphones, outputs, watchDevices } from "./devices";
import { fakeBrowser, settle, type FakeMedia } from "./testing";

const one = (kind: MediaDeviceKind, deviceId: string, label = deviceId) => ({ kind, deviceId, label }) as MediaDeviceInfo;
const ROOM = [one("audioinput", "built-in"), one("audiooutput", "speaker")];
const EARS = [...ROOM, one("audiooutput", "headset")];
const NAMELESS = [one("audioinput", ""), one("audiooutput", "")];
let media: FakeMedia;

beforeEach(() => {
  media = fakeBrowser();
  microphone.value = "";
});

describe("the sound may come out into the room", () => {
  test.each([
    ["headphones were pulled", EARS, ROOM, true],
    ["headphones were put in", ROOM, EARS, false],
    ["a camera came", ROOM, [...ROOM, one("videoinput", "camera")], false],
    ["nobody may know what changed", NAMELESS, NAMELESS, true],
    ["the names became known", NAMELESS, ROOM, false],
  ])("where %s", (_, before, after, held) => {
    expect(mayBeOverheard(before, after)).toBe(held);
  });
});

test("the stand-ins of the browser are no devices to choose", async () => {
  media.devices = [...EARS, one("audiooutput", "default"), one("audioinput", "communications"), one("audioinput", "")];
  await lookAtDevices();
  expect(microphones.value.map(({ id }) => id)).toEqual(["built-in"]);
  expect(outputs.value.map(({ id }) => id)).toEqual(["speaker", "headset"]);
});

test("a chosen device that went away is not chosen any more", async () => {
  media.devices = EARS;
  microphone.value = "usb";
  await lookAtDevices();
  expect(microphone.value).toBe("");
});

test("a pulled headset is told once, and nothing after it was stopped", async () => {
  media.devices = EARS;
  const overheard = vi.fn();
  const stop = watchDevices(overheard);
  await settle();
  media.devices = ROOM;
  media.dispatchEvent(new Event("devicechange"));
  await settle();
  expect(overheard).toHaveBeenCalledTimes(1);
  stop();
  media.devices = [];
  media.dispatchEvent(new Event("devicechange"));
  await settle();
  expect(overheard).toHaveBeenCalledTimes(1);
});
