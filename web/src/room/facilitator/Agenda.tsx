// The circle's agenda: where the meeting is, by what is done and by the clock; the script to read;
// and the frame (who may speak, pause). Declines to move anything on by itself.
import { signal } from "@preact/signals";
import type { FacilitatorView, Floor, MeetingView, Step } from "../../wire.gen";
import { lang, t } from "../../words";
import { sheet } from "../sheets";
import { clockOffset, facilitating, guide, inLanguage, meeting, send, serverNow, spokenIn } from "../store";
import { begins, behind, byClock, phaseAfter, stepAt } from "./steps";
import { everyQuarter } from "./clock";
import { wide } from "./parts";
import { mayStart } from "./people";

const FLOORS: readonly Floor[] = ["stick", "open", "quiet"];
/** The step that this facilitator went on to, where several share a phase. */
const chosen = signal<number | null>(null);

/** A laptop has the whole evening at once; on a phone the script is read, so it comes first. */
export function Agenda() {
  const now = meeting.value;
  const view = facilitating.value;
  const steps = guide.value?.agenda ?? [];
  if (!now || !view) return null;
  everyQuarter();
  const at = stepAt(steps, now.phase, now.round, chosen.value);
  const minutes = Math.max(0, (serverNow() - view.opened) / 60_000);
  return (
    <>
      {!wide.value && <Script step={steps[at]} />}
      {!wide.value && <Forward steps={steps} at={at} now={now} />}
      <h2 class="sec">{t("fac.agenda")}</h2>
      <Late minutes={behind(steps, at, minutes)} />
      <ol class="run">
        {steps.map((step, index) => (
          <Row
            key={index}
            step={step}
            place={index - at}
            clock={index === byClock(steps, minutes)}
            time={timeAt(view, begins(steps)[index] ?? 0)}
            sub={index === at ? heard(view, now) : ""}
          />
        ))}
      </ol>
      {wide.value && <Forward steps={steps} at={at} now={now} />}
      {wide.value && <Script step={steps[at]} />}
      <Frame now={now} />
    </>
  );
}

function Late({ minutes }: { minutes: number }) {
  // A few minutes are nothing to speak of.
  return minutes >= 3 ? <p class="small muted">{t("fac.behind", { n: minutes })}</p> : null;
}

/** When a step begins by the plan, as the clocks of this place have it. */
function timeAt(view: FacilitatorView, minutes: number): string {
  const at = new Date(view.opened + minutes * 60_000 - clockOffset.value);
  return at.toLocaleTimeString(lang.value, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

interface RowProps {
  step: Step;
  /** Below zero done, zero now, above zero to come. */
  place: number;
  /** The clock says that it is this one. */
  clock: boolean;
  time: string;
  sub: string;
}

function Row({ step, place, clock, time, sub }: RowProps) {
  const state = place < 0 ? "done" : place === 0 ? "now" : "";
  return (
    <li class={state} aria-current={place === 0 ? "step" : undefined}>
      <i />
      <span>
        <bdi lang={spokenIn(step.title)}>{inLanguage(step.title)}</bdi>
        {clock && place !== 0 && <small class="run__clock">{t("fac.byclock")}</small>}
        {sub && <small>{sub}</small>}
      </span>
      <span class="xs run__time">
        {place < 0 ? t("fac.done") : `${time}, ${t("fac.minutes", { n: step.minutes })}`}
      </span>
    </li>
  );
}

/** How many of the round have been reached. */
function heard(view: FacilitatorView, now: MeetingView): string {
  if (now.round === null || view.people.length === 0) return "";
  const round = view.people.filter((one) => one.standing !== null);
  const done = round.filter((one) => one.standing === "spoken" || one.standing === "declined");
  return `${t("room.round", { n: now.round })}: ${t("fac.of", { n: done.length, all: round.length })}`;
}

/** The next step, the next phase where that is another, and the round. */
function Forward({ steps, at, now }: { steps: readonly Step[]; at: number; now: MeetingView }) {
  if (now.phase === "ended") return null;
  const next = steps[at + 1];
  const phase = phaseAfter(steps, at, now.phase);
  const canStart = now.phase !== "gathering" && mayStart(now);
  return (
    <div class="forward">
      {canStart && (
        <button type="button" class="btn btn--main btn--s" onClick={() => (sheet.value = { name: "round" })}>
          {t(now.phase === "closing" ? "fac.round.closing" : "fac.round")}
        </button>
      )}
      {next?.phase === now.phase && (
        <button type="button" class="btn btn--s" onClick={() => (chosen.value = at + 1)}>
          <bdi>{t("fac.step.next", { title: inLanguage(next.title) })}</bdi>
        </button>
      )}
      {phase !== null && phase !== "ended" && (
        <button
          type="button"
          class={`btn btn--s${canStart ? "" : " btn--main"}`}
          onClick={() => void send({ type: "set_phase", phase })}
        >
          {t(`fac.to.${phase}`)}
        </button>
      )}
    </div>
  );
}

function Script({ step }: { step: Step | undefined }) {
  const text = step ? inLanguage(step.script) : "";
  return (
    <div class="script">
      <h2>{t("fac.script")}</h2>
      {text === "" && <p class="muted small">{t("fac.script.none")}</p>}
      {text.split("\n").filter(Boolean).map((line, index) => (
        <p key={index}>
          <bdi lang={step && spokenIn(step.script)}>{line}</bdi>
        </p>
      ))}
    </div>
  );
}

function Frame({ now }: { now: MeetingView }) {
  return (
    <div class="frame" role="group" aria-label={t("fac.floor")}>
      <div class="sec">
        <h2>{t("fac.floor")}</h2>
        <button type="button" class="link" onClick={() => void send({ type: now.paused ? "resume" : "pause" })}>
          {t(now.silence ? "fac.silence.end" : now.paused ? "fac.resume" : "fac.pause")}
        </button>
        {now.bell && !now.paused && (
          <button type="button" class="link" onClick={() => void send({ type: "ring_bell" })}>
            {t("fac.bell")}
          </button>
        )}
      </div>
      <div class="chips">
        {FLOORS.map((one) => (
          <button
            type="button"
            class="chip"
            key={one}
            aria-pressed={one === now.floor}
            onClick={() => void send({ type: "set_floor", floor: one })}
          >
            {t(`fac.floor.${one}`)}
          </button>
        ))}
      </div>
    </div>
  );
}
