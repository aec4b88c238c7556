// Starting a round and changing its question. A question typed here lives in the meeting alone.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { MemberId, Order, Wording } from "../../wire.gen";
import { lang, t } from "../../words";
import { Sheet } from "../Sheet";
import { closeSheet, isOpen } from "../sheets";
import { facilitating, guide, inLanguage, meeting, send, spokenIn } from "../store";
import { withMove } from "./ordering";
import { Sortable } from "./Sortable";

const ORDERS: readonly Order[] = ["seats", "asked", "shuffled", "by_hand"];
// As in `domain/rounds.py`.
const MAX = 280;
const order = signal<Order>("seats");
const closing = signal(false);
const question = signal("");
/** The order made by hand; whoever came since is at its end, whoever left is out of it. */
const byHand = signal<readonly MemberId[]>([]);

/** One of the circle's questions keeps both its languages; typed words have the one they are in. */
function wordingOf(typed: string, known: readonly Wording[]): Wording {
  const text = typed.trim();
  const same = known.find((one) => text !== "" && inLanguage(one).trim() === text);
  if (same) return same;
  return lang.value === "en" ? { id: "", en: text } : { id: text, en: "" };
}

const prompts = (): readonly Wording[] => guide.value?.prompts ?? [];

function Question({ id }: { id: string }) {
  return (
    <>
      <label class="label" for={id}>
        {t("fac.question")}
      </label>
      <textarea
        id={id}
        class="field-text"
        rows={2}
        maxLength={MAX}
        autoComplete="off"
        value={question.value}
        onInput={(event) => (question.value = event.currentTarget.value)}
      />
      <div class="suggest" role="group" aria-label={t("fac.suggestions")}>
        {prompts().map((one) => (
          <button
            type="button"
            class="suggest__one"
            key={one.id + one.en}
            aria-pressed={question.value === inLanguage(one)}
            onClick={() => (question.value = inLanguage(one))}
          >
            <bdi lang={spokenIn(one)}>{inLanguage(one)}</bdi>
          </button>
        ))}
      </div>
    </>
  );
}

export function RoundSheet() {
  return (
    <Sheet title={t(closing.value ? "fac.round.closing" : "fac.round")} open={isOpen("round")} onClose={closeSheet}>
      <NewRound />
    </Sheet>
  );
}

function NewRound() {
  useEffect(() => {
    closing.value = meeting.value?.phase === "closing";
  }, []);
  const people = facilitating.value?.people.map((one) => one.member_id) ?? [];
  const named = arranged(people);
  const start = async () => {
    const ack = await send({
      type: "start_round",
      prompt: wordingOf(question.value, prompts()),
      order: order.value,
      named: order.value === "by_hand" ? named : [],
      closing: closing.value,
    });
    if (!ack.ok) return;
    question.value = "";
    closeSheet();
  };
  return (
    <>
      <Closing />
      <Question id="round-question" />
      <Orders />
      {order.value === "by_hand" && <ByHand named={named} />}
      <div class="at-end">
        <button type="button" class="btn btn--main btn--wide" onClick={() => void start()}>
          {t(closing.value ? "fac.round.closing" : "fac.round")}
        </button>
      </div>
    </>
  );
}

function arranged(people: readonly MemberId[]): MemberId[] {
  const kept = byHand.value.filter((one) => people.includes(one));
  return [...kept, ...people.filter((one) => !kept.includes(one))];
}

function Closing() {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={closing.value}
        onChange={() => (closing.value = !closing.value)}
      />
      <span>
        <b>{t("fac.closing.on")}</b>
        <span class="small muted">{t("fac.closing.b")}</span>
      </span>
    </label>
  );
}

function Orders() {
  return (
    <>
      <p class="label" id="round-order">
        {t("fac.order.h")}
      </p>
      <div class="chips" role="group" aria-labelledby="round-order">
        {ORDERS.map((one) => (
          <button
            type="button"
            class="chip"
            key={one}
            aria-pressed={order.value === one}
            onClick={() => (order.value = one)}
          >
            {t(`fac.order.${one}`)}
          </button>
        ))}
      </div>
    </>
  );
}

function ByHand({ named }: { named: readonly MemberId[] }) {
  return (
    <>
      <p class="hint">{t("fac.drag.b")}</p>
      <Sortable
        ids={named}
        label={t("fac.order.list")}
        onMove={(id, before) => {
          byHand.value = withMove(named, id, before);
          return true;
        }}
      />
    </>
  );
}

export function PromptSheet() {
  const save = async () => {
    const ack = await send({ type: "set_prompt", prompt: wordingOf(question.value, prompts()) });
    if (!ack.ok) return;
    question.value = "";
    closeSheet();
  };
  const current = meeting.value ? inLanguage(meeting.value.prompt) : "";
  return (
    <Sheet title={t("fac.prompt")} open={isOpen("prompt")} onClose={closeSheet}>
      {current && (
        <p class="muted">
          <bdi>{current}</bdi>
        </p>
      )}
      <Question id="prompt-question" />
      <button type="button" class="btn btn--main btn--wide" onClick={() => void save()}>
        {t("fac.prompt.save")}
      </button>
    </Sheet>
  );
}
