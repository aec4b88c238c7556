// What a facilitator needs now and then about the turn and the whole circle: one tap behind the bar.
import { t } from "../../words";
import { Sheet } from "../Sheet";
import { sheet } from "../sheets";
import { facilitating, meeting, nameOf, send, you } from "../store";
import type { Command, MeetingView } from "../../wire.gen";
import { closeOwn, openOwn, own } from "./parts";
import { mayInvite, mayStart } from "./people";

const MINUTE = 60;

export function TurnSheet() {
  const now = meeting.value;
  if (own.value?.name !== "turn" || !now) return null;
  return (
    <Sheet title={t("fac.turn")} open onClose={closeOwn}>
      <div class="ways">
        <OfTheTurn now={now} />
        <OfTheRound now={now} />
        <Way words={t(now.paused ? "fac.resume" : "fac.pause")} command={{ type: now.paused ? "resume" : "pause" }} />
        {now.bell && !now.paused && <Way words={t("fac.bell")} command={{ type: "ring_bell" }} />}
        <Way words={t(now.locked ? "fac.unlock" : "fac.lock")} command={{ type: "lock", on: !now.locked }} />
        <Way words={t("fac.prolong")} command={{ type: "prolong", seconds: 10 * MINUTE }} />
        <Go words={t("fac.hold.open")} run={() => openOwn({ name: "handover" })} />
        <Go words={t("fac.close")} run={() => (sheet.value = { name: "close" })} />
      </div>
    </Sheet>
  );
}

function OfTheTurn({ now }: { now: MeetingView }) {
  const me = you.value?.member_id ?? "";
  const turn = facilitating.value?.turn_id ?? null;
  const who = now.stick.member_id;
  const on = now.interjecting.includes(me);
  const mine = who === me;
  const member = now.seats.find((one) => one.member_id === who)?.role !== "facilitator";
  return (
    <>
      {who !== null && !mine && now.floor === "stick" && (
        <Way words={t(on ? "fac.interject.stop" : "fac.interject")} command={{ type: "interject", on: !on }} />
      )}
      {turn !== null && (
        <Way words={t("fac.add")} command={{ type: "extend", turn_id: turn, seconds: MINUTE }} />
      )}
      {turn !== null && (
        <Way words={t("fac.less")} command={{ type: "extend", turn_id: turn, seconds: -MINUTE }} />
      )}
      {turn !== null && who !== null && !mine && member && (
        <Go
          words={`${t("fac.quieten")}: ${nameOf(who)}`}
          run={() => openOwn({ name: "quieten", memberId: who })}
        />
      )}
    </>
  );
}

function OfTheRound({ now }: { now: MeetingView }) {
  const view = facilitating.value;
  return (
    <>
      {view && mayInvite(view, now) && <Way words={t("fac.passed.b")} command={{ type: "invite_passed" }} />}
      {mayStart(now) && <Go words={t("fac.round")} run={() => (sheet.value = { name: "round" })} />}
    </>
  );
}

/** Does it and closes. */
function Way({ words, command }: { words: string; command: Command }) {
  return (
    <Go
      words={words}
      run={() => {
        closeOwn();
        void send(command);
      }}
    />
  );
}

/** Leads on to another sheet. */
function Go({ words, run }: { words: string; run: () => void }) {
  return (
    <button
      type="button"
      class="btn btn--wide"
      onClick={() => {
        closeOwn();
        run();
      }}
    >
      {words}
    </button>
  );
}
