// How loud a microphone is, for the person alone; and three seconds of it heard back. Declines to
// keep a sound: hearing back is a delay, and nothing is written anywhere.

const FULL = 0.25;

/** 0 to 1 from samples around zero: by ear rather than by number. */
export function loudnessOf(samples: Float32Array): number {
  let sum = 0;
  for (const one of samples) sum += one * one;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return Math.min(1, Math.sqrt(rms / FULL));
}

export const BACK_MS = 3000;

export class Loudness {
  private readonly context = new AudioContext();
  private readonly analyser = this.context.createAnalyser();
  private readonly source: MediaStreamAudioSourceNode;
  private readonly samples: Float32Array<ArrayBuffer>;
  private back: AudioNode[] = [];

  constructor(track: MediaStreamTrack) {
    this.source = this.context.createMediaStreamSource(new MediaStream([track]));
    this.analyser.fftSize = 512;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.source.connect(this.analyser);
    void this.context.resume();
  }

  level(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return loudnessOf(this.samples);
  }

  /** Hear it where the circle will be heard; a browser that cannot uses what the device uses. */
  async comeOutOf(sink: string): Promise<void> {
    const context: AudioContext & { setSinkId?: (id: string) => Promise<void> } = this.context;
    await context.setSinkId?.(sink).catch(() => undefined);
  }

  /** What is said in the next three seconds comes back in the three after. */
  hearBack(onTurn: () => void, onEnd: () => void): () => void {
    this.stopBack();
    const gate = this.context.createGain();
    const delay = this.context.createDelay(BACK_MS / 1000 + 0.5);
    delay.delayTime.value = BACK_MS / 1000;
    this.source.connect(gate).connect(delay).connect(this.context.destination);
    this.back = [gate, delay];
    const turn = setTimeout(() => {
      gate.gain.value = 0;
      onTurn();
    }, BACK_MS);
    const end = setTimeout(() => {
      this.stopBack();
      onEnd();
    }, 2 * BACK_MS);
    return () => {
      clearTimeout(turn);
      clearTimeout(end);
      this.stopBack();
    };
  }

  close(): void {
    this.stopBack();
    this.source.disconnect();
    void this.context.close();
  }

  private stopBack(): void {
    this.back.forEach((one) => one.disconnect());
    this.back = [];
  }
}
