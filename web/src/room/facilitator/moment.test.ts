import { expect, test } from "vitest";
import { aFacilitating, aMeeting, aPerson, held, offeredTo, seat } from "../testing";
import { momentOf } from "./moment";

const seats = [seat("fac", { role: "facilitator" }), seat("rina"), seat("tono")];
const of = (now = {}, view = {}) => momentOf(aMeeting({ seats, ...now }), aFacilitating(view), "fac");

test("a pause comes before everything, and a silence is a pause of its own", () => {
  expect(of({ paused: true, stick: held("rina") })).toEqual({ kind: "paused" });
  expect(of({ paused: true, silence: true })).toEqual({ kind: "silence" });
});

test("the stick says what the bar is about", () => {
  expect(of({ stick: held("rina") })).toEqual({ kind: "held" });
  expect(of({ stick: held("fac") })).toEqual({ kind: "mine" });
  expect(of({ stick: offeredTo("rina") })).toEqual({ kind: "offered", to: "rina" });
  expect(of({ stick: offeredTo("fac") })).toEqual({ kind: "foryou" });
  expect(of({ stick: { ...held("rina"), kind: "place_held" } })).toEqual({ kind: "kept" });
});

test("at rest it offers the next, then who asked, then a round", () => {
  expect(of({ next: "tono" })).toEqual({ kind: "next", who: "tono" });
  expect(of({ round: null }, { asked: [{ member_id: "rina", at: 0 }] })).toEqual({ kind: "next", who: "rina" });
  expect(of({ round: null })).toEqual({ kind: "rest", passed: false });
  expect(of({ round: null }, { people: [aPerson("rina", { standing: "declined" })] })).toEqual({ kind: "rest", passed: true });
  expect(of({ phase: "gathering", round: null })).toEqual({ kind: "gathering" });
  expect(of({ phase: "ended" })).toEqual({ kind: "ended" });
});
