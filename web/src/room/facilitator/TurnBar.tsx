// The turn that is on, with digits: the only place that has them. Nothing here cuts a turn off.
import { t } from "../../words";
import { NodButton, OutButton } from "../Actions";
import { sheet } from "../sheets";
import { facilitating, meeting, send, serverNow, you } from "../store";
import { minutesSeconds } from "../time";
import { everySecond } from "./clock";

const MINUTE = 60;

export function TurnBar() {
  const now = meeting.value;
  const me = you.value;
  const view = facilitating.value;
  if (!now || !me || !view) return null;
  const turn = now.stick.kind === "held" || now.stick.kind === "place_held" ? view.turn_id : null;
  const mine = now.stick.member_id === me.member_id;
  return (
    <div class="turn" role="group" aria-label={t("fac.turn")}>
      <Clock />
      {turn !== null && (
        <button
          type="button"
          class="btn btn--s"
          onClick={() => void send({ type: "extend", turn_id: turn, seconds: MINUTE })}
        >
          {t("fac.add")}
        </button>
      )}
      {turn !== null && !mine && (
        <button type="button" class="btn btn--s" onClick={() => (sheet.value = { name: "end" })}>
          {t("fac.end")}
        </button>
      )}
      <div class="turn__own">
        {now.stick.kind !== "resting" && !mine && now.floor === "stick" && <Interject />}
        <NodButton now={now} me={me} />
        <OutButton />
      </div>
    </div>
  );
}

/** Elapsed of the soft time, for facilitators alone; read out only when asked for. */
function Clock() {
  const stick = meeting.value?.stick;
  if (!stick || stick.kind !== "held" || stick.started === null || stick.soft_limit === null) return null;
  everySecond();
  return (
    <p class="clock">
      <b role="timer">{minutesSeconds(serverNow() - stick.started)}</b>
      <span class="muted">{t("fac.clock", { all: minutesSeconds(stick.soft_limit - stick.started) })}</span>
    </p>
  );
}

function Interject() {
  const on = meeting.value?.interjecting.includes(you.value?.member_id ?? "") ?? false;
  return (
    <button
      type="button"
      class="btn btn--s"
      aria-pressed={on}
      onClick={() => void send({ type: "interject", on: !on })}
    >
      {on ? t("fac.interject.stop") : t("fac.interject")}
    </button>
  );
}
