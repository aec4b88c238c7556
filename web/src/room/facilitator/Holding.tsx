// Who holds the circle: several at once, a hand-over that the other answers, who steps in at need.
import { signal } from "@preact/signals";
import type { MemberId, SeatView } from "../../wire.gen";
import { t } from "../../words";
import { Sheet } from "../Sheet";
import { facilitating, meeting, nameOf, send, you } from "../store";
import { closeOwn, openOwn, own, wide } from "./parts";

/** Whom the sheet is about, and how; filled in from where it was opened. */
const to = signal<MemberId | null>(null);
const stay = signal(true);

export function openHandOver(memberId: MemberId | null, together: boolean): void {
  to.value = memberId;
  stay.value = together;
  openOwn({ name: "handover" });
}

/** Facilitators now and the way to share or hand over. A laptop has what is asked in its bar. */
export function Holding() {
  const seats = meeting.value?.seats ?? [];
  return (
    <div class="holding">
      <h2 class="sec">{t("fac.hold.h")}</h2>
      <p class="names">
        {seats.filter((one) => one.role === "facilitator").map((one) => (
          <bdi key={one.member_id}>{named(one)}</bdi>
        ))}
      </p>
      {!wide.value && <Handing />}
      <button type="button" class="btn btn--s" aria-haspopup="dialog" onClick={() => openHandOver(null, true)}>
        {t("fac.hold.open")}
      </button>
    </div>
  );
}

function named(seat: SeatView): string {
  if (seat.member_id === you.value?.member_id) return `${seat.name} (${t("seat.you")})`;
  return seat.presence === "here" ? seat.name : `${seat.name} (${t(`presence.${seat.presence}`)})`;
}

/** A hand-over that waits for its answer, and the way to take it back. */
export function Handing() {
  const handing = facilitating.value?.handing;
  if (!handing) return null;
  return (
    <p class="handing small" role="group" aria-label={t("fac.hold.h")}>
      <span>{t("fac.handing.to", { name: nameOf(handing.to) })}</span>
      {handing.by !== null && (
        <button
          type="button"
          class="btn btn--s"
          onClick={() => void send({ type: "hand_over", member_id: null, stay: handing.stay })}
        >
          {t("fac.handing.undo")}
        </button>
      )}
    </p>
  );
}

export function HandOverSheet() {
  const seats = meeting.value?.seats ?? [];
  const others = seats.filter((one) => one.role !== "facilitator" && one.presence === "here");
  const chosen = others.find((one) => one.member_id === to.value) ?? null;
  return (
    <Sheet title={t("fac.handover.h")} open={own.value?.name === "handover"} onClose={closeOwn}>
      <Handing />
      {others.length === 0 && <p class="muted">{t("fac.handover.none")}</p>}
      {others.length > 0 && (
        <>
          <Choice label={t("fac.handover.who")} value={to.value} pick={(id) => (to.value = id)}
            options={others.map((one) => [one.member_id, one.name] as const)} />
          <Choice label={t("fac.handover.how")} value={stay.value ? "stay" : "give"}
            pick={(how) => (stay.value = how === "stay")}
            options={[["stay", t("fac.handover.stay")], ["give", t("fac.handover.give")]]} />
          {chosen && <Ask seat={chosen} />}
        </>
      )}
      <CoHolds />
      <Successor />
    </Sheet>
  );
}

function Ask({ seat }: { seat: SeatView }) {
  const ask = async () => {
    const ack = await send({ type: "hand_over", member_id: seat.member_id, stay: stay.value });
    if (ack.ok) closeOwn();
  };
  return (
    <>
      <button type="button" class="btn btn--main btn--wide" onClick={() => void ask()}>
        {t("fac.handover.ask", { name: seat.name })}
      </button>
      <p class="hint">{t("fac.handover.asks")}</p>
    </>
  );
}

/** Somebody facilitates beside you: you may be a member from now on, and need nobody's answer. */
function CoHolds() {
  const co = meeting.value?.seats.find(
    (one) => one.role === "facilitator" && one.presence === "here" && one.member_id !== you.value?.member_id,
  );
  if (!co) return null;
  const step = () => {
    closeOwn();
    void send({ type: "become_member" });
  };
  return (
    <button type="button" class="btn btn--wide" onClick={step}>
      {t("fac.handover.co", { co: co.name })}
    </button>
  );
}

function Choice({ label, options, value, pick }: {
  label: string;
  options: readonly (readonly [string, string])[];
  value: string | null;
  pick: (value: string) => void;
}) {
  return (
    <div role="group" aria-label={label}>
      <p class="label" aria-hidden="true">
        {label}
      </p>
      <div class="chips">
        {options.map(([one, words]) => (
          <button type="button" class="chip" key={one} aria-pressed={one === value} onClick={() => pick(one)}>
            <bdi>{words}</bdi>
          </button>
        ))}
      </div>
    </div>
  );
}

/** The browser's own list: easy with a thumb, and with a long circle. */
function Successor() {
  const members = meeting.value?.seats.filter((one) => one.role === "member") ?? [];
  return (
    <>
      <label class="label" for="fac-successor">
        {t("fac.successor")}
      </label>
      <select
        id="fac-successor"
        class="field-text"
        value={facilitating.value?.successor ?? ""}
        onChange={(event) => void send({ type: "name_successor", member_id: event.currentTarget.value || null })}
      >
        <option value="">{t("fac.successor.none")}</option>
        {members.map((one) => (
          <option key={one.member_id} value={one.member_id}>
            {one.name}
          </option>
        ))}
      </select>
      <p class="hint">{t("fac.successor.b")}</p>
    </>
  );
}
