import { expect, test } from "vitest";
import { aFacilitating, aMeeting, aPerson, held, offeredTo, seat } from "../testing";
import { byNeed, isFree, mayInvite, mayStart, nextUp } from "./people";

const seats = [
  seat("fac", { role: "facilitator" }), seat("rina"), seat("tono"), seat("bima"), seat("yuli"),
  seat("awan", { role: "observer" }),
];

test("those not heard come first, then who had the least; ties keep their seats", () => {
  const view = aFacilitating({
    people: [
      aPerson("rina", { turns: 1, spoke: 300 }), aPerson("tono"), aPerson("bima", { turns: 1, spoke: 60 }), aPerson("yuli"),
    ],
  });
  expect(byNeed(view, aMeeting({ seats })).map((one) => one.seat.member_id)).toEqual(["tono", "yuli", "bima", "rina"]);
});

test("observers are not among them: the server leaves them out, and nobody without a seat is named", () => {
  const view = aFacilitating({ people: [aPerson("rina"), aPerson("gone")] });
  expect(byNeed(view, aMeeting({ seats })).map((one) => one.seat.member_id)).toEqual(["rina"]);
});

test("who passed can be asked only between rounds, and only where somebody did", () => {
  const passed = aFacilitating({ people: [aPerson("rina", { standing: "declined" }), aPerson("tono", { standing: "spoken" })] });
  expect(mayInvite(passed, aMeeting({ seats, round: null }))).toBe(true);
  expect(mayInvite(passed, aMeeting({ seats, round: 1 }))).toBe(false);
  expect(mayInvite(passed, aMeeting({ seats, round: null, stick: held("tono") }))).toBe(false);
  expect(mayInvite(passed, aMeeting({ seats, round: null, inviting: true }))).toBe(false);
  expect(mayInvite(passed, aMeeting({ seats, round: null, paused: true }))).toBe(false);
  expect(mayInvite(aFacilitating({ people: [aPerson("rina")] }), aMeeting({ seats, round: null }))).toBe(false);
});

test("the stick is free at rest or while offered, never paused, held or at the end", () => {
  expect(isFree(aMeeting())).toBe(true);
  expect(isFree(aMeeting({ stick: offeredTo("rina") }))).toBe(true);
  expect(isFree(aMeeting({ stick: held("rina") }))).toBe(false);
  expect(isFree(aMeeting({ paused: true }))).toBe(false);
  expect(isFree(aMeeting({ phase: "ended" }))).toBe(false);
  expect(mayStart(aMeeting({ round: 1 }))).toBe(false);
  expect(mayStart(aMeeting({ round: null }))).toBe(true);
});

test("the round says who is next; without one the first who asked and is here", () => {
  const view = aFacilitating({ asked: [{ member_id: "bima", at: 1 }, { member_id: "yuli", at: 2 }] });
  expect(nextUp(view, aMeeting({ seats, next: "tono" }))).toBe("tono");
  expect(nextUp(view, aMeeting({ seats }))).toBe("bima");
  const away = seats.map((one) => (one.member_id === "bima" ? { ...one, presence: "away" as const } : one));
  expect(nextUp(view, aMeeting({ seats: away }))).toBe("yuli");
  expect(nextUp(aFacilitating(), aMeeting({ seats }))).toBeNull();
});
