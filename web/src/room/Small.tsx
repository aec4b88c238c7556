// The small actions under the main one: nod, write, step out, a hand, the bell.
// Declines to be more than one tap each.
import type { MeetingView, YouView } from "../wire.gen";
import { t } from "../words";
import { BellButton } from "./Bell";
import { Icon } from "./Icon";
import { mayNod, situation } from "./may";
import { sheet } from "./sheets";
import { nod, nodding, send, writing } from "./store";

export function Small({ now, me }: { now: MeetingView; me: YouView }) {
  const holding = situation(now, me) === "holding";
  return (
    <div class={`four${now.bell ? " four--five" : ""}`}>
      {holding ? <NodSwitch off={now.nods_off} /> : <NodButton now={now} me={me} />}
      <WriteButton />
      <OutButton />
      <button type="button" class="ic ic--hand" aria-haspopup="dialog" onClick={() => (sheet.value = { name: "hand" })}>
        <Icon name="care" />
        {me.hand_sent ? t("room.hand.sent") : t("room.hand")}
      </button>
      <BellButton />
    </div>
  );
}

/** The holder's switch: a turn without nods. */
function NodSwitch({ off }: { off: boolean }) {
  return (
    <button type="button" class="ic" aria-pressed={!off} onClick={() => void send({ type: "set_nods", off: !off })}>
      <Icon name="nod" />
      {t("room.nods")}
    </button>
  );
}

export function NodButton({ now, me }: { now: MeetingView; me: YouView }) {
  const why = mayNod(now, me);
  const nods = nodding.value.has(me.member_id);
  return (
    <button type="button" class={`ic ic--nod${nods ? " is-on" : ""}`} aria-disabled={why !== null} onClick={() => void nod()}>
      <Icon name="nod" />
      {why === "nods_off" ? t("room.nods.off") : t("room.nod")}
    </button>
  );
}

function WriteButton() {
  return (
    <button
      type="button"
      class="ic"
      id="write-button"
      aria-expanded={writing.value}
      aria-controls="composer"
      onClick={() => (writing.value = !writing.value)}
    >
      <Icon name="chat" />
      {t("room.write")}
    </button>
  );
}

export function OutButton() {
  return (
    <button type="button" class="ic ic--out" onClick={() => void send({ type: "step_out" })}>
      <Icon name="cup" />
      {t("room.out")}
    </button>
  );
}
