import { expect, test } from "vitest";
import { Meter, megabytes } from "./meter";

const MINUTE = 60_000;

test("counts what a connection moved since it was last asked", () => {
  const meter = new Meter();
  meter.note({ up: 10, down: 100 }, 0);
  meter.note({ up: 15, down: 250 }, 5_000);
  expect(meter.hour(5_000)).toEqual({ up: 15, down: 250 });
});

test("a new connection counts from zero and adds to the hour", () => {
  const meter = new Meter();
  meter.note({ up: 10, down: 100 }, 0);
  meter.restart();
  meter.note({ up: 1, down: 2 }, MINUTE);
  expect(meter.hour(MINUTE)).toEqual({ up: 11, down: 102 });
});

test("what is older than an hour is forgotten", () => {
  const meter = new Meter();
  meter.note({ up: 10, down: 100 }, 0);
  meter.note({ up: 20, down: 300 }, 50 * MINUTE);
  expect(meter.hour(59 * MINUTE)).toEqual({ up: 20, down: 300 });
  expect(meter.hour(61 * MINUTE)).toEqual({ up: 10, down: 200 });
  expect(meter.hour(200 * MINUTE)).toEqual({ up: 0, down: 0 });
});

test("megabytes are written as the reader writes numbers", () => {
  expect(megabytes(4_234_000, "id")).toBe("4,2");
  expect(megabytes(4_234_000, "en")).toBe("4.2");
});
