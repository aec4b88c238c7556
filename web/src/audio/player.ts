// What is heard: three voices in one audio element. Declines to sound when the browser or the
// person holds it back, and to touch what is sent.
import { signal } from "@preact/signals";

/**
 * `hushed`: held here, since the device changed. `blocked`: held by the browser until a tap, or by
 * the device for something else, as for a phone call.
 */
export type Hearing = "playing" | "hushed" | "blocked";
export const hearing = signal<Hearing>("playing");

type Output = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };
let element: Output | null = null;

/** Whether the browser lets a person choose where sound comes out. */
export function canChooseOutput(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}

export async function play(stream: MediaStream, sink: string): Promise<void> {
  element ??= made();
  element.srcObject = stream;
  element.muted = hearing.value === "hushed";
  await comeOutOf(sink);
  await start();
}

function made(): Output {
  const one: Output = new Audio();
  one.autoplay = true;
  one.onpause = () => {
    // A stream that ended pauses too: the next one plays by itself.
    const stream = one.srcObject as MediaStream | null;
    if (stream?.active && hearing.value === "playing") hearing.value = "blocked";
  };
  return one;
}

export async function comeOutOf(sink: string): Promise<void> {
  // A device that has gone: the default one sounds.
  await element?.setSinkId?.(sink).catch(() => undefined);
}

/** Hold what is heard until the person asks for it. */
export function hush(): void {
  if (!element || hearing.value !== "playing") return;
  hearing.value = "hushed";
  element.muted = true;
}

/** A person asked to hear: from a tap, so that the browser allows it. */
export async function unhush(): Promise<void> {
  hearing.value = "playing";
  if (element) element.muted = false;
  await start();
}

export function silence(): void {
  hearing.value = "playing";
  if (!element) return;
  element.onpause = null;
  element.pause();
  element.srcObject = null;
  element = null;
}

async function start(): Promise<void> {
  try {
    await element?.play();
    if (hearing.value === "blocked") hearing.value = "playing";
  } catch (error) {
    // Replaced while it began is no refusal.
    if (error instanceof DOMException && error.name === "AbortError") return;
    if (hearing.value === "playing") hearing.value = "blocked";
  }
}
