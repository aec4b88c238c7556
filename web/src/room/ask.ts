// The ways to ask for a change, and to say something. Nothing waits in silence: a no is told in
// words, and what did not arrive says so. Declines to decide what is allowed.
import type { Command, MemberId, Reason } from "../wire.gen";
import { t } from "../words";
import {
  draft, feed, freshId, meeting, nameOf, put, you, type PhraseKey, type Words,
} from "./memory";
import { toast } from "./toast";

export type Ack =
  | { ok: true; version: number }
  | { ok: false; reason: Reason | "timeout"; by?: MemberId | null };

/** The way out to the server; put in by the connection, by a double in tests. */
export interface Transport {
  live(): boolean;
  emit(event: string, payload: object): Promise<Ack>;
}

export const ACK_MS = 5000;

let transport: Transport | null = null;
const inFlight = new Map<string, Promise<Ack>>();

export function attach(way: Transport | null): void {
  transport = way;
}

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
  if (ack.ok) return ack;
  if (ack.reason === "timeout") {
    // The same id: if it did arrive, asking again changes nothing.
    toast(t("room.notdone"), () => void carry(command, commandId));
  } else {
    toast(refusal(ack.reason, ack.by ?? null));
  }
  return ack;
}

/** A no in words; where two pressed at once it names who was faster. */
function refusal(reason: Reason, by: MemberId | null): string {
  if (reason === "conflict" && by !== null) return t("conflict.by", { name: nameOf(by) });
  return t(`reason.${reason}`);
}

/** Nothing waits in silence: without a connection the answer is no, at once. */
export async function emit(event: string, payload: object): Promise<Ack> {
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
    return { ok: true, version: meeting.value?.version ?? 0 };
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
