// The circle of seats, sized from its own box. Shows what the server sent and decides nothing.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import { t } from "../words";
import { Core, middle, Said } from "./Core";
import { least, settled } from "./geometry";
import type { Layout } from "./geometry";
import { written } from "./letters";
import { Petal } from "./Petal";
import { fromYou, marksOf, wordsOf } from "./seats";
import type { Sight } from "./seats";
import { Stick } from "./Stick";
import { heard, serverNow } from "./store";
import { useWarmLetters } from "./warm";
import type { SeatView } from "../wire.gen";

interface Props extends Sight {
  onSeat?: (memberId: string) => void;
  now?: () => number;
}

interface Box {
  width: number;
  /** With what words take under the circle. */
  height: number;
  /** What they take, or took when they last stood there. */
  said: number;
  /** How much of its top is under the question. */
  under: number;
  /** The reader's text size, 1 for 16 px. */
  text: number;
}

/** The box begins where the question does, so that it stays where it is when that grows. */
function overlap(area: HTMLElement | null, question: Element | null): number {
  if (!area || !question) return 0;
  const top = area.getBoundingClientRect().top + (area.closest(".stage")?.scrollTop ?? 0);
  return Math.max(0, Math.ceil(question.getBoundingClientRect().bottom - top));
}

/** What the circle and the words under it have together; a box no higher than it must be offers that. */
function offered(area: HTMLElement | null, words: number): number {
  const high = area?.clientHeight ?? 0;
  return high > Number.parseFloat(area?.style.minHeight || "0") + 1 ? high + words : high;
}

