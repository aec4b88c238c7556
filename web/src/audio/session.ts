// Joining the sound of a circle, keeping it, and leaving. Only a press begins it; what is lost is
// joined again, what is over is said. Declines to open a microphone: that is in `speaking.ts`.
import { effect, untracked } from "@preact/signals";
import { whileSeen } from "../room/seen";
import { emit, link, meeting, slots, soundGone, toast, you, type Ack, type Link } from "../room/store";
import type { SoundOffered } from "../wire.gen";
import { t } from "../words";
import { Call, type Line as CallLine } from "./call";
import { output, watchDevices } from "./devices";
import { showLevels } from "./levels";
import { Meter } from "./meter";
import { hush, play, silence } from "./player";
import { closeMicrophone, giveBack, ownLevel } from "./speaking";
import { current, data, line, listenOnly, over, type Over } from "./state";

type Joining = SoundOffered | Extract<Ack, { ok: false }>;

/** A network that comes back in this time needs no new joining. */
export const WAVER_MS = 8000;
const CONNECT_MS = 10_000;
const SOON_MS = 700;
const LATER_MAX_MS = 8000;
const METER_MS = 5000;
/** So many tries in a row before it is called away. */
const PATIENT = 3;
/** What asking again does not change. */
const FINAL: Readonly<Record<string, Over | null>> = { no_sound: "no_sound", stepped_out: "stepped_out", removed: "removed", ended: "ended" };

const meter = new Meter();
let ticket: string | null = null;
/** Our answer, as it was sent with that ticket. */
let answered = "";
/** Counts what was begun: answers to something older are nobody's any more. */
let begun = 0;
let tries = 0;
/** How this connection reaches the relay. One that never did is not looked for by another way. */
let way: "none" | "found" | "sought" = "none";
let timer: ReturnType<typeof setTimeout> | undefined;
const ends: (() => void)[] = [];

export async function turnOn(only: boolean): Promise<void> {
  over.value = null;
  listenOnly.value = only;
  tries = 0;
  closeMicrophone(null);
  watch();
  await join("connecting");
}

/** Off; `why` where it was not this person who turned it off. */
export function turnOff(why: Over | null = null): void {
  if (line.peek() === "off") return;
  begun += 1;
  clearTimeout(timer);
  closeMicrophone(null);
  giveBack();
  if (ticket !== null && why === null) void emit("sound_leave", { ticket });
  drop();
  ends.splice(0).forEach((end) => end());
  silence();
  line.value = "off";
  over.value = why;
}

function drop(): void {
  current.call?.close();
  current.call = null;
  ticket = null;
  way = "none";
  meter.restart();
}

async function join(how: "connecting" | "again"): Promise<void> {
  const mine = ++begun;
  clearTimeout(timer);
  drop();
  if (line.peek() !== "away") line.value = how;
  if (typeof RTCPeerConnection === "undefined") return turnOff("unsupported");
  const joined = (await emit("sound_join", { listen_only: listenOnly.peek() })) as Joining;
  if (mine !== begun) {
    // Turned off while it was asked for: what was given is given back.
    if (joined.ok && line.peek() === "off") void emit("sound_leave", { ticket: joined.ticket });
    return;
  }
  if (!joined.ok) return refused(joined.reason);
  timer = setTimeout(() => again(), CONNECT_MS);
  ticket = joined.ticket;
  try {
    await negotiate(mine, joined);
  } catch {
    if (mine === begun) later();
  }
}

async function negotiate(mine: number, joined: SoundOffered): Promise<void> {
  const next = new Call({
    offer: joined.offer,
    iceServers: joined.ice_servers,
    listenOnly: listenOnly.peek(),
    onLine: (now) => mine === begun && onLine(now),
  });
  current.call = next;
  const sdp = await next.answer();
  if (mine !== begun) return next.close();
  answered = sdp;
  const ack = await emit("sound_answer", { ticket: joined.ticket, sdp });
  if (mine !== begun) return;
  if (!ack.ok) return later();
  await play(next.stream(), output.peek());
}

