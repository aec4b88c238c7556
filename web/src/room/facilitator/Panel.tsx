// What a phone has at the thumb: one part of the console at a time over the turn and the tabs. The
// circle stays in sight. Declines to be a dialog: nothing behind it is out of reach.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../words";
import { Composer } from "../Composer";
import { Log } from "../Feed";
import { Icon, type IconName } from "../Icon";
import { facilitating } from "../store";
import { Agenda } from "./Agenda";
import { Care } from "./Care";
import { Door } from "./Door";
import { Holding } from "./Holding";
import { Lines, unreadLines } from "./Lines";
import { PARTS, part, type Part } from "./parts";
import { Everyone } from "./Everyone";
import { Queue } from "./Queue";
import { TurnBar } from "./TurnBar";

const ICONS: Record<Part, IconName> = {
  turns: "stick", door: "door", people: "people", agenda: "book", chat: "chat",
};

/** `children`: what is asked of this facilitator in person. */
export function Thumb({ children }: { children: ComponentChildren }) {
  return (
    <div class={`thumb${part.value ? " is-open" : ""}`}>
      {part.value && <Open key={part.value} name={part.value} />}
      {children}
      <TurnBar />
      <Tabs />
    </div>
  );
}

function close(name: Part): void {
  part.value = null;
  document.getElementById(`fac-tab-${name}`)?.focus();
}

/** Esc closes it from anywhere, unless a sheet is open over it. */
function useEscape(name: Part): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      close(name);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [name]);
}

function Open({ name }: { name: Part }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEscape(name);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    // Half the screen is left: it goes to the middle of the circle.
    document.querySelector(".core")?.scrollIntoView?.({ block: "center" });
  }, []);
  return (
    <section class="panel" id="fac-panel" aria-labelledby="fac-panel-h">
      <header class="panel__head">
        <h2 id="fac-panel-h" tabIndex={-1} ref={heading}>
          {t(`fac.tab.${name}`)}
        </h2>
        <button type="button" class="sheet__close" aria-label={t("fac.panel.close")} onClick={() => close(name)}>
          <Icon name="close" />
        </button>
      </header>
      <div class="panel__in">
        <Content name={name} />
      </div>
    </section>
  );
}

function Content({ name }: { name: Part }) {
  switch (name) {
    case "turns":
      return <Queue />;
    case "door":
      return <Door />;
    case "people":
      return (
        <>
          <Care />
          <Lines />
          <Everyone />
          <Holding />
        </>
      );
    case "agenda":
      return <Agenda />;
    case "chat":
      return (
        <div class="fchat">
          <Log />
          <Composer steady />
        </div>
      );
  }
}

/** How many wait behind a tab: who asked, who is at the door, who needs a hand or wrote. */
function waiting(name: Part): number {
  const view = facilitating.value;
  if (!view) return 0;
  if (name === "turns") return view.asked.length;
  if (name === "door") return view.waiting.length;
  return name === "people" ? view.hands.length + unreadLines() : 0;
}

function waitingWords(name: Part, n: number): string {
  if (name !== "people") return t(`fac.badge.${name}`, { n });
  const hands = facilitating.value?.hands.length ?? 0;
  const lines = unreadLines();
  const words = [hands > 0 && t("fac.badge.people", { n: hands }), lines > 0 && t("line.badge", { n: lines })];
  return words.filter(Boolean).join(", ");
}

function Tabs() {
  return (
    <nav class="fac-tabs" aria-label={t("fac.parts")}>
      {PARTS.map((one) => (
        <Tab key={one} name={one} n={waiting(one)} />
      ))}
    </nav>
  );
}

function Tab({ name, n }: { name: Part; n: number }) {
  const open = part.value === name;
  return (
    <button
      type="button"
      class="tab"
      id={`fac-tab-${name}`}
      aria-expanded={open}
      aria-controls={open ? "fac-panel" : undefined}
      onClick={() => (open ? close(name) : (part.value = name))}
    >
      <Icon name={ICONS[name]} />
      {t(`fac.tab.${name}`)}
      {n > 0 && (
        <>
          <span class={`badge badge--${name}`} aria-hidden="true">
            {n}
          </span>
          <span class="vh">{waitingWords(name, n)}</span>
        </>
      )}
    </button>
  );
}
