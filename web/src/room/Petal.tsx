// One person's seat: a petal that points at the middle, a small flag, a name. Holds no rules.
import type { Place } from "./fitting";
import type { Layout } from "./geometry";
import { Icon } from "./Icon";
import { flagOf, initials, subOf, wordsOf } from "./seats";
import type { Mark } from "./seats";
import type { SeatView } from "../wire.gen";
import icons from "../icons.json";

interface Props {
  seat: SeatView;
  marks: readonly Mark[];
  place: Place;
  layout: Layout;
  /** Whether the Tab key stops here: one seat of the circle at a time. */
  stop: boolean;
  onPress: () => void;
  /** Somebody points at this seat, or has left it. */
  onPoint: (on: boolean) => void;
}

export function Petal({ seat, marks, place, layout, stop, onPress, onPoint }: Props) {
  const words = wordsOf(seat, marks);
  const seen = (event: FocusEvent) => {
    // A tap opens the seat; only the keyboard needs to be told whose it is on the way.
    if ((event.currentTarget as Element).matches(":focus-visible")) onPoint(true);
  };
  return (
    <li
      class={["seat", ...marks.map((mark) => `is-${mark}`)].join(" ")}
      style={{ "--x": `${place.x.toFixed(1)}px`, "--y": `${place.y.toFixed(1)}px`, "--rot": `${(place.deg + 90).toFixed(1)}deg` }}
    >
      <button
        type="button"
        class="petal"
        data-seat={seat.member_id}
        aria-label={words}
        tabIndex={stop ? 0 : -1}
        onClick={onPress}
        onFocus={seen}
        onBlur={() => onPoint(false)}
        onPointerEnter={(event) => event.pointerType === "mouse" && onPoint(true)}
        onPointerLeave={() => onPoint(false)}
      >
        <svg viewBox="-18.5 -29 37 58" preserveAspectRatio="none" aria-hidden="true">
          <path class="b" d={icons.petal} vector-effect="non-scaling-stroke" />
          {marks.includes("heard") && <path class="w" d={icons.petal} vector-effect="non-scaling-stroke" />}
        </svg>
        {/* A drawing of two letters, not words: the name is the button's own. */}
        <b aria-hidden="true" data-letters={initials(seat.name)} />
      </button>
      <Flag marks={marks} place={place} rings={layout.rings} />
      <Name seat={seat} marks={marks} place={place} subs={layout.subs} />
    </li>
  );
}

function Flag({ marks, place, rings }: { marks: readonly Mark[]; place: Place; rings: 1 | 2 }) {
  const flag = flagOf(marks, rings);
  if (!flag) return null;
  const at = { "--fx": `${place.flag.x.toFixed(0)}px`, "--fy": `${place.flag.y.toFixed(0)}px` };
  return (
    <span class={`flag flag--${flag.kind}`} style={at} aria-hidden="true">
      {flag.icon ? <Icon name={flag.icon} /> : "1"}
    </span>
  );
}

function Name({ seat, marks, place, subs }: { seat: SeatView; marks: readonly Mark[]; place: Place; subs: boolean }) {
  if (!place.label) return null;
  const sub = subs ? subOf(marks) : null;
  const { top, height, width } = place.label;
  const at = { "--lt": `${top.toFixed(0)}px`, "--lh2": `${height.toFixed(0)}px`, "--lw": `${Math.floor(width)}px` };
  // The button already says all this aloud.
  return (
    <span class={`seat__n${top < 0 ? " seat__n--up" : ""}`} style={at} aria-hidden="true">
      <bdi>{seat.name}</bdi>
      {sub && <small>{sub}</small>}
    </span>
  );
}
