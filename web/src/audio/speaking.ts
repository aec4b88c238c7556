// The microphone in the circle. It opens by a press of this person alone, and only while they may be
// heard; it closes by itself. Declines to open for any other reason, whoever gives the stick.
import { computed, effect, signal, untracked } from "@preact/signals";
import { link, meeting, send, sounding, speaksElsewhere, toast, you } from "../room/store";
import { t } from "../words";
import { microphone as chosen } from "./devices";
import { Loudness } from "./loudness";
import { Microphone, troubleOf } from "./microphone";
import { current, isConnected, line, listenOnly, may, mic, trouble, type Mic } from "./state";

/** Why it closed though nobody here closed it. */
export type Closed = "floor" | "pause" | "plain" | "line" | "hidden" | "device";

/** A press on 'step in' is good for so long: the floor must follow it, not some later moment. */
const STEP_IN_MS = 4000;

let presses = 0;
let stepping = 0;
let loudness: Loudness | null = null;
const device = new Microphone((what) => {
  closeMicrophone(null);
  trouble.value = what;
});
/** The track in use, for captions. */
export const track = signal<MediaStreamTrack | null>(null);
const isOpen = computed(() => mic.value === "open" || mic.value === "held");

/** A person pressed. Nothing else calls this. */
export async function openMicrophone(how: "open" | "held"): Promise<void> {
  if (mic.peek() !== "closed" || !may.peek() || listenOnly.peek() || line.peek() !== "up") return;
  const mine = ++presses;
  mic.value = "opening";
  trouble.value = null;
  try {
    const taken = await device.take(chosen.peek());
    // Let go, or the floor passed on, while the browser asked.
    if (mine !== presses) return;
    const call = current.call;
    if (!taken || !may.peek() || !call) return closeMicrophone(null);
    taken.enabled = true;
    await call.send(taken);
    if (mine !== presses) return;
    begin(taken, how);
  } catch (error) {
    if (mine !== presses) return;
    closeMicrophone(null);
    trouble.value = troubleOf(error);
  }
}

function begin(taken: MediaStreamTrack, how: "open" | "held"): void {
  track.value = taken;
  mic.value = how;
  try {
    loudness = new Loudness(taken);
  } catch {
    // A meter is a courtesy.
    loudness = null;
  }
}

/** Nothing leaves from here on. `why` is told where it was not this person's own press. */
export function closeMicrophone(why: Closed | null): void {
  const was: Mic = mic.peek();
  if (was === "closed") return;
  presses += 1;
  // First the samples, then the way.
  if (device.track) device.track.enabled = false;
  void current.call?.send(null).catch(() => undefined);
  mic.value = "closed";
  track.value = null;
  loudness?.close();
  loudness = null;
  // Between two words by push-to-talk it stays in the hand; else the browser's sign goes out.
  if (was !== "held" || why !== null) device.release();
  if (why !== null && was !== "opening") toast(t(`sound.closed.${why}`));
}

/** This person closes it; a facilitator who stepped in has thereby finished. */
export function closeByHand(): void {
  const was = mic.peek();
  closeMicrophone(null);
  const me = you.peek();
  if (was === "open" && me && meeting.peek()?.interjecting.includes(me.member_id)) void send({ type: "interject", on: false });
}

/** Give the device back, open or not. */
export function giveBack(): void {
  stepping = 0;
  device.release();
}

/** A facilitator is heard beside the holder: one press asks the circle and opens. */
export async function stepIn(): Promise<void> {
  stepping = performance.now();
  const ack = await send({ type: "interject", on: true });
  if (!ack.ok) stepping = 0;
  else if (may.peek()) openAfterStep();
}

function openAfterStep(): void {
  const fresh = stepping > 0 && performance.now() - stepping < STEP_IN_MS;
  stepping = 0;
  if (fresh) void openMicrophone("open");
}

/** Another device was chosen: the next press opens it. An open one closes, since it is another voice. */
export function changeDevice(): void {
  closeMicrophone(null);
  device.release();
}

/** How loud this person is, for themselves. */
export function ownLevel(): number {
  return loudness?.level() ?? 0;
}

/** Why this person may not be heard any more. */
function whyNot(): Closed {
  const now = meeting.peek();
  if (link.peek() !== "live" || !now) return "line";
  if (now.paused) return "pause";
  return you.peek()?.quietened || speaksElsewhere.peek() ? "plain" : "floor";
}

/** What closes it by itself, for as long as the page lives. Returns what stops it. */
export function guard(): () => void {
  const title = document.title;
  const stops = [
    effect(() => {
      if (may.value) return untracked(openAfterStep);
      untracked(() => {
        closeMicrophone(whyNot());
        device.release();
      });
    }),
    effect(() => {
      sounding.value = isOpen.value && isConnected.value;
    }),
    effect(() => {
      // Behind other tabs too it is never out of sight.
      document.title = sounding.value ? `● ${title}` : title;
    }),
  ];
  const hidden = () => {
    if (document.visibilityState !== "hidden") return;
    if (mic.peek() === "held") closeMicrophone(null);
    // A phone in a pocket is not a person who speaks; behind another window of a laptop one may be.
    else if (matchMedia("(pointer: coarse)").matches) closeMicrophone("hidden");
  };
  const blurred = () => {
    if (mic.peek() === "held") closeMicrophone(null);
  };
  document.addEventListener("visibilitychange", hidden);
  window.addEventListener("blur", blurred);
  return () => {
    stops.forEach((stop) => stop());
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("blur", blurred);
  };
}
