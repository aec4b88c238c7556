import { expect, test } from "vitest";
import { aFacilitating, aMeeting, aPerson, held, seat } from "../testing";
import { moved, neverOffered, notYetHeard } from "./people";

const ids = (people: { member_id: string }[]) => people.map((one) => one.member_id);
const seats = [
  seat("fac", { role: "facilitator" }), seat("rina"), seat("tono"), seat("bima"), seat("yuli"),
  seat("mega", { presence: "stepped_out" }), seat("awan", { role: "observer" }),
];
const people = [
  aPerson("fac"), aPerson("rina"), aPerson("tono"), aPerson("bima", { turns: 1, standing: "spoken" }),
  aPerson("yuli"), aPerson("mega"), aPerson("awan"),
];

test("not yet heard leaves out observers, facilitators, the holder, who asked and who is away", () => {
  const view = aFacilitating({ people, asked: [{ member_id: "yuli", at: 0 }] });
  expect(ids(notYetHeard(view, aMeeting({ seats, stick: held("rina") })))).toEqual(["tono"]);
});

test("before closing everybody who never spoke is named, stepped out or not", () => {
  const view = aFacilitating({ people });
  expect(ids(neverOffered(view, aMeeting({ seats })))).toEqual(["rina", "tono", "yuli", "mega"]);
});

test("somebody moves by one place and never past the ends", () => {
  expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b"], "a", -1)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], "nobody", 1)).toEqual(["a", "b"]);
});
