// What this browser knows of the meeting, and the ways to ask for a change. Everything is memory:
// declines to put anything that people say into storage, a cookie or a log.
import { batch, computed, signal } from "@preact/signals";
import type {
  Command,
  FacilitatorView,
  Gone,
  Joined,
  MeetingView,
  Reason,
  Retracted,
  Said,
  SeatView,
  YouView,
} from "../wire.gen";
import { lang, t, type Params } from "../words";

export { lang };

export type Ack = { ok: true; version: number } | { ok: false; reason: Reason | "timeout" };
export type Link = "connecting" | "live" | "reconnecting" | "offline" | "trouble";
export type PhraseKey = "warm.1" | "warm.2" | "warm.3" | "warm.4";
/** Why this page is not a room any more (or not yet), instead of the meeting. */
export type Gate = Reason | Gone["reason"];

export type Words = Said & { mine: boolean; state: "sent" | "sending" | "unsent" };
export type FeedItem =
  | Words
  | { kind: "missed"; id: string }
  | { kind: "notice"; id: string; key: string; params: Params };

export interface Toast {
  id: string;
  text: string;
  again?: () => void;
}

/** The way out to the server; put in by the connection, by a double in tests. */
export interface Transport {
  live(): boolean;
  emit(event: string, payload: object): Promise<Ack>;
}

export const ACK_MS = 5000;
const FEED_MAX = 400;
const NOD_MS = 4000;
const TOAST_MS = 7000;

export const meeting = signal<MeetingView | null>(null);
export const you = signal<YouView | null>(null);
export const facilitating = signal<FacilitatorView | null>(null);
export const feed = signal<readonly FeedItem[]>([]);
export const nodding = signal<ReadonlySet<string>>(new Set());
export const link = signal<Link>("connecting");
export const gate = signal<Gate | null>(null);
export const toasts = signal<readonly Toast[]>([]);
/** What is typed and not sent. Kept through a lost connection, never stored. */
export const draft = signal("");
export const writing = signal(false);
/** Add this to the clock of this device to have the server's, in ms. */
export const clockOffset = signal(0);

export const isFacilitator = computed(() => you.value?.role === "facilitator");

let transport: Transport | null = null;
let known: readonly [epoch: number, version: number] | null = null;
let lastSeq: number | null = null;
const inFlight = new Map<string, Promise<Ack>>();
const nodTimers = new Map<string, ReturnType<typeof setTimeout>>();

export function attach(way: Transport | null): void {
  transport = way;
}

/** The server's clock now, in ms. */
export function serverNow(): number {
  return Date.now() + clockOffset.value;
}

/** An id that nobody can guess, made here. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- What the server sends ---

/** Connected: what comes next is the present, even where an older meeting was known. */
export function onJoined(joined: Joined): void {
  const missed = lastSeq !== null && joined.seq > lastSeq;
  const before = lastSeq === null && joined.seq > 0 && joined.seated;
  batch(() => {
    known = null;
    lastSeq = joined.seq;
    link.value = "live";
    if (missed) quietLine({ kind: "missed", id: freshId() });
    if (before) quietLine({ kind: "notice", id: freshId(), key: "feed.before", params: {} });
  });
}

/** Take a meeting in only when it is newer than the one known. True when it was taken. */
export function onMeeting(view: MeetingView): boolean {
  if (known && !newer([view.epoch, view.version], known)) return false;
  batch(() => {
    known = [view.epoch, view.version];
    clockOffset.value = view.now - Date.now();
    meeting.value = view;
  });
  return true;
}

function newer(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] !== b[0] ? a[0] > b[0] : a[1] > b[1];
}

export function onYou(view: YouView): void {
  batch(() => {
    you.value = view;
    if (view.role !== "facilitator") facilitating.value = null;
  });
}

export function onFacilitating(view: FacilitatorView): void {
  facilitating.value = view;
}

/** Words of the one order. A gap says so in one quiet line; what came before is never replayed. */
export function onSaid(said: Said): void {
  if (!inOrder(said.seq)) return;
  const item: Words = { ...said, mine: said.member_id === you.value?.member_id, state: "sent" };
  const at = feed.value.findIndex((old) => old.id === said.id && old.kind !== "notice");
  if (at < 0) return put(item);
  // Own words move to the place that the server gave them.
  feed.value = [...feed.value.slice(0, at), ...feed.value.slice(at + 1), item];
}

export function onRetracted(retracted: Retracted): void {
  inOrder(retracted.seq);
  feed.value = feed.value.filter((item) => item.id !== retracted.id);
}

/** Note a place in the one order; false for what was seen already. */
function inOrder(seq: number): boolean {
  const last = lastSeq;
  if (last !== null && seq <= last) return false;
  lastSeq = seq;
  if (last !== null && seq > last + 1) quietLine({ kind: "missed", id: freshId() });
  return true;
}

function put(item: FeedItem): void {
  feed.value = [...feed.value, item].slice(-FEED_MAX);
}

/** A line about the words themselves; two of one kind in a row are one. */
function quietLine(item: FeedItem): void {
  if (item.kind === "missed" && feed.value.at(-1)?.kind === "missed") return;
  put(item);
}

export function notice(key: string, params: Params = {}): void {
  put({ kind: "notice", id: freshId(), key, params });
}

export function onNodded(members: readonly string[]): void {
  for (const member of members) {
    clearTimeout(nodTimers.get(member));
    nodTimers.set(member, setTimeout(() => stopNod(member), NOD_MS));
  }
  nodding.value = new Set([...nodding.value, ...members]);
}

