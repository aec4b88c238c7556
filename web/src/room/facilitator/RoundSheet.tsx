// Starting a round and changing its question. A question typed here lives in the meeting alone.
import { signal } from "@preact/signals";
import type { Order } from "../../wire.gen";
import { t } from "../../words";
import { Sheet } from "../Sheet";
import { closeSheet, isOpen } from "../sheets";
import { facilitating, meeting, send } from "../store";

const ORDERS: readonly Order[] = ["seats", "asked", "shuffled"];
// As in `domain/rounds.py`.
const MAX = 280;
const order = signal<Order>("seats");
const question = signal("");

/** Suggestions of the circle, and ours where it has none. */
export function suggestions(own: readonly string[]): string[] {
  return own.length > 0 ? [...own] : [1, 2, 3, 4].map((n) => t(`prompt.${n}`));
}

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
        {suggestions(facilitating.value?.prompts ?? []).map((one) => (
          <button type="button" class="suggest__one" key={one} onClick={() => (question.value = one)}>
            {one}
          </button>
        ))}
      </div>
    </>
  );
}

export function RoundSheet() {
  const start = async () => {
    const ack = await send({ type: "start_round", prompt: question.value.trim(), order: order.value });
    if (!ack.ok) return;
    question.value = "";
    closeSheet();
  };
  return (
    <Sheet title={t("fac.round")} open={isOpen("round")} onClose={closeSheet}>
      <Question id="round-question" />
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
      <button type="button" class="btn btn--main btn--wide" onClick={() => void start()}>
        {t("fac.round")}
      </button>
    </Sheet>
  );
}

export function PromptSheet() {
  const save = async () => {
    const ack = await send({ type: "set_prompt", prompt: question.value.trim() });
    if (!ack.ok) return;
    question.value = "";
    closeSheet();
  };
  return (
    <Sheet title={t("fac.prompt")} open={isOpen("prompt")} onClose={closeSheet}>
      {meeting.value?.prompt && <p class="muted">{meeting.value.prompt}</p>}
      <Question id="prompt-question" />
      <button type="button" class="btn btn--main btn--wide" onClick={() => void save()}>
        {t("fac.prompt.save")}
      </button>
    </Sheet>
  );
}
