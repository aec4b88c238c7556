import { expect, test } from "vitest";
import { wording } from "../testing";
import type { Step } from "../../wire.gen";
import { begins, behind, byClock, phaseAfter, stepAt } from "./steps";

const step = (phase: Step["phase"], minutes: number): Step => ({ phase, minutes, title: wording(phase), script: wording("") });
const agenda = [step("gathering", 10), step("opening", 5), step("sharing", 20), step("sharing", 15), step("closing", 10)];

test("the step is the one chosen while its phase is on, else the round's, else the first", () => {
  expect(stepAt(agenda, "sharing", null, null)).toBe(2);
  expect(stepAt(agenda, "sharing", 2, null)).toBe(3);
  expect(stepAt(agenda, "sharing", 9, null)).toBe(3);
  expect(stepAt(agenda, "sharing", 1, 3)).toBe(3);
  expect(stepAt(agenda, "opening", null, 3)).toBe(1);
  expect(stepAt(agenda, "ended", null, null)).toBe(-1);
});

test("times add up from the opening", () => {
  expect(begins(agenda)).toEqual([0, 10, 15, 35, 50]);
});

test("the clock points at the step planned for now, and at the last once the plan is over", () => {
  expect([0, 9.9, 10, 34, 35, 200].map((minutes) => byClock(agenda, minutes))).toEqual([0, 0, 1, 2, 3, 4]);
});

test("behind the plan counts from the planned end of the step that is on", () => {
  expect(behind(agenda, 1, 14)).toBe(0);
  expect(behind(agenda, 1, 19.5)).toBe(4);
  expect(behind(agenda, -1, 90)).toBe(0);
});

test("the next phase is the agenda's; where it has none, the usual one", () => {
  expect(phaseAfter(agenda, 2, "sharing")).toBe("closing");
  expect(phaseAfter([step("gathering", 5), step("sharing", 5)], 0, "gathering")).toBe("sharing");
  expect(phaseAfter([], -1, "opening")).toBe("sharing");
  expect(phaseAfter(agenda, 4, "closing")).toBeNull();
});
