// The stick is with the person, not with a tab: says where they speak from, and moves it on request.
// Declines to move it by itself.
import { t } from "../words";
import { send } from "./store";

export function Elsewhere() {
  return (
    <div class="elsewhere">
      <p class="heads">{t("room.elsewhere")}</p>
      <button type="button" class="btn btn--wide" onClick={() => void send({ type: "speak_here" })}>
        {t("room.elsewhere.here")}
      </button>
    </div>
  );
}
