// What a person can do now, at the thumb: one main action, four small ones.
// Declines to decide what is allowed: `may.ts` mirrors the server, the server decides.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { MeetingView, YouView } from "../wire.gen";
import { t } from "../words";
import { Composer } from "./Composer";
import { Icon } from "./Icon";
import { mayNod, situation } from "./may";
import { sheet } from "./sheets";
import { meeting, nameOf, nod, nodding, send, writing, you } from "./store";
import { TimeWords } from "./TimeWords";

export function Actions() {
  const now = meeting.value;
  const me = you.value;
  if (!now || !me) return null;
  return (
    <section class={`acts${writing.value ? " is-writing" : ""}`} aria-label={t("room.actions")}>
      <TakeOn />
      {writing.value && <Composer />}
      <Kept place={situation(now, me)}>
        <Main now={now} me={me} />
      </Kept>
      <Small now={now} me={me} />
    </section>
  );
}

/**
 * Keeps the keyboard's place when the main action changes under it. The group takes the focus and
 * not the new button: a key still held down must not pass the stick that it just accepted.
 */
function Kept({ place, children }: { place: string; children: ComponentChildren }) {
  const group = useRef<HTMLDivElement>(null);
  const had = group.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (had && !group.current?.contains(document.activeElement)) group.current?.focus();
  }, [place]);
  return (
    <div class="main-action" ref={group} tabIndex={-1}>
      {children}
    </div>
  );
}

/** Somebody asks you to take the circle on. It counts once you say so. */
export function TakeOn() {
  if (!you.value?.handing_to_you) return null;
  return (
    <div class="ask-line">
      <p class="heads">{t("room.takeon.ask")}</p>
      <button type="button" class="btn btn--main btn--wide" onClick={() => void send({ type: "take_on" })}>
        {t("room.takeon")}
      </button>
    </div>
  );
}

/** The main action of every situation; facilitators have only those about their own turn. */
export function Main({ now, me }: { now: MeetingView; me: YouView }) {
  switch (situation(now, me)) {
    case "holding":
      return <Holding now={now} me={me} />;
    case "offered":
      return <Offered me={me} />;
    case "unfinished":
      return <Unfinished />;
    case "next":
      return <Next now={now} me={me} />;
    case "asked":
      return <Asked place={me.place ?? 1} />;
    case "ask":
      return <Ask now={now} />;
    case "observer":
      return <Observer now={now} />;
    case "listening":
      return null;
  }
}

function Stick({ children, onClick }: { children: ComponentChildren; onClick: () => void }) {
  return (
    <button type="button" class="btn btn--stick btn--wide" onClick={onClick}>
      <Icon name="stick" />
      {children}
    </button>
  );
}

function Holding({ now, me }: { now: MeetingView; me: YouView }) {
  const turn = me.turn_id;
  if (turn === null) return null;
  return (
    <>
      <TimeWords />
      <Stick onClick={() => void send({ type: "pass_stick", turn_id: turn, to: null })}>{t("room.pass")}</Stick>
      {now.round === null && (
        <p class="hint">{t("room.pass.name")}</p>
      )}
    </>
  );
}

function YesNo({ words, no, yes, onNo, onYes }: {
  words: string;
  no: string;
  yes: string;
  onNo: () => void;
  onYes: () => void;
}) {
  return (
    <>
      <p class="heads">{words}</p>
      <div class="two">
        <button type="button" class="btn" onClick={onNo}>
          {no}
        </button>
        <button type="button" class="btn btn--stick" onClick={onYes}>
          {yes}
        </button>
      </div>
    </>
  );
}

function Offered({ me }: { me: YouView }) {
  const words = me.reminded
    ? t("room.reminded")
    : me.offered_by === null
      ? t("room.offer.turn")
      : t("room.offer", { host: nameOf(me.offered_by) });
  return (
    <YesNo
      words={words}
      no={t("room.offer.no")}
      yes={t("room.offer.yes")}
      onNo={() => void send({ type: "decline" })}
      onYes={() => void send({ type: "accept" })}
    />
  );
}