function refused(reason: string): void {
  if (reason in FINAL) return turnOff(FINAL[reason] ?? null);
  later();
}

/** Not now: asked again, sooner at first, never all at once with the others. */
function later(): void {
  begun += 1;
  tries += 1;
  drop();
  line.value = tries > PATIENT ? "away" : "again";
  clearTimeout(timer);
  timer = setTimeout(() => void join("again"), Math.min(SOON_MS * 1.6 ** (tries - 1), LATER_MAX_MS) * (0.5 + Math.random()));
}

/** What was there is gone: the microphone closes, and it is joined anew by itself. */
function again(): void {
  closeMicrophone("line");
  later();
}

function onLine(now: CallLine): void {
  // One loss is told as several; while another way is looked for, the timer says how long.
  if (now !== "up" && way === "sought") return;
  if (now === "failed" && way === "none") return again();
  clearTimeout(timer);
  if (now === "up") {
    tries = 0;
    way = "found";
    return show();
  }
  // From the Wi-Fi to the mobile network: found there, it is the same connection.
  if (way === "found") void current.call?.seek().catch(() => undefined);
  way = "sought";
  timer = setTimeout(again, WAVER_MS);
  show();
}

/** The connection alone is not enough: without the room's line nobody is heard. */
function show(): void {
  const room = link.peek() === "live" || link.peek() === "trouble";
  line.value = way !== "found" ? "wavering" : room ? "up" : "again";
}

/** What ends or moves the sound from outside, until it is off. */
function watch(): void {
  ends.splice(0).forEach((end) => end());
  const known = soundGone.peek();
  let before: Link = link.peek();
  ends.push(
    effect(() => {
      const gone = soundGone.value;
      if (gone && gone !== known && gone.ticket === ticket) untracked(() => (gone.why === "lost" ? again() : turnOff(gone.why)));
    }),
    effect(() => {
      const now = link.value;
      const was = before;
      before = now;
      if (now !== was) untracked(() => onRoomLink(was, now));
    }),
    effect(() => {
      const presence = you.value?.presence;
      const there = meeting.value !== null && meeting.value.phase !== "ended";
      if (!there || presence === undefined) return untracked(() => turnOff(meeting.value ? "ended" : null));
      // Stepping out is quiet at once, before the server says so.
      if (presence === "stepped_out") untracked(() => turnOff("stepped_out"));
    }),
    watchDevices(() => {
      hush();
      closeMicrophone("device");
    }),
    showLevels(levels),
    count(),
  );
}

/** One's own voice never comes back: its place shows what the microphone hears. */
function levels(): readonly number[] {
  const all = current.call?.levels() ?? [];
  const own = slots.peek().indexOf(you.peek()?.member_id ?? "");
  return own < 0 ? all : all.map((level, i) => (i === own ? ownLevel() ** 2 : level));
}

/** The room's own line to the server: without it nobody is heard. */
function onRoomLink(was: Link, now: Link): void {
  if (now !== "live") {
    closeMicrophone("line");
    if (now !== "trouble" && line.peek() === "up") line.value = "again";
  } else if (was !== "trouble" || current.call === null) {
    tries = 0;
    void (way === "none" ? join("again") : resume());
  }
}

/**
 * The sound may have outlived the room's line, as when a phone changes networks. The same answer
 * is taken again where the ticket still stands; where it does not, it is joined anew.
 */
async function resume(): Promise<void> {
  const mine = begun;
  const ack = await emit("sound_answer", { ticket: ticket ?? "", sdp: answered });
  if (mine !== begun) return;
  if (ack.ok) show();
  else await join("again");
}

function count(): () => void {
  const look = async () => {
    const total = await current.call?.bytes().catch(() => null);
    if (total) meter.note(total, Date.now());
    data.value = meter.hour(Date.now());
  };
  return whileSeen(METER_MS, () => void look());
}

/** A failure that a person should try again by hand. */
export function tryNow(): void {
  if (line.peek() === "away" || line.peek() === "again") {
    tries = 0;
    void join("again").catch(() => toast(t("sound.load")));
  }
}
