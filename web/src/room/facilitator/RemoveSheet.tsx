// Asking somebody to leave: tonight, or for good. Says what each of them will see before it happens.
import { t } from "../../words";
import { Sheet } from "../Sheet";
import { closeSheet, sheet } from "../sheets";
import { seatOf, send } from "../store";

export function RemoveSheet() {
  const open = sheet.value;
  const seat = open?.name === "remove" ? seatOf(open.memberId) : null;
  const remove = (ban: boolean) => {
    closeSheet();
    if (seat) void send({ type: "remove", member_id: seat.member_id, ban });
  };
  const name = seat?.name ?? "";
  return (
    <Sheet title={t("fac.remove", { name })} open={seat !== null} onClose={closeSheet}>
      <p>{t("fac.remove.b", { name })}</p>
      <blockquote class="quote">{t("st.removed")}</blockquote>
      <div class="ways">
        <button type="button" class="btn btn--danger btn--wide" onClick={() => remove(false)}>
          {t("fac.remove.tonight")}
        </button>
        <button type="button" class="btn btn--danger btn--wide" onClick={() => remove(true)}>
          {t("fac.remove.ban")}
        </button>
        <button type="button" class="btn btn--wide" onClick={closeSheet}>
          {t("fac.cancel")}
        </button>
      </div>
    </Sheet>
  );
}