function Next({ now, me }: { now: MeetingView; me: YouView }) {
  const name = nameOf(now.stick.member_id);
  if (me.ready) return <p class="heads">{t("room.ready.said", { name })}</p>;
  if (me.standing === "deferred") {
    // Declined once already: the second no is asked for only when they are offered it.
    return (
      <>
        <p class="heads">{t("room.next", { name })}</p>
        <Stick onClick={() => void send({ type: "ready" })}>{t("room.ready")}</Stick>
      </>
    );
  }
  return (
    <YesNo
      words={t("room.next", { name })}
      no={t("room.offer.no")}
      yes={t("room.ready")}
      onNo={() => void send({ type: "decline" })}
      onYes={() => void send({ type: "ready" })}
    />
  );
}

function Unfinished() {
  return <p class="heads">{t("room.unfinished")}</p>;
}

function Asked({ place }: { place: number }) {
  return (
    <button
      type="button"
      class="btn btn--asked btn--wide"
      aria-pressed="true"
      onClick={() => void send({ type: "withdraw" })}
    >
      <Icon name="stick" />
      {t("room.asked", { n: place })}
    </button>
  );
}

function Ask({ now }: { now: MeetingView }) {
  const line = now.floor === "open" ? "room.floor.open" : now.floor === "quiet" ? "room.floor.quiet" : null;
  return (
    <>
      <Stick onClick={() => void send({ type: "ask" })}>{t("room.ask")}</Stick>
      {line && <p class="hint">{t(line)}</p>}
    </>
  );
}

function Observer({ now }: { now: MeetingView }) {
  return (
    <>
      <p class="heads">{t("room.observing")}</p>
      {now.phase !== "closing" && (
        <button type="button" class="btn btn--wide" onClick={() => void send({ type: "become_member" })}>
          {t("room.becomemember")}
        </button>
      )}
    </>
  );
}

function Small({ now, me }: { now: MeetingView; me: YouView }) {
  const holding = situation(now, me) === "holding";
  return (
    <div class="four">
      {holding ? <NodSwitch off={now.nods_off} /> : <NodButton now={now} me={me} />}
      <WriteButton />
      <OutButton />
      <button type="button" class="ic" aria-haspopup="dialog" onClick={() => (sheet.value = { name: "hand" })}>
        <Icon name="care" />
        {me.hand_sent ? t("room.hand.sent") : t("room.hand")}
      </button>
    </div>
  );
}

/** The holder's switch: a turn without nods. */
function NodSwitch({ off }: { off: boolean }) {
  return (
    <button type="button" class="ic" aria-pressed={!off} onClick={() => void send({ type: "set_nods", off: !off })}>
      <Icon name="nod" />
      {t("room.nods")}
    </button>
  );
}

export function NodButton({ now, me }: { now: MeetingView; me: YouView }) {
  const why = mayNod(now, me);
  const nods = nodding.value.has(me.member_id);
  return (
    <button type="button" class={`ic ic--nod${nods ? " is-on" : ""}`} aria-disabled={why !== null} onClick={() => void nod()}>
      <Icon name="nod" />
      {why === "nods_off" ? t("room.nods.off") : t("room.nod")}
    </button>
  );
}

function WriteButton() {
  return (
    <button
      type="button"
      class="ic"
      id="write-button"
      aria-expanded={writing.value}
      aria-controls="composer"
      onClick={() => (writing.value = !writing.value)}
    >
      <Icon name="chat" />
      {t("room.write")}
    </button>
  );
}

export function OutButton() {
  return (
    <button type="button" class="ic" onClick={() => void send({ type: "step_out" })}>
      <Icon name="cup" />
      {t("room.out")}
    </button>
  );
}
