// The devices of sound: which there are, which were chosen, and that one went away. Choices live
// as long as the page. Declines to ask for a permission just to know their names.
import { signal } from "@preact/signals";

export interface Device {
  id: string;
  label: string;
}

export const microphones = signal<readonly Device[]>([]);
export const outputs = signal<readonly Device[]>([]);
/** Empty: whatever the device itself uses. */
export const microphone = signal("");
export const output = signal("");

/** Look what there is. */
export async function lookAtDevices(): Promise<readonly MediaDeviceInfo[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
  const some = (kind: MediaDeviceKind) =>
    all
      .filter((one) => one.kind === kind && one.deviceId !== "" && one.deviceId !== "default" && one.deviceId !== "communications")
      .map((one) => ({ id: one.deviceId, label: one.label }));
  microphones.value = some("audioinput");
  outputs.value = some("audiooutput");
  if (!microphones.value.some((one) => one.id === microphone.value)) microphone.value = "";
  if (!outputs.value.some((one) => one.id === output.value)) output.value = "";
  return all;
}

/**
 * True where a change may have moved the sound from somebody's ears into the room: headphones pulled.
 * Only something that was clearly added is safe; without names nobody can tell, and then it is held.
 */
export function mayBeOverheard(before: readonly MediaDeviceInfo[], after: readonly MediaDeviceInfo[]): boolean {
  const [was, is] = [ofSound(before), ofSound(after)];
  // Names that become known are no change: a permission was just given.
  if (isNameless(before) && !isNameless(after)) return false;
  if (was.some((one) => !is.includes(one))) return true;
  // The same list again: a camera came, or names are hidden and anything may have.
  return was.length === is.length && isNameless(before);
}

function isNameless(all: readonly MediaDeviceInfo[]): boolean {
  return all.every((one) => one.deviceId === "");
}

function ofSound(all: readonly MediaDeviceInfo[]): string[] {
  return all.filter((one) => one.kind !== "videoinput").map((one) => `${one.kind} ${one.deviceId} ${one.label}`);
}

/** Tell when sound may come out of somewhere else. Returns what stops it. */
export function watchDevices(onOverheard: () => void): () => void {
  const media = navigator.mediaDevices;
  if (!media?.addEventListener) return () => undefined;
  let known: readonly MediaDeviceInfo[] | null = null;
  let over = false;
  void lookAtDevices().then((all) => (known = all));
  const look = async () => {
    const all = await lookAtDevices();
    if (over) return;
    const before = known;
    known = all;
    if (before && mayBeOverheard(before, all)) onOverheard();
  };
  media.addEventListener("devicechange", look);
  return () => {
    over = true;
    media.removeEventListener("devicechange", look);
  };
}
