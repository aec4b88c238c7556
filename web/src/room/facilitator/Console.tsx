// The facilitator's room: agenda, circle, people. Three columns on a laptop, tabs on a phone.
import { signal } from "@preact/signals";
import "../../styles/facilitator.css";
import { t } from "../../words";
import { Main, TakeOn } from "../Actions";
import { Bar } from "../Bar";
import { Composer } from "../Composer";
import { Log } from "../Feed";
import { situation } from "../may";
import { Prompt } from "../Prompt";
import { Ring } from "../Ring";
import { openSeat, sheet } from "../sheets";
import { facilitating, meeting, nodding, send, serverNow, you } from "../store";
import { minutesSince } from "../time";
import { Agenda } from "./Agenda";
import { Care } from "./Care";
import { CloseSheet } from "./CloseSheet";
import { DoorButton, DoorSheet } from "./Door";
import { EndSheet } from "./EndSheet";
import { PromptSheet, RoundSheet } from "./RoundSheet";
import { Queue } from "./Queue";
import { RemoveSheet } from "./RemoveSheet";
import { everyMinute } from "./clock";
import { TurnBar } from "./TurnBar";

type Tab = "people" | "agenda" | "chat";
const TABS: readonly Tab[] = ["people", "agenda", "chat"];
const tab = signal<Tab>("people");

export function Console() {
  const now = meeting.value;
  const me = you.value;
  if (!now || !me) return null;
  return (
    <div class="fac" data-tab={tab.value}>
      <Bar title={now.title} sub={running()}>
        <Tools />
      </Bar>
      <main class="mid" id="isi" tabIndex={-1}>
        <Prompt>
          {now.phase === "sharing" && (
            <button type="button" class="link" onClick={() => (sheet.value = { name: "prompt" })}>
              {t("fac.change")}
            </button>
          )}
        </Prompt>
        <div class="stage">
          <Ring meeting={now} you={me} nodding={nodding.value} facilitating={facilitating.value} onSeat={openSeat} />
        </div>
        <div class="own">
          <TakeOn />
          {situation(now, me) !== "listening" && <Main now={now} me={me} />}
        </div>
        <TurnBar />
      </main>
      <Tabs />
      <section class="left" aria-label={t("fac.agendachat")}>
        <div class="agenda" tabIndex={0} role="group" aria-label={t("fac.agenda")}>
          <Agenda />
          <Ends place="only-s" />
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
        <Queue />
      </section>
      <Sheets />
    </div>
  );
}

function running(): string {
  const view = facilitating.value;
  if (!view) return t("room.private");
  everyMinute();
  return t("fac.running", { n: minutesSince(view.opened, serverNow()), all: view.minutes });
}

function Tools() {
  return (
    <div class="fac-tools">
      <DoorButton />
      <Ends place="only-l" />
    </div>
  );
}

/** Handing over and closing: in the bar of a laptop, under the agenda of a phone. */
function Ends({ place }: { place: "only-l" | "only-s" }) {
  const co = meeting.value?.seats.find(
    (seat) => seat.role === "facilitator" && seat.presence === "here" && seat.member_id !== you.value?.member_id,
  );
  return (
    <div class={`ends ${place}`}>
      {facilitating.value?.handing_to ? (
        <span class="small muted">{t("fac.handing")}</span>
      ) : (
        co && (
          <button
            type="button"
            class="btn btn--s"
            onClick={() => void send({ type: "hand_over", member_id: co.member_id })}
          >
            {t("fac.handover", { co: co.name })}
          </button>
        )
      )}
      <button type="button" class="btn btn--s" onClick={() => (sheet.value = { name: "close" })}>
        {t("fac.close")}
      </button>
    </div>
  );
}

function Tabs() {
  return (
    <nav class="fac-tabs" aria-label={t("fac.parts")}>
      {TABS.map((one) => (
        <button type="button" class="chip" key={one} aria-pressed={tab.value === one} onClick={() => (tab.value = one)}>
          {t(`fac.tab.${one}`)}
        </button>
      ))}
    </nav>
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
    </>
  );
}