function stopNod(member: string): void {
  nodTimers.delete(member);
  nodding.value = new Set([...nodding.value].filter((other) => other !== member));
}

// --- What a person asks ---

/** Ask for a change. The same press twice at once is one; a refusal is told in words. */
export function send(command: Command): Promise<Ack> {
  const same = JSON.stringify(command);
  const running = inFlight.get(same);
  if (running) return running;
  const asked = carry(command, freshId()).finally(() => inFlight.delete(same));
  inFlight.set(same, asked);
  return asked;
}

async function carry(command: Command, commandId: string): Promise<Ack> {
  const seen = [meeting.value?.epoch ?? 0, meeting.value?.version ?? 0];
  const ack = await emit("command", { command_id: commandId, seen, command });
  if (!ack.ok && ack.reason === "timeout") {
    // The same id: if it did arrive, asking again changes nothing.
    toast(t("room.notdone"), () => void carry(command, commandId));
  } else if (!ack.ok) {
    toast(t(`reason.${ack.reason}`));
  }
  return ack;
}

/** Nothing waits in silence: without a connection the answer is no, at once. */
async function emit(event: string, payload: object): Promise<Ack> {
  if (!transport?.live()) return { ok: false, reason: "timeout" };
  return transport.emit(event, payload);
}

export function say(text: string): Promise<Ack> {
  return utter("say", text.trim());
}

export function phrase(key: PhraseKey): Promise<Ack> {
  return utter("phrase", key);
}

function utter(kind: "say" | "phrase", text: string): Promise<Ack> {
  const me = you.value?.member_id ?? "";
  const item: Words = {
    id: freshId(), seq: 0, member_id: me, name: nameOf(me), kind, text, mine: true, state: "sending",
  };
  put(item);
  return deliver(item);
}

/** Try words again that did not arrive, under the same id. */
export function sayAgain(id: string): void {
  const item = feed.value.find((old) => old.id === id);
  if (!item || (item.kind !== "say" && item.kind !== "phrase") || item.state !== "unsent") return;
  mark(id, "sending");
  void deliver(item);
}

async function deliver(item: Words): Promise<Ack> {
  const payload = item.kind === "say" ? { id: item.id, text: item.text } : { id: item.id, key: item.text };
  const ack = await emit(item.kind, payload);
  if (ack.ok) mark(item.id, "sent");
  else if (ack.reason === "timeout") mark(item.id, "unsent");
  else takeDown(item, ack.reason);
  return ack;
}

function mark(id: string, state: Words["state"]): void {
  feed.value = feed.value.map((old) =>
    old.id === id && "state" in old && old.state !== "sent" ? { ...old, state } : old,
  );
}

/** Refused words go back to where they were typed, so that nothing is lost. */
function takeDown(item: Words, reason: Reason): void {
  feed.value = feed.value.filter((old) => old.id !== item.id);
  if (item.kind === "say" && draft.value === "") draft.value = item.text;
  toast(t(`reason.${reason}`));
}

export async function retract(id: string): Promise<Ack> {
  const item = feed.value.find((old) => old.id === id);
  if (item && "state" in item && item.state === "unsent") {
    // It never left this browser.
    feed.value = feed.value.filter((old) => old.id !== id);
    return { ok: true, version: known?.[1] ?? 0 };
  }
  const ack = await emit("retract", { id });
  if (ack.ok) feed.value = feed.value.filter((old) => old.id !== id);
  else toast(ack.reason === "timeout" ? t("room.notdone") : t(`reason.${ack.reason}`));
  return ack;
}

export async function nod(): Promise<Ack> {
  const ack = await emit("nod", {});
  if (!ack.ok && ack.reason !== "timeout") toast(t(`reason.${ack.reason}`));
  return ack;
}

// --- Reading ---

export function seatOf(memberId: string | null): SeatView | null {
  return meeting.value?.seats.find((seat) => seat.member_id === memberId) ?? null;
}

/** The name under which somebody sits here; a word for 'somebody' when their seat is gone. */
export function nameOf(memberId: string | null): string {
  return seatOf(memberId)?.name ?? t("room.somebody");
}

/** The first facilitator who is here and is not you; empty when there is none. */
export function hostName(): string {
  const seats = meeting.value?.seats ?? [];
  const other = (seat: SeatView) =>
    seat.role === "facilitator" && seat.presence === "here" && seat.member_id !== you.value?.member_id;
  return seats.find(other)?.name ?? "";
}

// --- Toasts ---

export function toast(text: string, again?: () => void): void {
  const one: Toast = again ? { id: freshId(), text, again } : { id: freshId(), text };
  toasts.value = [...toasts.value.filter((old) => old.text !== text), one].slice(-3);
  // One that asks for a decision stays until it is answered.
  if (!again) setTimeout(() => dismiss(one.id), TOAST_MS);
}

export function dismiss(id: string): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** Empty everything: the page is being left, and a page kept by the browser must hold no words. */
export function forget(): void {
  nodTimers.forEach((timer) => clearTimeout(timer));
  nodTimers.clear();
  batch(() => {
    known = null;
    lastSeq = null;
    meeting.value = you.value = facilitating.value = gate.value = null;
    feed.value = [];
    toasts.value = [];
    nodding.value = new Set();
    draft.value = "";
    writing.value = false;
    link.value = "connecting";
  });
}
