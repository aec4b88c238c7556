// Private lines: with the facilitators, or between a newcomer and their companion. Memory alone;
// declines to store, search or announce what they say.
import type { Whispered } from "../wire.gen";
import { t } from "../words";
import { emit, type Ack } from "./ask";
import { freshId, nameOf, quiets, unread, you, type Quiet } from "./memory";
import { sheet } from "./sheets";
import { toast } from "./toast";

const MOST = 200;

export interface Thread {
  line: Whispered["line"];
  /** Whose line it is; with a companion that of the newcomer. */
  of: string;
}

export function threadKey({ line, of }: Thread): string {
  return `${line} ${of}`;
}

/** What was written in one thread, oldest first. */
export function inThread(thread: Thread): Quiet[] {
  return quiets.value.filter((one) => threadKey(one) === threadKey(thread));
}

/** The other person of a thread; null where those are the facilitators. */
export function otherOf({ line, of }: Thread): string | null {
  const me = you.value;
  if (of !== me?.member_id) return of;
  return line === "companion" ? me.companion : null;
}

export function unreadIn(thread: Thread): number {
  return unread.value.get(threadKey(thread)) ?? 0;
}

export function openLine({ line, of }: Thread): void {
  sheet.value = { name: "line", line, of };
  markRead({ line, of });
}

export function markRead(thread: Thread): void {
  if (unreadIn(thread) === 0) return;
  const left = new Map(unread.value);
  left.delete(threadKey(thread));
  unread.value = left;
}

function isOpen(thread: Thread): boolean {
  const open = sheet.value;
  return open?.name === "line" && threadKey(open) === threadKey(thread);
}

/** Somebody wrote, or one's own words came back, from this tab or another. */
export function onWhispered(said: Whispered): void {
  const mine = said.member_id === you.value?.member_id;
  const known = quiets.value.some((old) => old.id === said.id);
  keep({ ...said, state: "sent" });
  if (mine || known || isOpen(said)) return;
  unread.value = new Map(unread.value).set(threadKey(said), unreadIn(said) + 1);
  // Facilitators have a badge in sight; a member has nowhere else to see that somebody answered.
  if (you.value?.role !== "facilitator") toast(t("line.came", { name: said.name }));
}

function keep(one: Quiet): void {
  const at = quiets.value.findIndex((old) => old.id === one.id);
  const others = at < 0 ? quiets.value : [...quiets.value.slice(0, at), ...quiets.value.slice(at + 1)];
  quiets.value = [...others, one].slice(-MOST);
}

/** Write in a thread. False where it was refused: the words are still the writer's to change. */
export async function whisper(thread: Thread, text: string): Promise<boolean> {
  const me = you.value?.member_id ?? "";
  const one: Quiet = {
    ...thread, id: freshId(), member_id: me, name: nameOf(me), text: text.trim(), state: "sending",
  };
  keep(one);
  return deliver(one);
}

/** Try again what did not arrive, under the same id. */
export function whisperAgain(id: string): void {
  const one = quiets.value.find((old) => old.id === id);
  if (one?.state !== "unsent") return;
  mark(id, "sending");
  void deliver(one);
}

async function deliver(one: Quiet): Promise<boolean> {
  const ack: Ack = await emit("whisper", { id: one.id, to: otherOf(one), text: one.text });
  if (ack.ok) mark(one.id, "sent");
  else if (ack.reason === "timeout") mark(one.id, "unsent");
  else {
    quiets.value = quiets.value.filter((old) => old.id !== one.id);
    toast(t(`reason.${ack.reason}`));
    return false;
  }
  return true;
}

function mark(id: string, state: Quiet["state"]): void {
  quiets.value = quiets.value.map((old) => (old.id === id && old.state !== "sent" ? { ...old, state } : old));
}

/** Whoever facilitates no more keeps nothing of what others wrote to the facilitators. */
export function forgetOthers(): void {
  const me = you.value?.member_id;
  const mine = (one: Thread) => one.line !== "facilitators" || one.of === me;
  quiets.value = quiets.value.filter(mine);
  const kept = new Set(quiets.value.map(threadKey));
  unread.value = new Map([...unread.value].filter(([key]) => kept.has(key)));
}
