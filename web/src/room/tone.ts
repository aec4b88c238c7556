// Soft signs for who asked for them: a tone, a bell, a touch of the phone. Declines to sound before
// a person touched the page, and to say the same thing twice in a moment.
import { tones, touch } from "./settings";

const APART_MS = 1500;
let context: AudioContext | null = null;
let last = -Infinity;

interface Sound {
  /** Each a partial of its own: frequency in Hz and how loud. */
  partials: readonly (readonly [hertz: number, gain: number])[];
  seconds: number;
}

const TONE: Sound = { partials: [[396, 0.06]], seconds: 0.9 };
/** A small bowl, struck once: its partials are not in tune, and so it shimmers. */
const BELL: Sound = { partials: [[264, 0.06], [267, 0.03], [713, 0.015]], seconds: 5 };

/** A quiet gong of less than a second, and a short touch of the phone. */
export function softTone(): void {
  // Two parts of the room may see the same moment.
  if (performance.now() - last < APART_MS) return;
  last = performance.now();
  sound(TONE);
  buzz([40]);
}

/** The circle's bell: a silence begins. */
export function softBell(): void {
  last = performance.now();
  sound(BELL);
  buzz([60, 120, 60]);
}

/** Whether this device can be felt at all. */
export function canTouch(): boolean {
  return "vibrate" in navigator && matchMedia("(pointer: coarse)").matches;
}

function buzz(pattern: number[]): void {
  if (touch.value && "vibrate" in navigator) navigator.vibrate(pattern);
}

/** Silence where tones are off or the browser refuses. */
function sound({ partials, seconds }: Sound): void {
  if (!tones.value || typeof AudioContext === "undefined") return;
  try {
    context ??= new AudioContext();
    for (const [hertz, gain] of partials) strike(context, hertz, gain, seconds);
  } catch {
    // Sound is a courtesy; nothing depends on it.
  }
}

function strike(to: AudioContext, hertz: number, loud: number, seconds: number): void {
  const now = to.currentTime;
  const gain = to.createGain();
  const source = to.createOscillator();
  source.frequency.value = hertz;
  gain.gain.setValueAtTime(0, now);
  gain.gain.linearRampToValueAtTime(loud, now + 0.04);
  gain.gain.exponentialRampToValueAtTime(0.0005, now + seconds);
  source.connect(gain).connect(to.destination);
  source.start(now);
  source.stop(now + seconds + 0.1);
}
