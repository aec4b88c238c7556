// One connection to the relay: the server's offer answered once, three voices in, at most one out.
// The stick moves without it being negotiated again. Declines to open a microphone, and to decide
// who speaks: a track is put in from outside, or none.
import type { IceServer } from "../wire.gen";
import type { Bytes } from "./meter";
import { asAnswer, trimAnswer } from "./sdp";

export type Line = "up" | "wavering" | "failed";
export const SLOTS = 3;

const FRESH_MS = 400;

/** Some browsers count from 1970, others from when the page began. */
function isFresh(at: number): boolean {
  const now = performance.now();
  return Math.min(Math.abs(now - at), Math.abs(performance.timeOrigin + now - at)) < FRESH_MS;
}

interface Options {
  offer: string;
  iceServers: readonly IceServer[];
  listenOnly: boolean;
  onLine: (line: Line) => void;
}

export class Call {
  private readonly pc: RTCPeerConnection;
  private uplink: RTCRtpSender | null = null;
  /** The voices, by place; the first is the holder's as a rule. */
  readonly voices: (RTCRtpReceiver | null)[] = [null, null, null];
  private over = false;

  constructor(private readonly options: Options) {
    const iceServers = options.iceServers.map((one) => ({ ...one, urls: [...one.urls] }));
    this.pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.pc.onconnectionstatechange = () => this.tell();
    this.pc.oniceconnectionstatechange = () => this.tell();
  }

  /** The answer, ready to be sent. */
  async answer(): Promise<string> {
    await this.pc.setRemoteDescription({ type: "offer", sdp: this.options.offer });
    for (const one of this.pc.getTransceivers()) {
      const mid = Number(one.mid);
      if (mid === 0) {
        // Sending is agreed on now, so that nothing has to be later; until a track is put in, nothing is sent.
        one.direction = this.options.listenOnly ? "inactive" : "sendonly";
        this.uplink = this.options.listenOnly ? null : one.sender;
      } else if (mid <= SLOTS) {
        this.voices[mid - 1] = one.receiver;
      }
    }
    const answer = await this.pc.createAnswer();
    await this.pc.setLocalDescription(answer);
    return trimAnswer(answer.sdp ?? "");
  }

  /**
   * Look for another way to the relay, with the same keys and the same voices: the network may be
   * another one. The relay needs no word of it: it goes on wherever a signed check comes from.
   */
  async seek(): Promise<void> {
    await this.pc.setLocalDescription(await this.pc.createOffer({ iceRestart: true }));
    await this.pc.setRemoteDescription({ type: "answer", sdp: asAnswer(this.options.offer) });
  }

  /** What plays: the three voices together. */
  stream(): MediaStream {
    const tracks = this.voices.flatMap((one) => (one ? [one.track] : []));
    return new MediaStream(tracks);
  }

  /** Let this be heard, or nothing. */
  async send(track: MediaStreamTrack | null): Promise<void> {
    if (this.over) return;
    await this.uplink?.replaceTrack(track);
  }

  /** How loud each voice is, 0 to 1. A hint that the sender gave, nothing more. */
  levels(): number[] {
    return this.voices.map((one) => {
      const newest = one?.getSynchronizationSources?.()[0];
      return newest && isFresh(newest.timestamp) ? (newest.audioLevel ?? 0) : 0;
    });
  }

  /** All that this connection has moved. */
  async bytes(): Promise<Bytes> {
    const sum = { up: 0, down: 0 };
    if (this.over) return sum;
    (await this.pc.getStats()).forEach((one: { type: string; bytesSent?: number; bytesReceived?: number }) => {
      if (one.type !== "transport") return;
      sum.up += one.bytesSent ?? 0;
      sum.down += one.bytesReceived ?? 0;
    });
    return sum;
  }

  close(): void {
    this.over = true;
    this.pc.onconnectionstatechange = this.pc.oniceconnectionstatechange = null;
    this.pc.close();
  }

  private tell(): void {
    if (this.over) return;
    const { connectionState: state, iceConnectionState: ice } = this.pc;
    if (state === "failed" || state === "closed" || ice === "failed") this.options.onLine("failed");
    else if (ice === "disconnected" || state === "disconnected") this.options.onLine("wavering");
    else if (state === "connected") this.options.onLine("up");
  }
}
