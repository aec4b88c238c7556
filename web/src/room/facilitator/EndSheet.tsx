// Ending somebody's turn: the person is thanked, not warned. Asks once before it does.
import { t } from "../../words";
import { Sheet } from "../Sheet";
import { closeSheet, isOpen } from "../sheets";
import { facilitating, meeting, nameOf, send } from "../store";

export function EndSheet() {
  const now = meeting.value;
  const turn = facilitating.value?.turn_id ?? null;
  const name = nameOf(now?.stick.member_id ?? null);
  const goesOn = now !== null && now.next !== null && !now.paused;
  const words = goesOn
    ? t("fac.end.confirm", { next: nameOf(now.next), name })
    : t("fac.end.rest", { name });
  const end = (on: boolean) => {
    closeSheet();
    if (turn === null) return;
    // Passing it on for them reads to the circle like any other pass.
    if (on) void send({ type: "pass_stick", turn_id: turn, to: null });
    else void send({ type: "take_back", turn_id: turn });
  };
  return (
    <Sheet title={t("fac.end")} open={isOpen("end") && turn !== null} onClose={closeSheet}>
      <p>{words}</p>
      <div class="ways">
        <button type="button" class="btn btn--main btn--wide" onClick={() => end(goesOn)}>
          {t("fac.end")}
        </button>
        {goesOn && (
          <button type="button" class="btn btn--wide" onClick={() => end(false)}>
            {t("fac.end.resting")}
          </button>
        )}
        <button type="button" class="btn btn--wide" onClick={closeSheet}>
          {t("fac.end.not")}
        </button>
      </div>
    </Sheet>
  );
}
