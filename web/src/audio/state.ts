// How things stand with this person's own sound. Holds it and decides nothing.
import { computed, signal } from "@preact/signals";
import { slip } from "../room/soon";
import { link, meeting, tab, you } from "../room/store";
import type { SoundGone } from "../wire.gen";
import type { Call } from "./call";
import { mayBeHeard, mayStepIn } from "./may";
import { troubleWords, type Trouble } from "./microphone";

/** `wavering`: the network is gone and may come back. `again`: joining anew. `away`: nothing answers. */
export type Line = "off" | "connecting" | "up" | "wavering" | "again" | "away";
/** `held`: open while a button is pressed. */
export type Mic = "closed" | "opening" | "open" | "held";
/** Why the sound is off though this person did not turn it off. */
export type Over = Exclude<SoundGone["why"], "lost"> | "no_sound" | "unsupported";

/** The connection that there is; what comes from an older one is nobody's. */
export const current: { call: Call | null } = { call: null };

export const line = signal<Line>("off");
export const mic = signal<Mic>("closed");
export const trouble = signal<Trouble | null>(null);
export const over = signal<Over | null>(null);
/** No way up at all: no permission is asked for, and the server takes no sound from here. */
export const listenOnly = signal(true);
/** Bytes of the last hour. */
export const data = signal({ up: 0, down: 0 });

const here = computed(() => (link.value === "live" && meeting.value && you.value ? { now: meeting.value, me: you.value } : null));

/** This person may be heard now, from this tab; who just passed the stick has done speaking. */
export const may = computed(() => slip.value?.type !== "pass_stick" && here.value !== null && mayBeHeard(here.value.now, here.value.me, tab));
/** A facilitator may be heard by stepping in. */
export const canStepIn = computed(() => here.value !== null && mayStepIn(here.value.now, here.value.me, tab));

export const isConnected = computed(() => line.value === "up" || line.value === "wavering");

/** The one sentence that says how things stand, by its key. */
export function standing(hearing: "playing" | "hushed" | "blocked"): string {
  if (line.value === "off") return over.value ? `sound.over.${over.value}` : "room.voice";
  if (line.value === "wavering") return "sound.wavering";
  if (line.value !== "up") return `sound.${line.value}`;
  if (mic.value === "open" || mic.value === "held") return "sound.open";
  if (mic.value === "opening") return "sound.opening";
  if (hearing !== "playing") return `sound.${hearing}`;
  if (trouble.value) return troubleWords(trouble.value);
  if (listenOnly.value) return "sound.listening.only";
  if (!may.value) return "sound.listening";
  return here.value?.now.stick.member_id === here.value?.me.member_id ? "sound.turn" : "sound.free";
}
