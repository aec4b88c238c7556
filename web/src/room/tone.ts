// One soft tone, for who asked for tones. Declines to sound before a person touched the page.
import { tones } from "./settings";

let context: AudioContext | null = null;

/** A quiet gong of less than a second; silence where tones are off or the browser refuses. */
export function softTone(): void {
  if (!tones.value || typeof AudioContext === "undefined") return;
  try {
    context ??= new AudioContext();
    const now = context.currentTime;
    const gain = context.createGain();
    const source = context.createOscillator();
    source.frequency.value = 396;
    gain.gain.setValueAtTime(0, now);
    gain.gain.linearRampToValueAtTime(0.06, now + 0.04);
    gain.gain.exponentialRampToValueAtTime(0.0005, now + 0.9);
    source.connect(gain).connect(context.destination);
    source.start(now);
    source.stop(now + 1);
  } catch {
    // Sound is a courtesy; nothing depends on it.
  }
}
