// Stepped out: the seat is kept, nothing comes in, nobody asks why. Declines to show the circle,
// to count the minutes and to hurry anybody back.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import icons from "../icons.json";
import { t } from "../words";
import { Breath } from "./Breath";
import { Icon } from "./Icon";
import { QuickExit } from "./QuickExit";

const WAYS = ["breathe", "look", "quiet"] as const;
type Way = (typeof WAYS)[number];

interface Props {
  onBack: () => void;
  onHand: () => void;
  onLeave: () => void;
  onReport: () => void;
  /** The private line to the facilitators stays open, also on a break. */
  line?: ComponentChildren;
}

export function Break({ onBack, onHand, onLeave, onReport, line }: Props) {
  const [way, choose] = useState<Way>("breathe");
  const heading = useRef<HTMLHeadingElement>(null);
  // The room has gone from the page: say where the person is now.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="pause">
      <header class="bar">
        <p class="sub">
          <Icon name="cup" />
          {t("out.now")}
        </p>
        <QuickExit />
      </header>
      <main id="isi">
        <h1 tabIndex={-1} ref={heading}>
          {t("out.h1")}
        </h1>
        <div class="pause__way">{way === "breathe" ? <Breathe /> : way === "look" ? <Look /> : <Quiet />}</div>
        <Ways way={way} choose={choose} />
        <p class="keep">
          <svg viewBox="-20 -31 40 62" aria-hidden="true">
            <path d={icons.petal} />
          </svg>
          <span>{t("out.b")}</span>
        </p>
      </main>
      <footer class="foot">
        <button type="button" class="btn btn--main btn--wide" onClick={onBack}>
          {t("out.back")}
        </button>
        <div class="two">
          <button type="button" class="btn btn--wide" onClick={onHand}>
            <Icon name="care" />
            {t("room.hand")}
          </button>
          {line}
        </div>
        <div class="two">
          <button type="button" class="btn btn--quiet btn--wide" onClick={onReport}>
            {t("report.h1")}
          </button>
          <button type="button" class="btn btn--quiet btn--wide" onClick={onLeave}>
            {t("out.leave")}
          </button>
        </div>
      </footer>
    </div>
  );
}

function Ways({ way, choose }: { way: Way; choose: (way: Way) => void }) {
  return (
    <div class="tabs" role="group" aria-label={t("out.ways")}>
      {WAYS.map((one) => (
        <button type="button" class="chip" key={one} aria-pressed={way === one} onClick={() => choose(one)}>
          {t(`out.way.${one}`)}
        </button>
      ))}
    </div>
  );
}

function Breathe() {
  const [still, rest] = useState(false);
  return (
    <>
      <Breath still={still} />
      <p class="vh">{t("out.breathe")}</p>
      <button type="button" class="btn btn--quiet btn--s motion" aria-pressed={still} onClick={() => rest(!still)}>
        {t("lobby.still")}
      </button>
    </>
  );
}

/** Three petals to fill, one for each thing seen; what was seen is nobody's business. */
function Look() {
  const [seen, see] = useState<readonly boolean[]>([false, false, false]);
  return (
    <div class="look">
      <p class="look__say">{t("out.look")}</p>
      <div class="look__three" role="group" aria-label={t("out.look")}>
        {seen.map((on, i) => (
          <button
            type="button"
            key={i}
            aria-pressed={on}
            aria-label={t("out.look.one", { n: i + 1 })}
            onClick={() => see(seen.map((was, k) => (k === i ? !was : was)))}
          >
            <svg viewBox="-21 -32 42 64" aria-hidden="true">
              <path d={icons.petal} />
            </svg>
          </button>
        ))}
      </div>
      <p class="muted" role="status">
        {seen.every(Boolean) ? t("out.look.done") : ""}
      </p>
    </div>
  );
}

function Quiet() {
  return (
    <>
      <Breath still quiet />
      <p class="muted">{t("out.quiet")}</p>
    </>
  );
}
