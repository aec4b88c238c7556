// The way out in a hurry: one press, or Shift three times. Declines to ask, to wait, and to claim
// that it clears the history of the browser.
import { useEffect } from "preact/hooks";
import { t } from "../words";
import { Icon } from "./Icon";

/** The weather: a page anybody might have open, that loads fast in Indonesia. */
export const ELSEWHERE = "https://www.bmkg.go.id/";
const WITHIN_MS = 1500;

/** Empty the page at once, then replace it, so that Back does not reopen the room. */
export function leave(page: Pick<Window, "document" | "location"> = window): void {
  // First what can be seen: a slow network must not keep the words on the screen.
  page.document.title = "";
  page.document.body.replaceChildren();
  page.location.replace(ELSEWHERE);
}

/** Call `then` on Shift pressed three times in a row, nothing between. Returns how to stop. */
export function onThreeShifts(then: () => void, target: EventTarget = window): () => void {
  let times: number[] = [];
  const press = (event: Event) => {
    const { key, repeat, timeStamp } = event as KeyboardEvent;
    if (repeat) return;
    times = key === "Shift" ? [...times, timeStamp].slice(-3) : [];
    if (times.length < 3 || timeStamp - (times[0] ?? 0) > WITHIN_MS) return;
    times = [];
    then();
  };
  // Before anything else hears the key: an open sheet must not swallow it.
  target.addEventListener("keydown", press, true);
  return () => target.removeEventListener("keydown", press, true);
}

export function QuickExit() {
  useEffect(() => onThreeShifts(() => leave()), []);
  return (
    <button type="button" class="exit" aria-label={t("exit.sr")} title={t("exit.note")} onClick={() => leave()}>
      <Icon name="exit" />
      <span>{t("exit")}</span>
    </button>
  );
}
