// Closing the circle: names who was not heard, says that the words go, asks once.
import { t } from "../../words";
import { Sheet } from "../Sheet";
import { closeSheet, isOpen } from "../sheets";
import { facilitating, meeting, nameOf, send } from "../store";
import { neverOffered } from "./people";

export function CloseSheet() {
  const view = facilitating.value;
  const now = meeting.value;
  const unheard = view && now ? neverOffered(view, now) : [];
  const close = () => {
    closeSheet();
    void send({ type: "close" });
  };
  return (
    <Sheet title={t("fac.close")} open={isOpen("close")} onClose={closeSheet}>
      <p>{unheard.length > 0 ? t("fac.close.b", { n: unheard.length }) : t("fac.close.all")}</p>
      {unheard.length > 0 && (
        <ul class="names">
          {unheard.map((one) => (
            <li key={one.member_id}>
              <bdi>{nameOf(one.member_id)}</bdi>
            </li>
          ))}
        </ul>
      )}
      <div class="ways">
        <button type="button" class="btn btn--main btn--wide" onClick={close}>
          {t("fac.close")}
        </button>
        <button type="button" class="btn btn--wide" onClick={closeSheet}>
          {t("fac.close.not")}
        </button>
      </div>
    </Sheet>
  );
}
