// The turn that is on, with digits: the only place that has them. Nothing here cuts a turn off.
// Always at the thumb: who has the stick, for how long, who is next, and the few actions that fit.
import { useRef } from "preact/hooks";
import type { FacilitatorView, MeetingView } from "../../wire.gen";
import { t } from "../../words";
import { NodButton, OutButton } from "../Actions";
import { Icon } from "../Icon";
import { sheet } from "../sheets";
import { facilitating, meeting, nameOf, send, serverNow, toast, you } from "../store";
import { minutesSeconds } from "../time";
import { everySecond } from "./clock";
import { Ending } from "./Ending";
import { momentOf, type Moment } from "./moment";
import { openOwn, wide } from "./parts";
import { useSteadyFocus } from "./steady";

const MINUTE = 60;

export function TurnBar() {
  const now = meeting.value;
  const me = you.value;
  const view = facilitating.value;
  const box = useRef<HTMLElement>(null);
  useSteadyFocus(box);
  if (!now || !me || !view) return null;
  const moment = momentOf(now, view, me.member_id);
  return (
    <section class="turn" aria-label={t("fac.turn")} tabIndex={-1} ref={box}>
      <Ending />
      <Now moment={moment} now={now} />
      <div class="turn__own">
        <NodButton now={now} me={me} />
        <OutButton />
        <More />
      </div>
      <div class="turn__acts">
        <Acts moment={moment} now={now} view={view} />
      </div>
    </section>
  );
}

/** Who and how long, then who comes after. */
function Now({ moment, now }: { moment: Moment; now: MeetingView }) {
  const name = nameOf(now.stick.member_id);
  const words = standing(moment, now);
  const after = now.next !== null && now.next !== now.stick.member_id && moment.kind !== "next" ? now.next : null;
  return (
    <div class="now">
      <p class="now__who">
        {moment.kind === "kept" && <span class="muted">{t("fac.now.kept")} </span>}
        {moment.kind === "offered" && <span class="muted">{t("fac.now.offered")} </span>}
        {named(moment) ? <b><bdi>{name}</bdi></b> : words && <span>{words}</span>}
        <Clock />
      </p>
      {after !== null && <p class="muted xs"><bdi>{t("fac.next", { name: nameOf(after) })}</bdi></p>}
    </div>
  );
}

function named(moment: Moment): boolean {
  return moment.kind === "held" || moment.kind === "kept" || moment.kind === "offered";
}

function standing(moment: Moment, now: MeetingView): string {
  // A phone says so right above, with the button for it.
  if (moment.kind === "mine") return wide.value ? t("fac.now.yours") : "";
  if (moment.kind === "foryou") return wide.value ? t("fac.now.foryou") : "";
  if (moment.kind === "paused" || moment.kind === "silence") return t(`fac.now.${moment.kind}`);
  if (now.inviting) return t("fac.inviting");
  return now.phase === "sharing" || now.phase === "closing" ? t("fac.now.rest") : t(`phase.${now.phase}`);
}

/** Elapsed of the soft time, for facilitators alone; read out only when asked for. */
function Clock() {
  const stick = meeting.value?.stick;
  if (!stick || stick.kind !== "held" || stick.started === null || stick.soft_limit === null) return null;
  // Paused, nobody's time runs.
  if (meeting.value?.paused) return null;
  everySecond();
  return (
    <span class="clock">
      <b role="timer">{minutesSeconds(serverNow() - stick.started)}</b>
      <span class="muted">{t(wide.value ? "fac.clock" : "fac.clock.s", { all: minutesSeconds(stick.soft_limit - stick.started) })}</span>
    </span>
  );
}

interface ActsProps {
  moment: Moment;
  now: MeetingView;
  view: FacilitatorView;
}

function Acts({ moment, now, view }: ActsProps) {
  switch (moment.kind) {
    case "silence":
      return <Act words={t("fac.silence.end")} main run={() => void send({ type: "resume" })} />;
    case "paused":
      return <Act words={t("fac.resume")} main run={() => void send({ type: "resume" })} />;
    case "held":
    case "kept":
    case "mine":
      return <OfTheTurn kind={moment.kind} turn={view.turn_id} />;
    case "offered":
      return (
        <Act
          words={t("fac.skip", { name: nameOf(moment.to) })}
          run={() => void send({ type: "excuse", member_id: moment.to })}
        />
      );
    case "next":
      return (
        <Act
          words={t("fac.offer.next", { name: nameOf(moment.who) })}
          give
          run={() => void send({ type: "offer", member_id: now.next === null ? moment.who : null })}
        />
      );
    case "gathering":
      return <Act words={t("fac.to.opening")} main run={() => void send({ type: "set_phase", phase: "opening" })} />;
    case "rest":
      return <AtRest passed={moment.passed} closing={now.phase === "closing"} />;
    default:
      return null;
  }
}

/** Words for a thumb are shorter than those for a laptop. */
function short(key: string): string {
  return t(wide.value ? key : `${key}.s`);
}

function OfTheTurn({ kind, turn }: { kind: "held" | "kept" | "mine"; turn: string | null }) {
  if (turn === null) return null;
  return (
    <>
      {(wide.value || kind !== "mine") && (
        <Act words={short("fac.add")} run={() => void send({ type: "extend", turn_id: turn, seconds: MINUTE })} />
      )}
      {kind === "held" && (
        <Act words={short("fac.nudge")} run={() => void remind(turn)} />
      )}
      {kind !== "mine" && <Act words={short("fac.end")} run={() => (sheet.value = { name: "end" })} />}
    </>
  );
}

/** Nothing on this screen changes by it, so it says that it went. */
async function remind(turn: string): Promise<void> {
  const name = nameOf(meeting.value?.stick.member_id ?? null);
  const ack = await send({ type: "remind", turn_id: turn });
  if (ack.ok) toast(t("fac.nudge.done", { name }));
}

function AtRest({ passed, closing }: { passed: boolean; closing: boolean }) {
  return (
    <>
      {passed && <Act words={t("fac.passed")} run={() => void send({ type: "invite_passed" })} />}
      <Act
        words={t(closing ? "fac.round.closing" : "fac.round")}
        main={!passed}
        run={() => (sheet.value = { name: "round" })}
      />
    </>
  );
}

function Act({ words, run, main = false, give = false }: {
  words: string;
  run: () => void;
  main?: boolean;
  give?: boolean;
}) {
  return (
    <button type="button" class={`btn btn--s${main ? " btn--main" : ""}${give ? " btn--give" : ""}`} onClick={run}>
      {words}
    </button>
  );
}

function More() {
  return (
    <button
      type="button"
      class="ic"
      aria-haspopup="dialog"
      onClick={() => openOwn({ name: "turn" })}
    >
      <Icon name="more" />
      {t("fac.more")}
    </button>
  );
}
