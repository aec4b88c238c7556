// The stick, seen travelling clockwise to who holds it next. Declines to say anything aloud.
import { useRef } from "preact/hooks";
import type { Layout } from "./geometry";
import type { StickView } from "../wire.gen";

/**
 * The angle to turn to, in degrees that only grow: a stick that passes from 350° to 10° goes on
 * to 370° and never swings back. Where nobody new holds it (a seat more, another width) it takes
 * the short way instead.
 */
export function travel(from: number, to: number, moved: boolean): number {
  const ahead = (((to - from) % 360) + 360) % 360;
  return from + (moved || ahead <= 180 ? ahead : ahead - 360);
}

interface Props {
  stick: StickView;
  layout: Layout;
  /** Index of the seat that the stick is offered to, held by or kept for; -1 while it rests. */
  at: number;
}

export function Stick({ stick, layout, at }: Props) {
  const last = useRef<{ who: string | null; angle: number }>({ who: null, angle: 180 });
  const place = layout.places[at];
  if (place) {
    const moved = last.current.who !== stick.member_id;
    last.current = { who: stick.member_id, angle: travel(last.current.angle, place.deg + 90, moved) };
  }
  const { length, near } = reach(layout, place ? Math.hypot(place.x, place.y) : 0, stick.kind);
  const shape = {
    "--rot": `${last.current.angle.toFixed(1)}deg`,
    "--sl": `${length.toFixed(1)}px`,
    "--sr": `${(near + length).toFixed(1)}px`,
  };
  return (
    <div class={`stickarm stickarm--${stick.kind}`} style={shape} aria-hidden="true">
      <svg viewBox="0 0 16 60" preserveAspectRatio="none">
        <rect class="edge" x="1.5" y="-1.5" width="13" height="63" rx="6.5" />
        <rect class="rod" x="4" y="2" width="8" height="56" rx="4" />
        <rect class="rod" x="3" y=".5" width="10" height="8" rx="3.5" />
        <rect class="rod" x="3" y="51.5" width="10" height="8" rx="3.5" />
        <path class="band" d="M4 13.5h8M4 19h8M4 43h8" />
      </svg>
    </div>
  );
}

/** How long the stick is and how near the middle it begins. */
function reach(layout: Layout, far: number, kind: StickView["kind"]): { length: number; near: number } {
  const { core, petal, rings } = layout;
  // In two rings it lies on the rim of the middle and points: the way out is full of petals.
  if (rings === 2) return { length: 36, near: core - 20 };
  const gap = Math.max(0, far - petal.h / 2 - core);
  const length = Math.min(74, Math.max(44, gap + 34));
  // Offered it waits on the rim; held it reaches into the hand.
  if (kind === "offered" || kind === "resting") return { length: 38, near: core - 12 };
  return { length, near: core + gap + 19 - length };
}
