// Run of show: where the meeting is, the script to read, and the frame (floor, pause).
import { signal } from "@preact/signals";
import type { Floor, Phase } from "../../wire.gen";
import { t } from "../../words";
import { sheet } from "../sheets";
import { facilitating, meeting, nameOf, send } from "../store";

const PHASES: readonly Phase[] = ["gathering", "opening", "sharing", "closing"];
const FLOORS: readonly Floor[] = ["stick", "open", "quiet"];
/** How many scripts each phase has: `script.<phase>.1` and on. */
export const SCRIPTS: Record<Phase, number> = { gathering: 1, opening: 3, sharing: 3, closing: 2, ended: 0 };
const script = signal<{ phase: Phase; at: number }>({ phase: "gathering", at: 0 });

export function Agenda() {
  const now = meeting.value;
  if (!now) return null;
  const at = PHASES.indexOf(now.phase);
  return (
    <>
      <h2 class="sec">{t("fac.agenda")}</h2>
      <ol class="run">
        {PHASES.map((phase, index) => (
          <Step key={phase} phase={phase} place={index - at} />
        ))}
      </ol>
      <Forward phase={now.phase} />
      <Script phase={now.phase} />
      <Frame floor={now.floor} paused={now.paused} />
    </>
  );
}

/** `place`: below zero done, zero now, above zero to come. */
function Step({ phase, place }: { phase: Phase; place: number }) {
  const state = place < 0 ? "done" : place === 0 ? "now" : "";
  return (
    <li class={state} aria-current={place === 0 ? "step" : undefined}>
      <i />
      <span>{place === 0 && phase === "sharing" ? sharing() : t(`phase.${phase}`)}</span>
      {place < 0 && <span class="xs">{t("fac.done")}</span>}
      {place === 0 && phase === "sharing" && <span class="xs">{heard()}</span>}
    </li>
  );
}

function sharing(): string {
  const round = meeting.value?.round ?? null;
  return round === null ? t("phase.sharing") : t("room.round", { n: round });
}

/** How many of the round have been reached. */
function heard(): string {
  const people = facilitating.value?.people.filter((one) => one.standing !== null) ?? [];
  if (people.length === 0) return "";
  const done = people.filter((one) => one.standing === "spoken" || one.standing === "declined").length;
  return t("fac.of", { n: done, all: people.length });
}

/** The one step that usually comes next. */
function Forward({ phase }: { phase: Phase }) {
  const to: Partial<Record<Phase, Phase>> = { gathering: "opening", opening: "sharing", sharing: "closing" };
  const next = to[phase];
  const now = meeting.value;
  const free = now?.stick.kind === "resting" || now?.stick.kind === "offered";
  const mayStart = phase !== "gathering" && phase !== "ended" && now?.round === null && free;
  return (
    <div class="forward">
      {mayStart && (
        <button type="button" class="btn btn--main btn--s" onClick={() => (sheet.value = { name: "round" })}>
          {t("fac.round")}
        </button>
      )}
      {next && (
        <button
          type="button"
          class={`btn btn--s${mayStart ? "" : " btn--main"}`}
          onClick={() => void send({ type: "set_phase", phase: next })}
        >
          {t(`fac.to.${next}`)}
        </button>
      )}
    </div>
  );
}

function Script({ phase }: { phase: Phase }) {
  const many = SCRIPTS[phase];
  if (many === 0) return null;
  const at = script.value.phase === phase ? script.value.at % many : 0;
  const stick = meeting.value?.stick;
  const names = {
    name: stick?.kind === "held" ? nameOf(stick.member_id) : t("script.friend"),
    next: meeting.value?.next ? nameOf(meeting.value.next) : t("script.friend"),
  };
  return (
    <div class="script">
      <h2>{t("fac.script")}</h2>
      <p>{t(`script.${phase}.${at + 1}`, names)}</p>
      {many > 1 && (
        <button type="button" class="btn btn--s" onClick={() => (script.value = { phase, at: at + 1 })}>
          {t("fac.script.next")}
        </button>
      )}
    </div>
  );
}

function Frame({ floor, paused }: { floor: Floor; paused: boolean }) {
  return (
    <div class="frame" role="group" aria-label={t("fac.floor")}>
      <h2 class="sec">
        {t("fac.floor")}
        <button type="button" class="link" onClick={() => void send({ type: paused ? "resume" : "pause" })}>
          {paused ? t("fac.resume") : t("fac.pause")}
        </button>
      </h2>
      <div class="chips">
        {FLOORS.map((one) => (
          <button
            type="button"
            class="chip"
            key={one}
            aria-pressed={one === floor}
            onClick={() => void send({ type: "set_floor", floor: one })}
          >
            {t(`fac.floor.${one}`)}
          </button>
        ))}
      </div>
    </div>
  );
}
