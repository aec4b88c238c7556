// A list that a person puts in order: by dragging a handle, by arrows, by buttons. Each is one move.
// Declines to keep an order of its own for longer than the answer takes.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../words";
import { nameOf } from "../store";
import { landing, stepBefore, withMove } from "./ordering";
import { useSteadyFocus } from "./steady";

interface Props {
  ids: readonly string[];
  label: string;
  /** Carry one move out; false puts the list back. */
  onMove: (id: string, before: string | null) => boolean | Promise<boolean>;
  /** The words under a name. */
  sub?: (id: string, index: number) => string;
  /** More buttons of a row. */
  more?: (id: string) => ComponentChildren;
}

interface Drag {
  id: string;
  startY: number;
  /** How far the list had been scrolled. */
  startScroll: number;
  by: number;
  before: string | null;
}

export function Sortable({ ids, label, onMove, sub, more }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const [asked, setAsked] = useState<readonly string[] | null>(null);
  // What the server says replaces what was asked of it.
  useEffect(() => setAsked(null), [ids.join()]);
  const shown = asked ?? ids;
  useSteadyFocus(list);
  const move = (id: string, before: string | null | undefined) => {
    if (before === undefined) return;
    const wanted = withMove(shown, id, before);
    if (wanted.join() === shown.join()) return;
    setAsked(wanted);
    void Promise.resolve(onMove(id, before)).then((done) => !done && setAsked(null));
  };
  const drag = useDrag(list, shown, move);
  return (
    <ol class="q q--sort" ref={list} aria-label={label} tabIndex={-1}>
      {shown.map((id, index) => (
        <li key={id} tabIndex={-1} class={rowClass(id, drag.now)} style={shift(id, drag.now)}>
          <Handle id={id} drag={drag} onStep={(by) => move(id, stepBefore(shown, id, by))} />
          <b>{index + 1}</b>
          <span class="nm">
            <bdi>{nameOf(id)}</bdi>
            {sub && <small>{sub(id, index)}</small>}
          </span>
          <span class="q__acts">
            <Step id={id} by={-1} before={stepBefore(shown, id, -1)} move={move} />
            <Step id={id} by={1} before={stepBefore(shown, id, 1)} move={move} />
            {more?.(id)}
          </span>
        </li>
      ))}
    </ol>
  );
}

function rowClass(id: string, drag: Drag | null): string {
  const long = isLong(nameOf(id)) ? "is-long " : "";
  if (drag?.id === id) return `${long}is-dragged`;
  return drag && drag.before === id ? `${long}is-landing` : long;
}

/** Whether beside three buttons a word of the name would be broken, or the name be a column of words. */
function isLong(name: string): boolean {
  return name.length > 18 || name.split(/[\s-]/).some((word) => word.length > 8);
}

function shift(id: string, drag: Drag | null): Record<string, string> | undefined {
  return drag?.id === id ? { transform: `translateY(${drag.by}px)` } : undefined;
}

type Move = (id: string, before: string | null | undefined) => void;

/** One place up or down. At an end it stays where it is, so that the focus stays too. */
function Step({ id, by, before, move }: { id: string; by: -1 | 1; before: string | null | undefined; move: Move }) {
  return (
    <button
      type="button"
      class="btn btn--s btn--move"
      aria-disabled={before === undefined}
      aria-label={t(by < 0 ? "fac.up" : "fac.down", { name: nameOf(id) })}
      onClick={() => move(id, before)}
    >
      <span aria-hidden="true">{by < 0 ? "↑" : "↓"}</span>
    </button>
  );
}

interface Dragging {
  now: Drag | null;
  start: (id: string, event: PointerEvent) => void;
  go: (event: PointerEvent) => void;
  drop: () => void;
  cancel: () => void;
}

function Handle({ id, drag, onStep }: { id: string; drag: Dragging; onStep: (by: -1 | 1) => void }) {
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" && drag.now) {
      // The list goes back; the sheet around it stays open.
      event.preventDefault();
      event.stopPropagation();
      drag.cancel();
    }
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    onStep(event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <button
      type="button"
      class="grip"
      aria-label={t("fac.drag", { name: nameOf(id) })}
      onKeyDown={onKey}
      onPointerDown={(event) => drag.start(id, event)}
      onPointerMove={drag.go}
      onPointerUp={drag.drop}
      onPointerCancel={drag.cancel}
    >
      <span aria-hidden="true" />
    </button>
  );
}

/** A finger, a pen or a mouse on a handle. The row follows; it lands where it is let go. */
function useDrag(list: { current: HTMLElement | null }, ids: readonly string[], move: Move): Dragging {
  const [now, setNow] = useState<Drag | null>(null);
  const start = (id: string, event: PointerEvent) => {
    if (event.button !== 0) return;
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.setPointerCapture?.(event.pointerId);
    // Until it has moved it is before the one it was before.
    const startScroll = scroller(list.current)?.scrollTop ?? 0;
    setNow({ id, startY: event.clientY, startScroll, by: 0, before: ids[ids.indexOf(id) + 1] ?? null });
  };
  const go = (event: PointerEvent) => {
    if (!now) return;
    const scrolled = nudge(scroller(list.current), event.clientY) - now.startScroll;
    const rows = [...(list.current?.querySelectorAll("li") ?? [])];
    const middles = rows.map((row) => (row.getBoundingClientRect().top + row.getBoundingClientRect().bottom) / 2);
    const by = event.clientY - now.startY + scrolled;
    setNow({ ...now, by, before: landing(ids, now.id, middles, event.clientY) });
  };
  const drop = () => {
    if (now && now.by !== 0) move(now.id, now.before);
    setNow(null);
  };
  return { now, start, go, drop, cancel: () => setNow(null) };
}

/** What scrolls the list: the panel of a phone, a column of a laptop, or a sheet. */
function scroller(list: HTMLElement | null): HTMLElement | null {
  return list?.closest<HTMLElement>(".panel__in, .right, dialog") ?? null;
}

const EDGE = 36;
const NUDGE = 10;

/** Near an edge the list moves along, so that a long one can be reached. Gives where it is now. */
function nudge(box: HTMLElement | null, y: number): number {
  if (!box) return 0;
  const { top, bottom } = box.getBoundingClientRect();
  if (y < top + EDGE) box.scrollTop -= NUDGE;
  else if (y > bottom - EDGE) box.scrollTop += NUDGE;
  return box.scrollTop;
}
