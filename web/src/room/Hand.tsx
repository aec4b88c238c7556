// 'Temani saya': says first who will know, with the help lines beside it. One press, private.
import { t } from "../words";
import { HelpLines } from "./Help";
import { Icon } from "./Icon";
import { LineButton } from "./Quietly";
import { Sheet } from "./Sheet";
import { closeSheet, isOpen } from "./sheets";
import { hostName, meeting, nameOf, send, you } from "./store";

export function HandSheet() {
  return (
    <Sheet title={t("hand.h")} open={isOpen("hand")} onClose={closeSheet}>
      <Hand />
    </Sheet>
  );
}

function Hand() {
  const sent = you.value?.hand_sent ?? false;
  const companion = you.value?.companion ?? null;
  const me = you.value?.member_id ?? "";
  return (
    <>
      <p>{t(companion === null ? "hand.b" : "hand.b.companion", { name: nameOf(companion) })}</p>
      {who() !== "" && <p class="small muted">{t("hand.who", { names: who() })}</p>}
      {sent ? (
        <p class="sent" role="status">
          <Icon name="care" /> {t("hand.sent", { host: hostName() || t("hand.facilitator") })}
        </p>
      ) : (
        <button type="button" class="btn btn--main btn--wide" onClick={() => void send({ type: "need_hand" })}>
          <Icon name="care" />
          {t("room.hand")}
        </button>
      )}
      {you.value?.role !== "facilitator" && (
        <LineButton thread={{ line: "facilitators", of: me }} words={t("line.open")} wide />
      )}
      <p class="sheet__gap">{t("hand.danger")}</p>
      <HelpLines />
    </>
  );
}

/** The names of everybody who will know, in the order of the seats. */
function who(): string {
  const seats = meeting.value?.seats ?? [];
  return seats
    .filter((seat) => seat.role === "facilitator" && seat.member_id !== you.value?.member_id)
    .map((seat) => seat.name)
    .join(", ");
}
