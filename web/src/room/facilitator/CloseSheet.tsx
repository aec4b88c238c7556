// Closing the circle: names who was not heard, says that the words go, asks once.
import { t } from "../../words";
import { Sheet } from "../Sheet";
import { closeSheet, isOpen } from "../sheets";
import { facilitating, nameOf, send } from "../store";

export function CloseSheet() {
  const unheard = facilitating.value?.unheard ?? [];
  const close = () => {
    closeSheet();
    void send({ type: "close" });
  };
  const prolong = () => {
    closeSheet();
    void send({ type: "prolong", seconds: 600 });
  };
  return (
    <Sheet title={t("fac.close")} open={isOpen("close")} onClose={closeSheet}>
      <p>{unheard.length > 0 ? t("fac.close.b", { n: unheard.length }) : t("fac.close.all")}</p>
      {unheard.length > 0 && (
        <ul class="names">
          {unheard.map((one) => (
            <li key={one}>
              <bdi>{nameOf(one)}</bdi>
            </li>
          ))}
        </ul>
      )}
      <div class="ways">
        <button type="button" class="btn btn--main btn--wide" onClick={close}>
          {t("fac.close")}
        </button>
        <button type="button" class="btn btn--wide" onClick={prolong}>
          {t("fac.prolong")}
        </button>
        <button type="button" class="btn btn--wide" onClick={closeSheet}>
          {t("fac.close.not")}
        </button>
      </div>
    </Sheet>
  );
}
