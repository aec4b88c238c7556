// One person's seat: who sits there; in open order the holder may name them. Declines to be the
// facilitators' way to a person: they have their own.
import { t } from "../words";
import { situation } from "./may";
import { besideYou, LineButton } from "./Quietly";
import { Sheet } from "./Sheet";
import { closeSheet, sheet } from "./sheets";
import { meeting, seatOf, send, you } from "./store";
import type { Command, SeatView } from "../wire.gen";

export function SeatSheet() {
  const open = sheet.value;
  const seat = open?.name === "seat" ? seatOf(open.memberId) : null;
  return (
    <Sheet title={seat?.name ?? ""} open={seat !== null} onClose={closeSheet}>
      {seat && (
        <>
          <p class="muted">{standing(seat)}</p>
          <Beside seat={seat} />
          <div class="ways">
            <Ways seat={seat} />
            <Report seat={seat} />
          </div>
        </>
      )}
    </Sheet>
  );
}

/** Whoever accompanies you, or whom you accompany: known to the two of you and the facilitators. */
function Beside({ seat }: { seat: SeatView }) {
  const me = you.value;
  if (!me) return null;
  const yours = me.companion === seat.member_id;
  if (!yours && !me.newcomers.includes(seat.member_id)) return null;
  const line = besideYou(me).find((one) => one.other === seat.member_id);
  const words = !line ? "line.companion.fac" : yours ? "line.companion.of" : "line.newcomer.of";
  return (
    <>
      {(line || yours) && <p class="small">{t(words, { name: seat.name })}</p>}
      {line && <LineButton thread={line.thread} words={t("line.companion.open", { name: seat.name })} wide />}
    </>
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
  if (!mayName || me.turn_id === null || seat.presence !== "here") return null;
  return (
    <Way
      words={t("room.pass.to", { name: seat.name })}
      command={{ type: "pass_stick", turn_id: me.turn_id, to: seat.member_id }}
    />
  );
}

function Report({ seat }: { seat: SeatView }) {
  if (seat.member_id === you.value?.member_id) return null;
  const open = () => (sheet.value = { name: "report", memberId: seat.member_id });
  return (
    <button type="button" class="btn btn--quiet btn--wide" onClick={open}>
      {t("report.h1")}
    </button>
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
