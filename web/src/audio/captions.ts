// Captions by the browser's own recognition, on this device alone, for who asks for them anew each
// time. They are sent as ordinary words. Declines to use a recogniser that sends sound anywhere.
import { effect, signal, untracked } from "@preact/signals";
import { maySay } from "../room/may";
import { meeting, say, speaksElsewhere, you } from "../room/store";
import { t } from "../words";
import { track } from "./speaking";
import { mic } from "./state";

/** `browser`: it has none of its own. `language`: not in this language. */
export type CaptionsNo = "browser" | "language";

interface Result {
  readonly isFinal: boolean;
  readonly 0?: { readonly transcript: string };
}

/** What of the recogniser's own interface is used; the types of browsers do not have it yet. */
export interface Recogniser {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  processLocally: boolean;
  onresult: ((event: { resultIndex: number; results: ArrayLike<Result> }) => void) | null;
  onend: (() => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  start(track?: MediaStreamTrack): void;
  abort(): void;
}

interface RecogniserType {
  new (): Recogniser;
  prototype: object;
  available?(options: { langs: string[]; processLocally: boolean }): Promise<string>;
}

const LONGEST = 2000;
/** A recogniser that ends more often than this has something wrong with it. */
const RESTARTS = 20;

export const captioning = signal(false);

function recogniser(): RecogniserType | null {
  const here = globalThis as { SpeechRecognition?: RecogniserType };
  const type = here.SpeechRecognition;
  // Without this property it would be free to send the sound to somebody's server.
  return type && "processLocally" in type.prototype && type.available ? type : null;
}

/** Why there are no captions here, or null where there are. */
export async function captionsNo(): Promise<CaptionsNo | null> {
  const type = recogniser();
  if (!type?.available) return "browser";
  try {
    const found = await type.available({ langs: [t("lang.locale")], processLocally: true });
    return found === "available" ? null : "language";
  } catch {
    return "browser";
  }
}

/** Begin, while the microphone is open; ends by itself when it closes. */
export function startCaptions(): void {
  const type = recogniser();
  const from = track.peek();
  if (!type || !from || captioning.peek()) return;
  captioning.value = true;
  let left = RESTARTS;
  const one = new type();
  one.lang = t("lang.locale");
  one.continuous = true;
  one.interimResults = false;
  one.processLocally = true;
  one.onresult = (event) => {
    for (let i = event.resultIndex; i < event.results.length; i += 1) {
      const result = event.results[i];
      if (result?.isFinal) sayIt(result[0]?.transcript ?? "");
    }
  };
  one.onerror = ({ error }) => {
    if (error !== "no-speech") captioning.value = false;
  };
  // It ends by itself after a silence; while it is asked for it goes on.
  one.onend = () => {
    if (captioning.peek() && track.peek() === from && left-- > 0) one.start(from);
    else captioning.value = false;
  };
  let over = false;
  const stop = effect(() => {
    const on = captioning.value && track.value === from && mic.value !== "closed";
    if (on || over) return;
    over = true;
    untracked(() => {
      captioning.value = false;
      one.onend = one.onresult = null;
      one.abort();
      queueMicrotask(() => stop());
    });
  });
  one.start(from);
}

export function stopCaptions(): void {
  captioning.value = false;
}

/** Ordinary words, by the ordinary rules: what may not be said now is dropped, not kept. */
function sayIt(heard: string): void {
  const text = heard.trim().slice(0, LONGEST);
  const now = meeting.peek();
  const me = you.peek();
  if (text === "" || !now || !me || maySay(now, me, speaksElsewhere.peek()) !== null) return;
  void say(text);
}
