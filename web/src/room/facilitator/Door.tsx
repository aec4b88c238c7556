// The door: who waits, let in one by one or together, turn away kindly, lock.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../../words";
import { Icon } from "../Icon";
import { Sheet } from "../Sheet";
import { closeSheet, isOpen, sheet } from "../sheets";
import { Sure } from "../Sure";
import { facilitating, meeting, send, serverNow } from "../store";
import { minutesSince } from "../time";
import type { WaitingView } from "../../wire.gen";
import { everyQuarter } from "./clock";
import { useSteadyFocus } from "./steady";

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
  return (
    <Sheet title={t("fac.door.h")} open={isOpen("door")} onClose={closeSheet}>
      <Door />
    </Sheet>
  );
}

/** Who waits and the lock: in a sheet on a laptop, in the panel of a phone. */
export function Door() {
  const locked = meeting.value?.locked ?? false;
  return (
    <Guests waiting={facilitating.value?.waiting ?? []}>
      <button type="button" class="btn btn--wide" onClick={() => void send({ type: "lock", on: !locked })}>
        <Icon name="lock" />
        {locked ? t("fac.unlock") : t("fac.lock")}
      </button>
    </Guests>
  );
}

/** Who waits, to be let in one by one or together; `children`: what else may be done at the door. */
export function Guests({ waiting, children }: { waiting: readonly WaitingView[]; children?: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  useSteadyFocus(box);
  everyQuarter();
  return (
    <div ref={box} tabIndex={-1} class="everyone">
      {waiting.length === 0 && <p class="muted">{t("fac.door.empty")}</p>}
      <ul class="q q--people">
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
        {children}
      </div>
    </div>
  );
}

function Guest({ one }: { one: WaitingView }) {
  const n = minutesSince(one.since, serverNow());
  const sub = [
    one.first_visit ? t("fac.firstvisit") : "",
    one.observer ? t("role.observer") : "",
    n === 0 ? t("fac.waits.now") : t("fac.waits", { n }),
  ];
  return (
    <li tabIndex={-1}>
      <span class="nm">
        <bdi>{one.name}</bdi>
        <small>{sub.filter(Boolean).join(" · ")}</small>
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
        <Sure
          words={t("fac.turnaway")}
          label={t("fac.turnaway.one", { name: one.name })}
          asks={t("fac.turnaway.sure", { name: one.name })}
          yes={t("fac.turnaway.sure.yes")}
          run={() => void send({ type: "turn_away", member_id: one.member_id })}
          look="btn--s"
        />
      </span>
    </li>
  );
}
