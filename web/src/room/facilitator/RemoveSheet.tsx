// Asking somebody to leave: tonight, or for good. Says what each of them will see before it happens.
import { useState } from "preact/hooks";
import type { Command } from "../../wire.gen";
import { t } from "../../words";
import { Sheet } from "../Sheet";
import { closeSheet, sheet } from "../sheets";
import { seatOf, send } from "../store";

type Revoked = Extract<Command, { type: "remove" }>["revoke"];

export function RemoveSheet() {
  const open = sheet.value;
  const seat = open?.name === "remove" ? seatOf(open.memberId) : null;
  const name = seat?.name ?? "";
  return (
    <Sheet title={t("fac.remove", { name })} open={seat !== null} onClose={closeSheet}>
      {seat && <Ways key={seat.member_id} memberId={seat.member_id} name={name} />}
    </Sheet>
  );
}

function Ways({ memberId, name }: { memberId: string; name: string }) {
  const [revoke, setRevoke] = useState<Revoked>("nothing");
  const remove = (ban: boolean) => {
    closeSheet();
    void send({ type: "remove", member_id: memberId, ban, revoke });
  };
  const tick = (one: Revoked, instead: Revoked) => (
    <label class="switch">
      <input
        type="checkbox"
        checked={revoke === one || revoke === "branch"}
        onChange={(event) => setRevoke(event.currentTarget.checked ? one : instead)}
      />
      <span>
        <b>{t(`fac.remove.${one}`, { name })}</b>
        <span class="small muted">{t(`fac.remove.${one}.b`, { name })}</span>
      </span>
    </label>
  );
  return (
    <>
      <p>{t("fac.remove.b", { name })}</p>
      <blockquote class="quote">{t("st.removed")}</blockquote>
      {tick("invitation", "nothing")}
      {tick("branch", "invitation")}
      <div class="ways">
        <button type="button" class="btn btn--danger btn--wide" onClick={() => remove(false)}>
          {t("fac.remove.tonight")}
        </button>
        <button type="button" class="btn btn--danger btn--wide" onClick={() => remove(true)}>
          {t("fac.remove.ban")}
        </button>
        <p class="small muted">{t("fac.remove.ban.b")}</p>
        <button type="button" class="btn btn--wide" onClick={closeSheet}>
          {t("fac.cancel")}
        </button>
      </div>
    </>
  );
}