/** The size of the box and of the text, again whenever one of them changes. */
function useBox(area: RefObject<HTMLDivElement | null>, probe: RefObject<HTMLSpanElement | null>): Box | null {
  const [box, setBox] = useState<Box | null>(null);
  useLayoutEffect(() => {
    const question = area.current?.closest(".room, .mid")?.querySelector(":scope > .prompt") ?? null;
    const measure = () => {
      const width = Math.floor(area.current?.clientWidth ?? 0);
      // Where nothing is laid out there is still a circle to read.
      if (width === 0) return setBox((old) => old ?? { width: 344, height: 344, said: 0, under: 0, text: 1 });
      const under = overlap(area.current, question);
      const words = area.current?.nextElementSibling?.getBoundingClientRect().height;
      const height = Math.floor(offered(area.current, words ?? 0)) - under;
      // Steps, so that a text size of 16.02 px is not another layout.
      const text = Math.max(1, Math.round(((probe.current?.offsetWidth ?? 16) / 16) * 16) / 16);
      setBox((old) => {
        const said = Math.ceil(words ?? old?.said ?? 0);
        const same = old?.width === width && old.height === height && old.said === said;
        return same && old.under === under && old.text === text ? old : { width, height, said, under, text };
      });
    };
    measure();
    const watch = new ResizeObserver(measure);
    if (area.current) watch.observe(area.current);
    if (probe.current) watch.observe(probe.current);
    if (question) watch.observe(question);
    return () => watch.disconnect();
  }, []);
  return box;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Which seat the arrow keys reach from `index`; null where the key is another. */
export function step(key: string, index: number, n: number): number | null {
  if (key === "Home") return 0;
  if (key === "End") return n - 1;
  const by = STEPS[key];
  return by === undefined ? null : (index + by + n) % n;
}

export function Ring({ meeting, you, nodding, facilitating, onSeat, now = serverNow }: Props) {
  const area = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  const box = useBox(area, probe);
  const seats = fromYou(meeting.seats, you?.member_id);
  const width = Math.max(280, box?.width ?? 0);
  const low = useMemo(() => box && least(seats.length, width, box.text), [seats.length, width, box?.text]);
  const plan = useMemo(
    () => box && low && settled(seats.length, width, box.height, box.said, box.text, low),
    [low, box?.height, box?.said],
  );
  const shown = meeting.nods_off ? new Set<string>() : nodding;
  const sight = { meeting, you, nodding: shown, facilitating: facilitating ?? null, heard: heard.value };
  const at = seats.findIndex((seat) => seat.member_id === meeting.stick.member_id);
  const { what, who } = middle(meeting, you);
  const inside = plan?.roomy ? written(who, plan.core, box?.text ?? 1, what) : null;
  useWarmLetters(area, seats.map((seat) => seat.name), plan?.roomy ? plan.core : 0, box?.text ?? 1);
  const nods = seats.filter((seat) => shown.has(seat.member_id)).length;
  return (
    <div class="ringbox">
      <div class="ringbox__area" ref={area} style={{ minHeight: `${(plan?.minHeight ?? 338) + (box?.under ?? 0)}px` }}>
        <span class="ringbox__rem" ref={probe} aria-hidden="true" />
        {plan && (
          // Nothing is drawn before it is measured, so nothing jumps into its place.
          <div class={`ring ring--${plan.rings}${meeting.silence ? " ring--hush" : ""}`} style={sizes(plan, box)}>
            <Core meeting={meeting} you={you} nods={nods} inside={inside} now={now} />
            <Stick stick={meeting.stick} layout={plan} at={at} />
            <Seats seats={seats} plan={plan} sight={sight} onSeat={onSeat} />
          </div>
        )}
      </div>
      {plan && !inside && (
        <div class="ringbox__said">
          <Said meeting={meeting} you={you} />
        </div>
      )}
    </div>
  );
}

/** The numbers that the styles need; set on the element, as the content policy wants. */
function sizes(plan: Layout, box: Box | null): Record<string, string> {
  // In the middle of what is higher.
  const high = (box?.height ?? 0) - (plan.roomy ? 0 : (box?.said ?? 0));
  const up = (box?.under ?? 0) + Math.max(0, high - plan.height) / 2;
  return {
    "--up": `${up.toFixed(1)}px`,
    "--h": `${plan.height}px`,
    "--w": `${plan.width}px`,
    "--cy": `${plan.cy.toFixed(1)}px`,
    "--pw": `${plan.petal.w}px`,
    "--ph": `${plan.petal.h.toFixed(1)}px`,
    "--c": `${plan.core.toFixed(1)}px`,
    "--flag": `${plan.flag}px`,
  };
}

interface SeatsProps {
  seats: readonly SeatView[];
  plan: Layout;
  sight: Sight;
  onSeat: Props["onSeat"];
}

/** All seats are one stop of the Tab key; arrows go round, Home is your own. */
function Seats({ seats, plan, sight, onSeat }: SeatsProps) {
  const list = useRef<HTMLUListElement>(null);
  const [stop, setStop] = useState<string | null>(null);
  const [pointed, point] = usePointed();
  const at = Math.max(0, seats.findIndex((seat) => seat.member_id === stop));
  const press = useCallback(
    (id: string) => {
      setStop(id);
      onSeat?.(id);
    },
    [onSeat],
  );
  const go = (event: KeyboardEvent) => {
    const to = step(event.key, at, seats.length);
    if (to === null) return;
    event.preventDefault();
    setStop(seats[to]?.member_id ?? null);
    list.current?.querySelectorAll<HTMLElement>(".petal")[to]?.focus();
  };
  const tip = seats.findIndex((seat) => seat.member_id === pointed);
  return (
    <>
      <ul ref={list} role="list" aria-label={t("ring.label", { n: seats.length })} onKeyDown={go}>
        {seats.map((seat, i) => {
          const place = plan.places[i];
          return place ? (
            <Petal
              key={seat.member_id}
              id={seat.member_id}
              name={seat.name}
              marks={marksOf(seat, sight).join(" ")}
              place={place}
              layout={plan}
              stop={i === at}
              onPress={press}
              onPoint={point}
            />
          ) : null;
        })}
      </ul>
      {!plan.subs && tip >= 0 && (
        <Tip seat={seats[tip]} sight={sight} plan={plan} at={tip} onPoint={(on) => point(on ? pointed : null)} />
      )}
    </>
  );
}

/** So long a pointer may be on its way from a seat to its tip. */
const LINGER_MS = 300;

/** Whose seat is pointed at. It stays while the pointer goes onto the tip; Esc puts it away. */
function usePointed(): [string | null, (id: string | null) => void] {
  const [pointed, setPointed] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const point = useCallback((id: string | null) => {
    clearTimeout(timer.current);
    if (id !== null) setPointed(id);
    else timer.current = setTimeout(() => setPointed(null), LINGER_MS);
  }, []);
  useEffect(() => {
    if (pointed === null) return;
    const away = (event: KeyboardEvent) => event.key === "Escape" && setPointed(null);
    document.addEventListener("keydown", away);
    return () => document.removeEventListener("keydown", away);
  }, [pointed]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return [pointed, point];
}

interface TipProps {
  seat: SeatView | undefined;
  sight: Sight;
  plan: Layout;
  at: number;
  onPoint: (on: boolean) => void;
}

/** The whole name and its words over the seat, where the circle has no room to write them. */
function Tip({ seat, sight, plan, at, onPoint }: TipProps) {
  const place = plan.places[at];
  if (!seat || !place) return null;
  // Its free room is shared before and after it, so that it never leaves the box.
  const before = 0.5 + place.x / plan.width;
  const under = place.y < 0;
  const top = plan.cy + place.y + (under ? 1 : -1) * (plan.petal.h / 2 + 6);
  return (
    <p
      class={`ring__tip${under ? " ring__tip--under" : ""}`}
      style={{ "--before": `${before.toFixed(3)}fr`, "--after": `${(1 - before).toFixed(3)}fr`, "--top": `${top.toFixed(0)}px` }}
      aria-hidden="true"
    >
      <bdi onPointerEnter={() => onPoint(true)} onPointerLeave={() => onPoint(false)}>
        {wordsOf(seat, marksOf(seat, sight))}
      </bdi>
    </p>
  );
}
