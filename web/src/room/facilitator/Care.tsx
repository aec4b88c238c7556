// Who asked for a hand and who stepped out. Private to facilitators; nothing here reaches members.
import type { HandView, SeatView } from "../../wire.gen";
import { t } from "../../words";
import { facilitating, meeting, nameOf, send, serverNow, you } from "../store";
import { minutesSince } from "../time";
import { everyQuarter } from "./clock";

export function Care() {
  const view = facilitating.value;
  const out = meeting.value?.seats.filter((seat) => seat.presence !== "here") ?? [];
  if (!view) return null;
  everyQuarter();
  return (
    <>
      <h2 class="sec">{t("fac.care")}</h2>
      {view.hands.length === 0 && out.length === 0 && view.silent === null && <p class="muted small">{t("fac.care.none")}</p>}
      {view.silent !== null && (
        <div class="care care--light">
          <p>
            <b>
              <bdi>{nameOf(view.silent)}</bdi>
            </b>{" "}
            {t("fac.silent")}
          </p>
        </div>
      )}
      {view.hands.map((hand) => (
        <Hand key={hand.member_id} hand={hand} />
      ))}
      {out.map((seat) => (
        <div class="care care--light" key={seat.member_id}>
          <p>
            <b>
              <bdi>{seat.name}</bdi>
            </b>{" "}
            {isOut(seat)}
          </p>
        </div>
      ))}
    </>
  );
}

function isOut(seat: SeatView): string {
  const n = minutesOut(seat.member_id);
  if (seat.presence === "stepped_out" && n === 0) return t("fac.is.stepped_out.now");
  return t(`fac.is.${seat.presence}`, { n });
}

function minutesOut(memberId: string): number {
  const one = facilitating.value?.people.find((person) => person.member_id === memberId);
  return one ? minutesSince(one.since, serverNow()) : 0;
}

function Hand({ hand }: { hand: HandView }) {
  const act = (done: boolean) => void send({ type: "take_hand", member_id: hand.member_id, done });
  const n = minutesSince(hand.at, serverNow());
  const mine = hand.taken_by === you.value?.member_id;
  return (
    <div class="care">
      <p>
        <b>
          <bdi>{nameOf(hand.member_id)}</bdi>
        </b>{" "}
        {n === 0 ? t("fac.hand.now") : t("fac.hand", { n })}
      </p>
      {hand.taken_by !== null && (
        <p class="small">{mine ? t("fac.hand.mine") : t("fac.hand.taken", { name: nameOf(hand.taken_by) })}</p>
      )}
      <div class="acts2">
        {!mine && (
          <button type="button" class="btn btn--s btn--main" onClick={() => act(false)}>
            {t("fac.hand.take")}
            <span class="vh">: {nameOf(hand.member_id)}</span>
          </button>
        )}
        <button type="button" class="btn btn--s" onClick={() => act(true)}>
          {t("fac.hand.done")}
          <span class="vh">: {nameOf(hand.member_id)}</span>
        </button>
      </div>
    </div>
  );
}
