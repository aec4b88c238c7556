// Two slow clocks that a part of the console reads to render again. Members' screens have none.
import { signal } from "@preact/signals";

const second = signal(0);
const minute = signal(0);
let running = false;

function run(): void {
  if (running) return;
  running = true;
  setInterval(() => (second.value += 1), 1000);
  setInterval(() => (minute.value += 1), 20_000);
}

/** Read inside a component: it renders again every second. */
export function everySecond(): number {
  run();
  return second.value;
}

/** Read inside a component: it renders again about three times a minute. */
export function everyMinute(): number {
  run();
  return minute.value;
}
