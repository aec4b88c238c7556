import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tones, touch } from "./settings";

const struck = vi.fn();
class Sounds {
  currentTime = 0;
  destination = {};
  createGain = () => ({
    gain: { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} },
    connect: (to: unknown) => to,
  });
  createOscillator = () => ({
    frequency: { set value(hertz: number) { struck(hertz); } },
    connect: (to: unknown) => to,
    start() {},
    stop() {},
  });
}
const vibrate = vi.fn();
let tone: typeof import("./tone");

beforeEach(async () => {
  vi.stubGlobal("AudioContext", Sounds);
  Object.defineProperty(navigator, "vibrate", { value: vibrate, configurable: true });
  vi.spyOn(performance, "now").mockReturnValue(10_000);
  struck.mockClear();
  vibrate.mockClear();
  vi.resetModules();
  tone = await import("./tone");
  const settings = await import("./settings");
  settings.tones.value = settings.touch.value = true;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("nothing sounds and nothing buzzes unless it was asked for", async () => {
  expect([tones.value, touch.value]).toEqual([false, false]);
  const settings = await import("./settings");
  settings.tones.value = settings.touch.value = false;
  tone.softTone();
  tone.softBell();
  expect(struck).not.toHaveBeenCalled();
  expect(vibrate).not.toHaveBeenCalled();
});

test("the same moment seen twice sounds once", () => {
  tone.softTone();
  tone.softTone();
  expect(struck).toHaveBeenCalledTimes(1);
  expect(vibrate).toHaveBeenCalledTimes(1);
  vi.mocked(performance.now).mockReturnValue(12_000);
  tone.softTone();
  expect(struck).toHaveBeenCalledTimes(2);
});

test("the bell is another sound than the tone", () => {
  tone.softBell();
  const bell = struck.mock.calls.flat();
  vi.mocked(performance.now).mockReturnValue(20_000);
  tone.softTone();
  expect(bell.length).toBeGreaterThan(1);
  expect(bell).not.toContain(struck.mock.calls.at(-1)?.[0]);
});

test("a browser that refuses sound stops nothing", () => {
  vi.stubGlobal("AudioContext", class { constructor() { throw new Error("no"); } });
  expect(() => tone.softTone()).not.toThrow();
});
