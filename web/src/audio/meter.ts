// How much data the sound took in the last hour, up and down. Memory alone, and pure but for the
// clock it is given. Declines to guess what a network costs.

const HOUR_MS = 3_600_000;
const STEP_MS = 60_000;

export interface Bytes {
  up: number;
  down: number;
}

interface Slice extends Bytes {
  at: number;
}

export class Meter {
  private slices: Slice[] = [];
  private last: Bytes = { up: 0, down: 0 };

  /** A new connection counts from zero again. */
  restart(): void {
    this.last = { up: 0, down: 0 };
  }

  /** What a connection has moved since it began. */
  note(total: Bytes, now: number): void {
    const up = Math.max(0, total.up - this.last.up);
    const down = Math.max(0, total.down - this.last.down);
    this.last = total;
    const at = now - (now % STEP_MS);
    const slice = this.slices.at(-1);
    if (slice?.at === at) {
      slice.up += up;
      slice.down += down;
    } else {
      this.slices.push({ at, up, down });
    }
  }

  /** The last sixty minutes, to the minute. */
  hour(now: number): Bytes {
    this.slices = this.slices.filter((one) => one.at > now - HOUR_MS);
    return this.slices.reduce((sum, one) => ({ up: sum.up + one.up, down: sum.down + one.down }), { up: 0, down: 0 });
  }
}

/** Megabytes with one digit, as a phone's own meter shows them, in the reader's numbers. */
export function megabytes(bytes: number, language: string): string {
  return new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(bytes / 1e6);
}
