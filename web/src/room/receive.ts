// What the server sends, taken into memory: newer only, in order, and gaps said. Declines to replay.
import { batch } from "@preact/signals";
import type {
  FacilitatorView, GuideView, Joined, MeetingView, Retracted, Said, SoundHeard, YouView,
} from "../wire.gen";
import { t, type Params } from "../words";
import { forgetOthers } from "./lines";
import {
  clockOffset, emptyMemory, facilitating, feed, freshId, guide, lately, link, meeting, nameOf, nodding, noteNames,
  put, quietLine, slots, you, type Words,
} from "./memory";
import { noticeLine, unseen } from "./notices";
import { toast, toasts } from "./toast";

const NOD_MS = 4000;
/** When a whole circle nods it goes round: so many at once are what an old phone draws in a frame. */
const TOGETHER = 4;
const RIPPLE_MS = 40;
const LINE_MS = 8000;

let known: readonly [epoch: number, version: number] | null = null;
let lastSeq: number | null = null;
/** The highest notice shown, and the epoch it belongs to. */
let noticed: readonly [epoch: number, n: number] | null = null;
/** Who nods, and with which others it was last seen. */
const nodded = new Map<string, readonly string[]>();
const toNod: string[] = [];
let ripple: ReturnType<typeof setTimeout> | undefined;

/** Connected: what comes next is the present, even where an older meeting was known. */
export function onJoined(joined: Joined): void {
  const missed = lastSeq !== null && joined.seq > lastSeq;
  const before = lastSeq === null && joined.seq > 0 && joined.seated;
  batch(() => {
    known = null;
    lastSeq = joined.seq;
    link.value = "live";
    // Who is heard comes again with the next change.
    slots.value = [];
    if (missed) quietLine({ kind: "missed", id: freshId() });
    if (before) quietLine({ kind: "notice", id: freshId(), key: "feed.before", params: {} });
  });
}

/** Take a meeting in only when it is newer than the one known. True when it was taken. */
export function onMeeting(view: MeetingView): boolean {
  if (known && !newer([view.epoch, view.version], known)) return false;
  batch(() => {
    const before = meeting.peek();
    known = [view.epoch, view.version];
    clockOffset.value = view.now - Date.now();
    meeting.value = view;
    noteNames(view.seats);
    showNotices(view);
    if (before?.round != null && view.round === null && view.phase !== "ended") tellQuietly("told.round");
  });
  return true;
}

/** What is new since the last meeting known, as quiet lines. A first view is no news. */
function showNotices(view: MeetingView): void {
  const since = noticed?.[0] === view.epoch ? noticed[1] : null;
  const highest = view.notices.at(-1)?.n ?? 0;
  noticed = [view.epoch, Math.max(highest, since ?? 0)];
  if (since === null) return;
  for (const one of unseen(view.notices, since)) {
    const { key, who } = noticeLine(one, you.value?.member_id ?? null, view.seats);
    tellQuietly(key, { name: nameOf(who) });
  }
}

/** A line in the feed, and for a while over the question. Steals neither focus nor voice. */
function tellQuietly(key: string, params: Params = {}): void {
  put({ kind: "notice", id: freshId(), key, params });
  // Nothing reaches who stepped out; the line waits in the feed.
  if (you.value?.presence === "stepped_out") return;
  const one = { id: freshId(), text: t(key, params) };
  lately.value = [...lately.value, one].slice(-2);
  setTimeout(() => (lately.value = lately.value.filter((old) => old !== one)), LINE_MS);
}

function newer(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] !== b[0] ? a[0] > b[0] : a[1] > b[1];
}

export function onYou(view: YouView): void {
  batch(() => {
    if (view.successor && you.peek()?.successor === false) tellQuietly("you.successor");
    you.value = view;
    if (view.role !== "facilitator") {
      facilitating.value = guide.value = null;
      forgetOthers();
    }
  });
}

export function onGuide(view: GuideView): void {
  guide.value = view;
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

/** Who is heard now. It has no place in the one order and is never told aloud. */
export function onHeard(now: SoundHeard): void {
  slots.value = now.slots;
}

/** What this person was told as done was lost with a server: said to them, and left to them. */
export function onUndone(): void {
  put({ kind: "notice", id: freshId(), key: "told.undone", params: {} });
  toast(t("told.undone"));
}

export function onNodded(members: readonly string[]): void {
  toNod.push(...members);
  if (ripple === undefined) nodNext();
}

function nodNext(): void {
  const some = toNod.splice(0, TOGETHER);
  ripple = some.length > 0 ? setTimeout(nodNext, RIPPLE_MS) : undefined;
  if (some.length === 0) return;
  for (const member of some) nodded.set(member, some);
  nodding.value = new Set([...nodding.value, ...some]);
  setTimeout(() => stopNods(some), NOD_MS);
}

/** Who nodded again meanwhile goes on. */
function stopNods(some: readonly string[]): void {
  const over = new Set(some.filter((member) => nodded.get(member) === some));
  over.forEach((member) => nodded.delete(member));
  if (over.size > 0) nodding.value = new Set([...nodding.value].filter((member) => !over.has(member)));
}

/** Empty everything: the page is being left, and a page kept by the browser must hold no words. */
export function forget(): void {
  clearTimeout(ripple);
  ripple = undefined;
  toNod.length = 0;
  nodded.clear();
  batch(() => {
    known = null;
    lastSeq = null;
    noticed = null;
    toasts.value = [];
    emptyMemory();
  });
}
