// The first walk round the room: a few steps, each beside the thing it is about. A card and no
// dialog: everything stays in reach, and it goes as soon as the person is asked for anything.
// Declines to speak into the round: it is read by whoever goes to it, and announces nothing.
import { effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import "../styles/walk.css";
import { addWords, t } from "../words";
import { gate, link, meeting, writing, you } from "../room/store";
import { isCalm, walk, walkDone, type Walk } from "../room/walking";
import { placeCard } from "./place";
import { nextStep, placeOf, STEPS } from "./steps";

const OWN_WORDS = import.meta.glob("../../locales/*.json", { query: "?walk" });

/** What shows the walk, with its words. */
export async function ready(): Promise<typeof Walking> {
  await addWords(OWN_WORDS);
  return Walking;
}

function Walking() {
  useEffect(() => {
    const stop = effect(() => {
      // Put away and not ticked off: it may be offered again another evening.
      const calm = isCalm(meeting.value, you.value, link.value, gate.value);
      if (walk.value && (!calm || (walk.value.step === "offer" && writing.value))) walk.value = null;
    });
    document.addEventListener("keydown", onEscape);
    return () => {
      stop();
      document.removeEventListener("keydown", onEscape);
    };
  }, []);
  const now = walk.value;
  if (!now) return null;
  return now.step === "offer" ? <Offer of={now.of} /> : <OneStep key={now.step} of={now.of} step={now.step} />;
}

function Offer({ of }: { of: Walk }) {
  const card = useRef<HTMLElement>(null);
  // Over the question: words and actions stay in sight.
  useKeptBeside(card, () => document.querySelector<HTMLElement>(".bar"));
  const begin = () => (walk.value = { of, step: 0 });
  return (
    <section class="walk" aria-labelledby="walk-h" ref={card}>
      <h2 id="walk-h">{t(`walk.offer.${of}`)}</h2>
      <p>{t("walk.offer.b")}</p>
      <div class="walk__acts">
        <button type="button" class="btn btn--s" onClick={end}>
          {t("walk.no")}
        </button>
        <button type="button" class="btn btn--s btn--main" onClick={begin}>
          {t("walk.yes")}
        </button>
      </div>
    </section>
  );
}

function OneStep({ of, step }: { of: Walk; step: number }) {
  const card = useRef<HTMLElement>(null);
  const ring = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const here = STEPS[of][step];
  const thing = () => (here ? placeOf(here) : null);
  useKeptBeside(card, thing, ring);
  // A press led here: what is read next is the step.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const there = (one: Parameters<typeof placeOf>[0]) => placeOf(one) !== null;
  const on = nextStep(of, step + 1, there);
  const go = () => (on === null ? end() : (walk.value = { of, step: on }));
  if (!here) return null;
  return (
    <>
      <div class="walk__ring" ref={ring} aria-hidden="true" />
      <section class="walk" aria-labelledby="walk-h" ref={card}>
        <h2 id="walk-h" tabIndex={-1} ref={heading}>
          {t(`walk.${here.name}.h`)}
        </h2>
        <p>{t(wordsOf(here.name))}</p>
        {on === null && <p class="small">{t("walk.again")}</p>}
        <div class="walk__acts">
          <Dots of={of} step={step} />
          {on !== null && (
            <button type="button" class="btn btn--s btn--quiet" onClick={end}>
              {t("walk.stop")}
            </button>
          )}
          <button type="button" class="btn btn--s btn--main" onClick={go}>
            {t(on === null ? "walk.end" : "walk.next")}
          </button>
        </div>
      </section>
    </>
  );
}

/** An observer's main action is another one. */
function wordsOf(name: string): string {
  return name === "stick" && you.value?.role === "observer" ? "walk.stick.observer" : `walk.${name}.b`;
}

function Dots({ of, step }: { of: Walk; step: number }) {
  const n = STEPS[of].length;
  return (
    <span class="walk__dots">
      <span class="vh">{t("walk.step", { n: step + 1, all: n })}</span>
      {STEPS[of].map((one, i) => (
        <i key={one.name} class={i === step ? "is-now" : ""} aria-hidden="true" />
      ))}
    </span>
  );
}

/** The keyboard, where it was in the card, goes on from the circle. */
function end(): void {
  const within = document.activeElement?.closest(".walk") != null;
  walkDone();
  if (within) document.getElementById("isi")?.focus({ preventScroll: true });
}

/** From anywhere: a card that hides what has the focus goes without looking for it. */
function onEscape(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  end();
}

/** Keep the card beside its thing, and the ring around it, whatever moves on the page. */
function useKeptBeside(
  card: { current: HTMLElement | null },
  thing: () => HTMLElement | null,
  ring?: { current: HTMLElement | null },
): void {
  useLayoutEffect(() => {
    thing()?.scrollIntoView?.({ block: "nearest" });
    const put = () => {
      const at = thing();
      if (!card.current || !at) return;
      const box = at.getBoundingClientRect();
      const top = Math.max(0, document.querySelector(".bar .exit")?.getBoundingClientRect().bottom ?? 0);
      card.current.style.setProperty("--top", `${Math.ceil(top)}px`);
      const place = placeCard(box, { width: card.current.offsetWidth, height: card.current.offsetHeight }, {
        width: document.documentElement.clientWidth, height: window.innerHeight, top,
      });
      move(card.current, place.left, place.top);
      if (!ring?.current) return;
      move(ring.current, box.left, box.top);
      ring.current.style.width = `${box.width}px`;
      ring.current.style.height = `${box.height}px`;
    };
    put();
    // These call once a frame at most by themselves.
    const watch = new ResizeObserver(put);
    for (const one of [document.body, card.current, thing()]) if (one) watch.observe(one);
    addEventListener("scroll", put, true);
    addEventListener("resize", put);
    // The circle glides to its place.
    addEventListener("transitionend", put);
    return () => {
      watch.disconnect();
      removeEventListener("scroll", put, true);
      removeEventListener("resize", put);
      removeEventListener("transitionend", put);
    };
  }, []);
}

function move(one: HTMLElement, left: number, top: number): void {
  one.style.transform = `translate(${Math.round(left)}px,${Math.round(top)}px)`;
}
