// The door: who waits, let in one by one or together, turn away kindly, lock.
import { t } from "../../words";
import { Icon } from "../Icon";
import { Sheet } from "../Sheet";
import { closeSheet, isOpen, sheet } from "../sheets";
import { facilitating, meeting, send } from "../store";
import type { WaitingView } from "../../wire.gen";

export function DoorButton() {
  const n = facilitating.value?.waiting.length ?? 0;
  return (
    <button
      type="button"
      class={`btn btn--s${n > 0 ? " btn--main" : ""}`}
      aria-haspopup="dialog"
      onClick={() => (sheet.value = { name: "door" })}
    >
      <Icon name="door" />
      {n > 0 ? t("fac.door", { n }) : t("fac.door.none")}
    </button>
  );
}

export function DoorSheet() {
  const waiting = facilitating.value?.waiting ?? [];
  const locked = meeting.value?.locked ?? false;
  return (
    <Sheet title={t("fac.door.h")} open={isOpen("door")} onClose={closeSheet}>
      {waiting.length === 0 && <p class="muted">{t("fac.door.empty")}</p>}
      <ul class="q">
        {waiting.map((one) => (
          <Guest key={one.member_id} one={one} />
        ))}
      </ul>
      <div class="ways">
        {waiting.length > 1 && (
          <button
            type="button"
            class="btn btn--main btn--wide"
            onClick={() => void send({ type: "admit", member_id: null })}
          >
            {t("fac.admit.all")}
          </button>
        )}
        <button type="button" class="btn btn--wide" onClick={() => void send({ type: "lock", on: !locked })}>
          <Icon name="lock" />
          {locked ? t("fac.unlock") : t("fac.lock")}
        </button>
      </div>
    </Sheet>
  );
}

function Guest({ one }: { one: WaitingView }) {
  const sub = [one.first_visit ? t("fac.firstvisit") : "", one.observer ? t("role.observer") : ""];
  return (
    <li>
      <b />
      <span class="nm">
        <bdi>{one.name}</bdi>
        <small>{sub.filter(Boolean).join(", ")}</small>
      </span>
      <span class="q__acts">
        <button
          type="button"
          class="btn btn--s btn--main"
          aria-label={t("fac.admit.one", { name: one.name })}
          onClick={() => void send({ type: "admit", member_id: one.member_id })}
        >
          {t("fac.admit")}
        </button>
        <button
          type="button"
          class="btn btn--s"
          aria-label={t("fac.turnaway.one", { name: one.name })}
          onClick={() => void send({ type: "turn_away", member_id: one.member_id })}
        >
          {t("fac.turnaway")}
        </button>
      </span>
    </li>
  );
}
