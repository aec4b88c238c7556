// A browser's sound for tests: connections, microphones and an audio element that do nothing but
// tell what was asked of them. Nothing of the sound itself imports this.
import { vi } from "vitest";
import type { Ack } from "../room/store";
import { attach } from "../room/store";

export const OFFER = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\na=setup:actpass\r\n";
const ANSWER = [
  "v=0", "o=- 2 2 IN IP4 127.0.0.1", "s=-", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 192.168.1.7",
  "a=candidate:1 1 udp 2113937151 192.168.1.7 50000 typ host", "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=0", "a=end-of-candidates", "",
].join("\r\n");

export class FakeTrack extends EventTarget {
  kind = "audio";
  enabled = true;
  readyState: "live" | "ended" = "live";
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  constructor(readonly deviceId = "built-in") {
    super();
  }
  getSettings = () => ({ deviceId: this.deviceId });
  stop(): void {
    this.readyState = "ended";
  }
}

export class FakePeer {
  static all: FakePeer[] = [];
  static get last(): FakePeer {
    return FakePeer.all.at(-1) as FakePeer;
  }
  connectionState = "new";
  iceConnectionState = "new";
  onconnectionstatechange: (() => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  closed = false;
  /** What went up, in order; null is nothing. */
  sent: (FakeTrack | null)[] = [];
  bytes = { up: 0, down: 0 };
  readonly transceivers = [0, 1, 2, 3].map((mid) => ({
    mid: String(mid),
    direction: mid === 0 ? "recvonly" : "recvonly",
    sender: { replaceTrack: (track: FakeTrack | null) => Promise.resolve(void this.sent.push(track)) },
    receiver: { track: new FakeTrack(`voice-${mid}`), getSynchronizationSources: () => [] },
  }));
  constructor(readonly config: RTCConfiguration) {
    FakePeer.all.push(this);
  }
  setRemoteDescription = vi.fn(() => Promise.resolve());
  setLocalDescription = vi.fn(() => Promise.resolve());
  createOffer = vi.fn((_: RTCOfferOptions) => Promise.resolve({ type: "offer", sdp: ANSWER }));
  createAnswer = () => Promise.resolve({ type: "answer", sdp: ANSWER });
  getTransceivers = () => this.transceivers;
  getStats = () =>
    Promise.resolve(new Map([["t", { type: "transport", bytesSent: this.bytes.up, bytesReceived: this.bytes.down }]]));
  close(): void {
    this.closed = true;
  }
  /** The network of this connection changes. */
  become(state: "connected" | "disconnected" | "failed"): void {
    this.connectionState = this.iceConnectionState = state;
    this.onconnectionstatechange?.();
  }
}

export interface FakeMedia extends EventTarget {
  devices: Partial<MediaDeviceInfo>[];
  /** Every microphone that was handed out. */
  given: FakeTrack[];
  asked: MediaStreamConstraints[];
  refuse: string | null;
  /** Holds the next answer back until it is called. */
  hold: Promise<void> | null;
}

/** Put it all in place. */
export function fakeBrowser(): FakeMedia {
  FakePeer.all = [];
  const media = Object.assign(new EventTarget(), {
    devices: [], given: [], asked: [], refuse: null, hold: null,
  }) as unknown as FakeMedia;
  const getUserMedia = async (constraints: MediaStreamConstraints) => {
    media.asked.push(constraints);
    await media.hold;
    if (media.refuse) throw new DOMException("no", media.refuse);
    const track = new FakeTrack();
    media.given.push(track);
    return { getAudioTracks: () => [track] };
  };
  Object.assign(media, { getUserMedia, enumerateDevices: () => Promise.resolve(media.devices) });
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("MediaStream", class { active = true; constructor(readonly tracks: FakeTrack[] = []) {} getTracks = () => this.tracks; });
  vi.stubGlobal("AudioContext", undefined);
  vi.stubGlobal("Audio", FakeAudio);
  Object.defineProperty(navigator, "mediaDevices", { value: media, configurable: true });
  FakeAudio.refuse = false;
  return media;
}

export class FakeAudio {
  static last: FakeAudio | null = null;
  static refuse = false;
  autoplay = false;
  muted = false;
  srcObject: unknown = null;
  playing = false;
  onpause: (() => void) | null = null;
  constructor() {
    FakeAudio.last = this;
  }
  play(): Promise<void> {
    if (FakeAudio.refuse) return Promise.reject(new DOMException("no", "NotAllowedError"));
    this.playing = true;
    return Promise.resolve();
  }
  /** By the page, or by a device that needs its sound for something else. */
  pause(): void {
    this.playing = false;
    this.onpause?.();
  }
}

export interface SoundServer {
  asked: { event: string; payload: Record<string, unknown> }[];
  /** The answer to the next `sound_join`s; the last one stays. */
  joins: (Ack | "ok")[];
  joined: number;
  /** The tickets that do not stand any more. */
  fallen: unknown[];
}

/** A server with sound: joining gives a ticket and an offer. */
export function soundServer(...joins: (Ack | "ok")[]): SoundServer {
  const server: SoundServer = { asked: [], joins: joins.length ? joins : ["ok"], joined: 0, fallen: [] };
  attach({
    live: () => true,
    emit: (event, payload) => {
      const sent = payload as Record<string, unknown>;
      server.asked.push({ event, payload: sent });
      if (event === "sound_answer" && server.fallen.includes(sent.ticket)) return Promise.resolve({ ok: false, reason: "malformed" } as Ack);
      if (event !== "sound_join") return Promise.resolve({ ok: true, version: 1 } as Ack);
      const answer = server.joins.length > 1 ? server.joins.shift() : server.joins[0];
      if (answer !== "ok") return Promise.resolve(answer as Ack);
      server.joined += 1;
      return Promise.resolve({ ok: true, version: 1, ticket: `t${server.joined}`, offer: OFFER, ice_servers: [] } as Ack);
    },
  });
  return server;
}

/** Let everything that was promised happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

/** Sound that is worked with: every microphone is as loud as `level` says. */
export class FakeAudioContext {
  static last: FakeAudioContext | null = null;
  static level = 0;
  closed = false;
  delay: (FakeNode & { delayTime: { value: number } }) | null = null;
  gate: (FakeNode & { gain: { value: number } }) | null = null;
  destination = {};
  constructor() {
    FakeAudioContext.last = this;
    FakeAudioContext.level = 0;
  }
  createAnalyser = () =>
    Object.assign(new FakeNode(), {
      fftSize: 0,
      getFloatTimeDomainData: (into: Float32Array) => into.fill(FakeAudioContext.level),
    });
  createMediaStreamSource = () => new FakeNode();
  createGain = () => (this.gate = Object.assign(new FakeNode(), { gain: { value: 1 } }));
  createDelay = () => (this.delay = Object.assign(new FakeNode(), { delayTime: { value: 0 } }));
  sink = "";
  setSinkId = (id: string) => Promise.resolve(void (this.sink = id));
  resume = () => Promise.resolve();
  close = () => {
    this.closed = true;
    return Promise.resolve();
  };
}

class FakeNode {
  connected = false;
  connect<T>(to: T): T {
    this.connected = true;
    return to;
  }
  disconnect(): void {
    this.connected = false;
  }
}
