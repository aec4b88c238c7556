// Two slow clocks that a part of the console reads to render again. Members' screens have none.
import { signal } from "@preact/signals";
import { whileSeen } from "../seen";

const second = signal(0);
const quarter = signal(0);
let running = false;

function run(): void {
  if (running) return;
  running = true;
  whileSeen(1000, () => (second.value += 1));
  whileSeen(15_000, () => (quarter.value += 1));
}

/** Read inside a component: it renders again every second. */
export function everySecond(): number {
  run();
  return second.value;
}

/** Read inside a component: it renders again every quarter of a minute. */
export function everyQuarter(): number {
  run();
  return quarter.value;
}
