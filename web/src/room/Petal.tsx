// One person's seat: a petal that points at the middle, a small flag, a name. Holds no rules.
import { useMemo } from "preact/hooks";
import { lang } from "../words";
import type { Place } from "./fitting";
import type { Layout } from "./geometry";
import { Icon } from "./Icon";
import { flagOf, initials, subOf, wordsOf } from "./seats";
import type { Mark } from "./seats";
import icons from "../icons.json";

interface Props {
  id: string;
  name: string;
  /** Joined, so that the same marks are the same words. */
  marks: string;
  place: Place;
  layout: Layout;
  /** Whether the Tab key stops here: one seat of the circle at a time. */
  stop: boolean;
  onPress: (id: string) => void;
  /** Somebody points at this seat, or (null) has left it. */
  onPoint: (id: string | null) => void;
}

/** Drawn anew only when something about this seat is new: most of thirty stay as they are. */
export function Petal(props: Props) {
  const { id, name, marks, place, layout, stop, onPress, onPoint } = props;
  return useMemo(() => <Drawn {...props} />, [id, name, marks, place, layout, stop, onPress, onPoint, lang.value]);
}

function Drawn({ id, name, marks: joined, place, layout, stop, onPress, onPoint }: Props) {
  const marks = joined.split(" ").filter(Boolean) as Mark[];
  const words = wordsOf({ name }, marks);
  const seen = (event: FocusEvent) => {
    // A tap opens the seat; only the keyboard needs to be told whose it is on the way.
    if ((event.currentTarget as Element).matches(":focus-visible")) onPoint(id);
  };
  return (
    <li
      class={["seat", ...marks.map((mark) => `is-${mark}`)].join(" ")}
      style={{ "--x": `${place.x.toFixed(1)}px`, "--y": `${place.y.toFixed(1)}px`, "--rot": `${(place.deg + 90).toFixed(1)}deg` }}
    >
      <button
        type="button"
        class="petal"
        data-seat={id}
        aria-label={words}
        tabIndex={stop ? 0 : -1}
        onClick={() => onPress(id)}
        onFocus={seen}
        onBlur={() => onPoint(null)}
        onPointerEnter={(event) => event.pointerType === "mouse" && onPoint(id)}
        onPointerLeave={() => onPoint(null)}
      >
        <svg viewBox="-18.5 -29 37 58" preserveAspectRatio="none" aria-hidden="true">
          <path class="b" d={icons.petal} vector-effect="non-scaling-stroke" />
          {marks.includes("heard") && <path class="w" d={icons.petal} vector-effect="non-scaling-stroke" />}
        </svg>
        {/* A drawing of two letters, not words: the name is the button's own. */}
        <b aria-hidden="true" data-letters={initials(name)} />
      </button>
      <Flag marks={marks} place={place} rings={layout.rings} />
      <Name name={name} marks={marks} place={place} subs={layout.subs} />
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

function Name({ name, marks, place, subs }: { name: string; marks: readonly Mark[]; place: Place; subs: boolean }) {
  if (!place.label) return null;
  const sub = subs ? subOf(marks) : null;
  const { top, height, width } = place.label;
  const at = { "--lt": `${top.toFixed(0)}px`, "--lh2": `${height.toFixed(0)}px`, "--lw": `${Math.floor(width)}px` };
  // The button already says all this aloud.
  return (
    <span class={`seat__n${top < 0 ? " seat__n--up" : ""}`} style={at} aria-hidden="true">
      <bdi>{name}</bdi>
      {sub && <small>{sub}</small>}
    </span>
  );
}
