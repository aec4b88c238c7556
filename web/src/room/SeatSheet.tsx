// One person's seat: who sits there, and what may be done from it. Facilitators do most here.
import { t } from "../words";
import { situation } from "./may";
import { Sheet } from "./Sheet";
import { closeSheet, sheet } from "./sheets";
import { facilitating, isFacilitator, meeting, seatOf, send, you } from "./store";
import type { Command, SeatView } from "../wire.gen";

export function SeatSheet() {
  const open = sheet.value;
  const seat = open?.name === "seat" ? seatOf(open.memberId) : null;
  return (
    <Sheet title={seat?.name ?? ""} open={seat !== null} onClose={closeSheet}>
      {seat && (
        <>
          <p class="muted">{standing(seat)}</p>
          <div class="ways">
            <Ways seat={seat} />
          </div>
        </>
      )}
    </Sheet>
  );
}

/** Role and presence in words; nothing that members must not know. */
function standing(seat: SeatView): string {
  const words = [t(`role.${seat.role}`)];
  if (seat.presence !== "here") words.push(t(`presence.${seat.presence}`));
  return words.join(", ");
}

function Ways({ seat }: { seat: SeatView }) {
  const now = meeting.value;
  const me = you.value;
  if (!now || !me || seat.member_id === me.member_id) return null;
  const mayName = situation(now, me) === "holding" && now.round === null && seat.role === "member";
  return (
    <>
      {mayName && me.turn_id !== null && seat.presence === "here" && (
        <Way
          words={t("room.pass.to", { name: seat.name })}
          command={{ type: "pass_stick", turn_id: me.turn_id, to: seat.member_id }}
        />
      )}
      {isFacilitator.value && <FacilitatorWays seat={seat} />}
    </>
  );
}

function Way({ words, command }: { words: string; command: Command }) {
  const press = () => {
    closeSheet();
    void send(command);
  };
  return (
    <button type="button" class="btn btn--wide" onClick={press}>
      {words}
    </button>
  );
}

function FacilitatorWays({ seat }: { seat: SeatView }) {
  const id = seat.member_id;
  const view = facilitating.value;
  const kind = meeting.value?.stick.kind;
  const free = kind === "resting" || kind === "offered";
  const asked = view?.asked.some((one) => one.member_id === id);
  const inOrder = view?.order.includes(id);
  return (
    <>
      {free && seat.role !== "observer" && seat.presence === "here" && (
        <Way words={t("fac.offer.to")} command={{ type: "offer", member_id: id }} />
      )}
      {inOrder && <Way words={t("fac.excuse")} command={{ type: "excuse", member_id: id }} />}
      {asked && <Way words={t("fac.lower")} command={{ type: "lower_hand", member_id: id }} />}
      {seat.role !== "facilitator" && <Quieten seat={seat} />}
      {seat.role === "member" && <Roles seat={seat} />}
      <button
        type="button"
        class="btn btn--wide btn--danger"
        onClick={() => (sheet.value = { name: "remove", memberId: id })}
      >
        {t("fac.remove", { name: seat.name })}
      </button>
    </>
  );
}

/** Sound and words first: somebody listens for now, and keeps their seat. */
function Quieten({ seat }: { seat: SeatView }) {
  const { member_id: id, name } = seat;
  const person = facilitating.value?.people.find((one) => one.member_id === id);
  const on = !person?.quietened;
  if (seat.role === "observer" && on) return null;
  const words = t(on ? "seat.ask.quieten" : "seat.ask.heard", { name });
  return <Way words={words} command={{ type: "quieten", member_id: id, on }} />;
}

/** Holding the circle: together, instead, or only should no facilitator be there. */
function Roles({ seat }: { seat: SeatView }) {
  const { member_id: id, name } = seat;
  const ready = facilitating.value?.successor === id;
  const successor = t(ready ? "seat.ask.ready.not" : "seat.ask.ready", { name });
  return (
    <>
      {seat.presence === "here" && (
        <>
          <Way words={t("seat.ask.together", { name })} command={{ type: "hand_over", member_id: id, stay: true }} />
          <Way words={t("fac.handover", { co: name })} command={{ type: "hand_over", member_id: id, stay: false }} />
        </>
      )}
      <Way words={successor} command={{ type: "name_successor", member_id: ready ? null : id }} />
    </>
  );
}
