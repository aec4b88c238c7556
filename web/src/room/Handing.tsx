// Somebody is asked to hold the circle: what it means, with yes and no alike within reach.
// Declines to interrupt: who holds the stick or writes opens it in their own time.
import { useEffect } from "preact/hooks";
import type { HandingView } from "../wire.gen";
import { t } from "../words";
import { situation } from "./may";
import { Sheet } from "./Sheet";
import { closeSheet, isOpen, sheet } from "./sheets";
import { meeting, nameOf, send, writing, you } from "./store";

/** Which of the three it is: together, instead of the one who asks, or because nobody is there. */
function kindOf(handing: HandingView): "stay" | "give" | "nobody" {
  if (handing.by === null) return "nobody";
  return handing.stay ? "stay" : "give";
}

function ask(handing: HandingView): string {
  return t(`handing.${kindOf(handing)}`, { name: nameOf(handing.by) });
}

/** The line at the thumb, for as long as there is no answer. */
export function TakeOn() {
  const handing = you.value?.handing;
  if (!handing || isOpen("handing")) return null;
  return (
    <div class="ask-line">
      <p class="heads">{ask(handing)}</p>
      <button
        type="button"
        class="btn btn--wide"
        aria-haspopup="dialog"
        onClick={() => (sheet.value = { name: "handing" })}
      >
        {t("handing.answer")}
      </button>
    </div>
  );
}

export function HandingSheet() {
  const handing = you.value?.presence === "here" ? you.value.handing : null;
  const asked = handing ? `${handing.by} ${handing.stay}` : null;
  useEffect(() => {
    if (asked !== null && isFree()) sheet.value = { name: "handing" };
    // Withdrawn, or answered on another device.
    if (asked === null && sheet.peek()?.name === "handing") closeSheet();
  }, [asked]);
  return (
    <Sheet title={handing ? ask(handing) : ""} open={handing !== null && isOpen("handing")} onClose={closeSheet}>
      {handing && <Answers handing={handing} />}
    </Sheet>
  );
}

/** Nothing else is being done that a sheet would take away. */
function isFree(): boolean {
  const now = meeting.peek();
  const me = you.peek();
  if (!now || !me || sheet.peek() !== null || writing.peek()) return false;
  return !["holding", "offered"].includes(situation(now, me));
}

function Answers({ handing }: { handing: HandingView }) {
  const answer = (yes: boolean) => {
    closeSheet();
    void send({ type: "take_on", yes });
  };
  return (
    <>
      <p>{t(`handing.${kindOf(handing)}.b`, { name: nameOf(handing.by) })}</p>
      <p class="small muted">{t("handing.free")}</p>
      <div class="ways">
        <button type="button" class="btn btn--main btn--wide" onClick={() => answer(true)}>
          {t("room.takeon")}
        </button>
        <button type="button" class="btn btn--wide" onClick={() => answer(false)}>
          {t("handing.no")}
        </button>
      </div>
    </>
  );
}
