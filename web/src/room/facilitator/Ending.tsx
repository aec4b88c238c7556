// The last minutes, for facilitators: how many, who was not heard, ten more, or close.
import { t } from "../../words";
import { sheet } from "../sheets";
import { facilitating, meeting, nameOf, send, serverNow } from "../store";
import { everyQuarter } from "./clock";
import { wide } from "./parts";

const TEN_MINUTES = 600;

export function Ending() {
  const now = meeting.value;
  const view = facilitating.value;
  if (!now || !view || now.ending === "not_yet" || now.phase === "ended") return null;
  everyQuarter();
  const left = Math.ceil((now.ends - serverNow()) / 60_000);
  return (
    <div class="ending" role="group" aria-label={t("fac.close")}>
      <p>
        <b>{now.ending === "due" || left <= 0 ? t("fac.due") : t("fac.soon", { n: left })}</b> {unheardWords(view.unheard)}
      </p>
      <span class="ending__acts">
        <button
          type="button"
          class="btn btn--s"
          onClick={() => void send({ type: "prolong", seconds: TEN_MINUTES })}
        >
          {t(wide.value ? "fac.prolong" : "fac.prolong.s")}
        </button>
        {!wide.value && (
          <button type="button" class="btn btn--s" onClick={() => (sheet.value = { name: "close" })}>
            {t("fac.close.s")}
          </button>
        )}
      </span>
    </div>
  );
}

function unheardWords(unheard: readonly string[]): string {
  if (unheard.length === 0) return t("fac.soon.all");
  return t("fac.soon.unheard", { names: unheard.map(nameOf).join(", ") });
}
