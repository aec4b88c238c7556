// The time of a turn as a gold arc that fills and stays full. Declines to show digits, to turn red
// and to cut anything off.
import { useEffect, useRef, useState } from "preact/hooks";
import { whileSeen } from "./seen";

/** How much of the turn has gone, 0 to 1; null where no time runs. All in milliseconds. */
export function gone(started: number | null, softLimit: number | null, now: number): number | null {
  if (started === null || softLimit === null || softLimit <= started) return null;
  return Math.min(1, Math.max(0, (now - started) / (softLimit - started)));
}

/** Steps too small to be seen as such, and seldom enough for an old phone: nothing moves in between. */
const STEP_MS = 2000;

interface Props {
  started: number | null;
  softLimit: number | null;
  /** The meeting has stopped: the arc stands still. */
  still: boolean;
  now: () => number;
}

export function Arc({ started, softLimit, still, now }: Props) {
  const [, again] = useState(0);
  const stood = useRef<number | null>(null);
  // While it stands still it stays where it was, whatever else is drawn anew.
  const part = still && stood.current !== null ? stood.current : gone(started, softLimit, now());
  stood.current = started === null ? null : part;
  const runs = part !== null && part < 1 && !still;
  useEffect(() => {
    if (!runs) return;
    return whileSeen(STEP_MS, () => again((n) => n + 1));
  }, [runs, started, softLimit]);
  return (
    <svg class="arc" viewBox="0 0 100 100" aria-hidden="true">
      <circle class="t" cx="50" cy="50" r="48.5" vector-effect="non-scaling-stroke" />
      {part !== null && (
        <circle
          key={started}
          class="p"
          cx="50"
          cy="50"
          r="48.5"
          pathLength={100}
          style={{ strokeDasharray: "100 200", strokeDashoffset: `${(100 - 100 * part).toFixed(2)}` }}
        />
      )}
    </svg>
  );
}
