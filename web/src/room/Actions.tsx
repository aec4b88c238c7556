// What a person can do now, at the thumb: one main action above the small ones.
// Declines to decide what is allowed: `may.ts` mirrors the server, the server decides.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MeetingView, YouView } from "../wire.gen";
import { t } from "../words";
import { Composer } from "./Composer";
import { Elsewhere } from "./Elsewhere";
import { TakeOn } from "./Handing";
import { Icon } from "./Icon";
import { situation } from "./may";
import { Quietly } from "./Quietly";
import { SlipBack, SlipTold } from "./Slip";
import { Small } from "./Small";
import { slip, soon } from "./soon";
import { SoundStrip } from "./Sound";
import { meeting, nameOf, send, speaksElsewhere, writing, you } from "./store";
import { TimeWords } from "./TimeWords";

export { TakeOn } from "./Handing";
export { NodButton, OutButton } from "./Small";

export function Actions() {
  const now = meeting.value;
  const me = you.value;
  if (!now || !me) return null;
  return (
    <section class={`acts${writing.value ? " is-writing" : ""}`} aria-label={t("room.actions")}>
      <TakeOn />
      <SoundStrip />
      {writing.value && <Composer />}
      <Kept place={`${situation(now, me)} ${slip.value?.type ?? ""}`}>
        <Main now={now} me={me} />
      </Kept>
      <Quietly me={me} />
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

/** The main action of every situation; facilitators have only those about their own turn. */
export function Main(sight: { now: MeetingView; me: YouView }) {
  return (
    <>
      <SlipTold />
      {slip.value ? <SlipBack of={slip.value} /> : <Situated {...sight} />}
    </>
  );
}

function Situated({ now, me }: { now: MeetingView; me: YouView }) {
  switch (situation(now, me)) {
    case "holding":
      return <Holding now={now} me={me} />;
    case "offered":
      return <Offered now={now} me={me} />;
    case "unfinished":
      return <Unfinished />;
    case "next":
      return <Next now={now} me={me} />;
    case "asked":
      return <Asked place={me.place ?? 1} />;
    case "quietened":
      // While writing the composer says so.
      return writing.value ? null : <p class="heads">{t("room.quietened")}</p>;
    case "invited":
      return <Invited now={now} />;
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
      {speaksElsewhere.value && !writing.value && <Elsewhere />}
      <TimeWords />
      <Stick onClick={() => soon({ type: "pass_stick", turn_id: turn, to: null })}>{t("room.pass")}</Stick>
      {now.round === null && (
        <p class="hint">{t("room.pass.name")}</p>
      )}
      {now.hard_limit && me.last_words === null && <p class="hint">{t("room.hard")}</p>}
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

function Offered({ now, me }: { now: MeetingView; me: YouView }) {
  // No answer is possible in a pause, and none is needed.
  if (now.paused) return <p class="heads">{t("room.offer.paused")}</p>;
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
      onNo={() => soon({ type: "decline" })}
      onYes={() => void send({ type: "accept" })}
    />
  );
}

function Next({ now, me }: { now: MeetingView; me: YouView }) {
  const name = nameOf(now.stick.member_id);
  if (me.ready) return <p class="heads">{t("room.ready.said", { name })}</p>;
  if (now.paused) return <p class="heads">{t("room.next", { name })}</p>;
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
      onNo={() => soon({ type: "decline" })}
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
      onClick={() => soon({ type: "withdraw" })}
    >
      <Icon name="stick" />
      {t("room.asked", { n: place })}
    </button>
  );
}

/** Who passed is asked again, once, with all the others who did. */
function Invited({ now }: { now: MeetingView }) {
  // A no is of this screen alone: nobody is told, and asking stays open.
  const [letItBe, leave] = useState(false);
  if (letItBe) return <Ask now={now} />;
  return (
    <YesNo
      words={t("room.invited")}
      no={t("room.invited.no")}
      yes={t("room.invited.yes")}
      onNo={() => leave(true)}
      onYes={() => void send({ type: "ask" })}
    />
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
