// The one microphone: taken when a person asks, given back when they are done. Declines to be
// taken for any other reason, to be kept open in waiting, and to keep anything it heard.
export type Trouble = "denied" | "missing" | "busy" | "lost" | "interrupted";

const CONSTRAINTS = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

/** Words for what a browser says when there is no microphone to be had. */
export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return "busy";
}

/** What is told of a microphone that cannot be used, by its key. */
export function troubleWords(trouble: Trouble): string {
  return trouble === "denied" ? "st.micdenied" : `sound.mic.${trouble}`;
}

export class Microphone {
  track: MediaStreamTrack | null = null;
  private took = 0;

  constructor(private readonly onTrouble: (trouble: Trouble) => void) {}

  /** Ask for it; null where it was given up meanwhile. Throws what the browser says. */
  async take(deviceId = ""): Promise<MediaStreamTrack | null> {
    const mine = ++this.took;
    const before = this.track;
    if (before?.readyState === "live" && (deviceId === "" || before.getSettings().deviceId === deviceId)) return before;
    const audio: MediaTrackConstraints = { ...CONSTRAINTS, ...(deviceId ? { deviceId: { exact: deviceId } } : {}) };
    const stream = await navigator.mediaDevices.getUserMedia({ audio, video: false });
    const track = stream.getAudioTracks()[0] ?? null;
    if (mine !== this.took || !track) {
      track?.stop();
      return null;
    }
    before?.stop();
    this.track = track;
    // Ended: pulled out, or permission taken back. Muted: the device itself holds it, as in a call.
    track.onended = () => this.fail("lost");
    track.onmute = () => this.fail("interrupted");
    return track;
  }

  /** Give it back: the browser's own sign that it is in use goes out. */
  release(): void {
    this.took += 1;
    const track = this.track;
    this.track = null;
    if (!track) return;
    track.onended = track.onmute = null;
    track.stop();
  }

  private fail(trouble: Trouble): void {
    if (!this.track) return;
    this.release();
    this.onTrouble(trouble);
  }
}
