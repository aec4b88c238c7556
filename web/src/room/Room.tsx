// The one room page for every role: chooses what to show, holds no rules.
import { signal, type Signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words";
import { Actions } from "./Actions";
import { Announcer } from "./Announcer";
import { Banner } from "./Banner";
import { BellSound } from "./Bell";
import { Bar } from "./Bar";
import { Break } from "./Break";
import { Feed } from "./Feed";
import { GatePage } from "./Gate";
import { HandSheet } from "./Hand";
import { HandingSheet } from "./Handing";
import { HelpSheet } from "./Help";
import { listenForKeys } from "./keys";
import { LineSheet } from "./LineSheet";
import { Prompt } from "./Prompt";
import { LineButton } from "./Quietly";
import { Ring } from "./Ring";
import { SettingsSheet } from "./Settings";
import { SeatSheet } from "./SeatSheet";
import { SoundSheet } from "./Sound";
import { useOnPage } from "./page";
import { closeSheet, isOpen, openSeat, sheet } from "./sheets";
import { gate, link, meeting, nameOf, nodding, send, toast, writing, you } from "./store";
import { Toasts } from "./Toasts";
import type { MeetingView, YouView } from "../wire.gen";
import { isCalm, walk, walkOf, wasWalked } from "./walking";

export interface RoomPlaces {
  slug: string;
  title: string;
  help: string;
  lobby: string;
  after: string;
  circle: string;
  pledge: string;
}

// Members never load what only facilitators use.
const loaded = signal<FunctionComponent | null>(null);
const greeting = signal<FunctionComponent | null>(null);
const showing = signal<FunctionComponent | null>(null);
/** A newcomer looks at the room before anybody talks about it. */
const SETTLED_MS = 1500;
/** More seats than these need the height that a phone has for the last words but one. */
const ONE_RING = 13;
const reporting = signal<FunctionComponent<{ slug: string }> | null>(null);

/** A part that few need: loaded once it is wanted, and kept. Null until it is here. */
function useLater<Part>(wanted: boolean, kept: Signal<Part | null>, load: () => Promise<Part>, failed: () => void): Part | null {
  useEffect(() => {
    if (wanted && !kept.value) load().then((part) => (kept.value = part), failed);
  }, [wanted]);
  return kept.value;
}

function offerReload(): void {
  toast(t("st.error"), () => location.reload());
}

function Facilitating({ title }: { title: string }) {
  const Console = useLater(true, loaded, async () => (await import("./facilitator/Console")).Console, offerReload);
  return Console ? <Console /> : <Arriving title={title} />;
}

export function Room({ places }: { places: RoomPlaces }) {
  useEffect(() => listenForKeys(), []);
  if (gate.value !== null) return <GatePage why={gate.value} places={places} />;
  return (
    <>
      <Inside title={places.title} />
      <Toasts />
      <Announcer />
      <BellSound />
      <HandSheet />
      <HandingSheet />
      <HelpSheet help={places.help} />
      <SettingsSheet />
      <SeatSheet />
      <LineSheet />
      <SoundSheet />
      <Greeting />
      <Reporting slug={places.slug} />
      <Showing />
    </>
  );
}

function Inside({ title }: { title: string }) {
  const now = meeting.value;
  const me = you.value;
  if (!now || !me) return <Arriving title={title} />;
  if (me.presence === "stepped_out") return <Away />;
  if (me.role === "facilitator") return <Facilitating title={now.title} />;
  return <Seated now={now} me={me} />;
}

function Seated({ now, me }: { now: MeetingView; me: YouView }) {
  useOnPage("has-room");
  return (
    <div class={`room${now.seats.length > ONE_RING ? " room--full" : ""}`}>
      <Bar title={now.title} />
      <Prompt />
      <main class="stage" id="isi" tabIndex={-1}>
        <Ring meeting={now} you={me} nodding={nodding.value} facilitating={null} onSeat={openSeat} />
      </main>
      <Feed />
      <Actions />
    </div>
  );
}

/** Coming back, a person reads in private where things are. */
export function welcomeBack(): void {
  const now = meeting.value;
  const me = you.value;
  if (!now || me?.presence !== "here") return;
  // Offered or asked at once: the question itself is the welcome.
  if (me.offered) return;
  if (now.round !== null && me.ahead !== null) {
    toast(t("back.place", { n: now.round, name: nameOf(me.ahead) }));
  } else if (me.unfinished) {
    toast(t("back.unfinished"));
  } else if (now.round === null && me.place !== null) {
    toast(t("back.queue", { n: me.place }));
  } else if (now.stick.kind === "held" && now.stick.member_id !== me.member_id) {
    toast(t("back.toast", { name: nameOf(now.stick.member_id) }));
  } else {
    toast(t("back.plain"));
  }
}

function Away() {
  useEffect(() => welcomeBack, []);
  return (
    <>
      <Banner floating />
      <Break
        onBack={() => void send({ type: "come_back" })}
        onHand={() => (sheet.value = { name: "hand" })}
        onLeave={() => void send({ type: "leave" })}
        onReport={() => (sheet.value = { name: "report", memberId: null })}
        line={<LineAway />}
      />
    </>
  );
}

/** A facilitator on a break is out of the facilitators' lines, like of all words. */
function LineAway() {
  const me = you.value;
  if (!me || me.role === "facilitator") return null;
  return <LineButton thread={{ line: "facilitators", of: me.member_id }} words={t("line.open")} wide />;
}

/** Loaded for whoever greets tonight; the others never need it. */
function Greeting() {
  const greets = you.value?.waiting != null;
  const GreetSheet = useLater(greets, greeting, async () => (await import("./facilitator/GreetSheet")).GreetSheet, offerReload);
  return GreetSheet && greets ? <GreetSheet /> : null;
}

/** Loaded for whoever opens it. */
function Reporting({ slug }: { slug: string }) {
  const wanted = isOpen("report");
  const ReportSheet = useLater(wanted, reporting, async () => (await import("./ReportSheet")).ReportSheet, () => {
    closeSheet();
    toast(t("st.error"));
  });
  return ReportSheet ? <ReportSheet slug={slug} /> : null;
}

/** The first walk: offered once the room stands still, loaded when there is one. */
function Showing() {
  const me = you.value;
  const of = me && walkOf(me);
  const calm = isCalm(meeting.value, me, link.value, gate.value);
  const offers = of !== null && calm && !wasWalked(of) && !sheet.value && !writing.value;
  const offered = useRef<string | null>(null);
  useEffect(() => {
    if (!offers || offered.current === of || walk.value) return;
    const timer = setTimeout(() => {
      // Once an evening: what was passed over is in the menu.
      offered.current = of;
      walk.value = { of, step: "offer" };
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [offers, of]);
  const wanted = walk.value !== null;
  const Walking = useLater(wanted, showing, async () => (await import("../walk/main")).ready(), () => {
    // It is a courtesy: where it does not come, nobody is told.
    walk.value = null;
  });
  return Walking && wanted ? <Walking /> : null;
}

function Arriving({ title }: { title: string }) {
  return (
    <div class="room">
      <Bar title={title} />
      <section class="prompt">
        <Banner />
      </section>
      <main class="stage" id="isi" tabIndex={-1}>
        <p class="muted" role="status">
          {t("room.arriving")}
        </p>
      </main>
    </div>
  );
}
