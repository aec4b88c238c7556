// The facilitator's room: three columns on a laptop; on a phone the circle, and a bar at the thumb.
import "../../styles/facilitator.css";
import { t } from "../../words";
import { Main, TakeOn } from "../Actions";
import { Bar } from "../Bar";
import { Composer } from "../Composer";
import { Log } from "../Feed";
import { situation } from "../may";
import { useOnPage } from "../page";
import { Prompt } from "../Prompt";
import { Ring } from "../Ring";
import { sheet } from "../sheets";
import { SoundStrip } from "../Sound";
import { facilitating, guide, meeting, nodding, serverNow, you } from "../store";
import { minutesSince } from "../time";
import type { MeetingView, YouView } from "../../wire.gen";
import { Agenda } from "./Agenda";
import { Care } from "./Care";
import { CloseSheet } from "./CloseSheet";
import { DoorButton, DoorSheet } from "./Door";
import { EndSheet } from "./EndSheet";
import { Handing, HandOverSheet, Holding, openHandOver } from "./Holding";
import { Lines } from "./Lines";
import { Thumb } from "./Panel";
import { openPerson, wide } from "./parts";
import { Everyone } from "./Everyone";
import { PersonSheet, QuietenSheet } from "./PersonSheet";
import { PromptSheet, RoundSheet } from "./RoundSheet";
import { Queue } from "./Queue";
import { RemoveSheet } from "./RemoveSheet";
import { everyQuarter } from "./clock";
import { TurnBar } from "./TurnBar";
import { TurnSheet } from "./TurnSheet";

export function Console() {
  const now = meeting.value;
  const me = you.value;
  if (!now || !me) return null;
  return (
    <>
      {wide.value ? <Columns now={now} me={me} /> : <AtTheThumb now={now} me={me} />}
      <Sheets />
    </>
  );
}

interface Sight {
  now: MeetingView;
  me: YouView;
}

function AtTheThumb(sight: Sight) {
  useOnPage("has-thumb");
  return (
    <div class="fac fac--thumb">
      <Bar title={sight.now.title} sub={running()} />
      <main class="mid" id="isi" tabIndex={-1}>
        <Circle {...sight} />
      </main>
      <Thumb>
        <Own {...sight} />
      </Thumb>
    </div>
  );
}

function Columns(sight: Sight) {
  return (
    <div class="fac fac--columns">
      <Bar title={sight.now.title} sub={running()}>
        <Tools />
      </Bar>
      <main class="mid" id="isi" tabIndex={-1}>
        <Circle {...sight} />
        <Own {...sight} />
        <TurnBar />
      </main>
      <section class="left" aria-label={t("fac.agendachat")}>
        <div class="agenda" tabIndex={0} role="group" aria-label={t("fac.agenda")}>
          <Agenda />
        </div>
        <div class="fchat">
          <h2 class="sec">
            {t("feed.title")}
            <span>{t("fac.chatgone")}</span>
          </h2>
          <Log />
          <Composer steady />
        </div>
      </section>
      <section class="right" aria-label={t("fac.people")} tabIndex={0}>
        <Care />
        <Lines />
        <Queue />
        <Everyone />
        <Holding />
      </section>
    </div>
  );
}

/** The question and the ring. */
function Circle({ now, me }: Sight) {
  return (
    <>
      <Prompt>
        {now.phase !== "ended" && (
          <button type="button" class="link" onClick={() => (sheet.value = { name: "prompt" })}>
            {t("fac.change")}
          </button>
        )}
      </Prompt>
      <div class="stage">
        <Ring meeting={now} you={me} nodding={nodding.value} facilitating={facilitating.value} onSeat={openPerson} />
      </div>
    </>
  );
}

/** What is asked of the facilitator in person: their own turn, a circle that is offered to them. */
function Own({ now, me }: Sight) {
  return (
    <section class="own" aria-label={t("room.actions")}>
      <TakeOn />
      <SoundStrip />
      {situation(now, me) !== "listening" && <Main now={now} me={me} />}
    </section>
  );
}

function running(): string {
  const view = facilitating.value;
  const brought = guide.value;
  if (!view || !brought) return t("room.private");
  everyQuarter();
  return t(wide.value ? "fac.running" : "fac.running.s", { n: minutesSince(view.opened, serverNow()), all: brought.minutes });
}

/** In the bar of a laptop; a phone has them behind its tabs and the bar at the thumb. */
function Tools() {
  return (
    <div class="fac-tools">
      <Handing />
      <DoorButton />
      <button type="button" class="btn btn--s" aria-haspopup="dialog" onClick={() => openHandOver(null, true)}>
        {t("fac.hold.open")}
      </button>
      <button type="button" class="btn btn--s" onClick={() => (sheet.value = { name: "close" })}>
        {t("fac.close")}
      </button>
    </div>
  );
}

function Sheets() {
  return (
    <>
      <DoorSheet />
      <RoundSheet />
      <PromptSheet />
      <EndSheet />
      <RemoveSheet />
      <CloseSheet />
      <TurnSheet />
      <PersonSheet />
      <QuietenSheet />
      <HandOverSheet />
    </>
  );
}
