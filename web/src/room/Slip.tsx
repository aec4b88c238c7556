// For a breath after a press that may be a slip: what was understood, and the way back from it.
// Declines to count the seconds: whoever meant it has nothing more to do.
import { t } from "../words";
import { slip, takeBack, type Slip } from "./soon";
import { you } from "./store";

const WORDS: Record<Slip["type"], string> = { pass_stick: "slip.pass", decline: "slip.decline", withdraw: "slip.withdraw" };

/** In the place of the main action, so that the thumb that slipped is there already. */
export function SlipBack({ of }: { of: Slip }) {
  return (
    <>
      <p class="heads">{t(WORDS[of.type])}</p>
      <button type="button" class={`btn btn--wide btn--back${of.type === "pass_stick" ? " btn--stick" : ""}`} onClick={takeBack}>
        {t(`slip.${of.type}.back`, { n: you.value?.place ?? 1 })}
      </button>
    </>
  );
}

/** The answer to one's own press, for who hears the room; always there, as live regions have to be. */
export function SlipTold() {
  return (
    <p class="vh" role="status">
      {slip.value ? t(WORDS[slip.value.type]) : ""}
    </p>
  );
}
