import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { facilitating, onYou } from "../store";
import { aFacilitating, aYou, held } from "../testing";
import { Console } from "./Console";
import { part } from "./parts";
import { begin, button, commands, people, press, show } from "./staging";

beforeEach(() => begin(false));
afterEach(cleanup);

describe("on a phone", () => {
  test("the turn stays at the thumb while a part is open, and the circle stays in the page", async () => {
    show({ stick: held("rina"), round: 1 }, { turn_id: "t" });
    press("Agenda");
    expect(await screen.findByRole("region", { name: "Agenda" })).toBeTruthy();
    expect(button("+1 min")).toBeTruthy();
    expect(screen.getByRole("list", { name: /people in the circle/ })).toBeTruthy();
  });

  test("a badge says in words how many wait behind a tab", () => {
    show({}, {
      waiting: [{ member_id: "w", name: "Putri", observer: false, first_visit: true, since: 0 }],
      hands: [{ member_id: "tono", at: 0, taken_by: null }],
      asked: [{ member_id: "bima", at: 0 }],
    });
    expect(button("Turns 1 asked")).toBeTruthy();
    expect(button("Door 1 at the door")).toBeTruthy();
    expect(button("People 1 needs a hand")).toBeTruthy();
  });

  test("opening moves the focus to the part's title; Esc closes it and goes back to its tab", async () => {
    show();
    press("People");
    await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole("heading", { name: "People" })));
    fireEvent.keyDown(document.body, { key: "Escape" });
    await vi.waitFor(() => expect(screen.queryByRole("region", { name: "People" })).toBeNull());
    expect(document.activeElement).toBe(button("People"));
  });

  test("Esc in a sheet over an open part leaves the part open", async () => {
    show();
    press("People");
    press("More for TONO");
    fireEvent.keyDown(await screen.findByRole("dialog"), { key: "Escape" });
    expect(part.value).toBe("people");
  });

  test("the door lets in and locks from its own part", () => {
    show({}, { waiting: [{ member_id: "w", name: "Putri", observer: false, first_visit: true, since: 0 }] });
    press(/^Door/);
    press("Let in, Putri");
    press("Lock the door");
    expect(commands()).toEqual([{ type: "admit", member_id: "w" }, { type: "lock", on: true }]);
  });

  test("the facilitator's own turn has its button above the tabs", () => {
    show({ stick: held("fac"), round: 1 }, { turn_id: "t" });
    onYou(aYou({ member_id: "fac", role: "facilitator", turn_id: "t" }));
    cleanup();
    render(<Console />);
    expect(button("I am done, pass the stick").closest(".thumb")).toBeTruthy();
  });

  test("when a list changes by somebody else, the keyboard's place stays", async () => {
    show({}, { asked: [{ member_id: "bima", at: 0 }, { member_id: "yuli", at: 0 }, { member_id: "tono", at: 0 }] });
    press(/^Turns/);
    button("Move YULI up one place").focus();
    facilitating.value = aFacilitating({ people, asked: [{ member_id: "yuli", at: 0 }, { member_id: "tono", at: 0 }] });
    await vi.waitFor(() => expect(screen.queryByRole("button", { name: "Move BIMA up one place" })).toBeNull());
    expect(document.activeElement).toBe(button("Move YULI up one place"));
  });
});
