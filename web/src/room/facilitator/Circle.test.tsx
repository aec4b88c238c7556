import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { meeting, toasts } from "../store";
import { aMeeting, aPerson, fakeServer, seat } from "../testing";
import { MINUTE, begin, button, commands, inSheet, list, press, pressFirst, seats, show } from "./staging";

beforeEach(() => begin(true));
afterEach(cleanup);

describe("fairness", () => {
  test("those not heard come first; the rest with turns, minutes and how long ago", () => {
    const ago = Date.now() - 9 * MINUTE;
    show(
      { seats: seats.map((one) => (one.member_id === "yuli" ? { ...one, presence: "away" as const } : one)) },
      {
        people: [
          aPerson("rina", { turns: 2, spoke: 300, heard: ago }), aPerson("tono", { first_visit: true }),
          aPerson("yuli", { since: Date.now() - 3 * MINUTE }), aPerson("bima", { standing: "declined" }),
        ],
      },
    );
    const names = [...list("Not yet heard").querySelectorAll("bdi")].map((one) => one.textContent);
    expect(names).toEqual(["TONO", "YULI", "BIMA"]);
    expect(list("Not yet heard").textContent).toContain("first visit");
    expect(list("Not yet heard").textContent).toContain("connection lost for 3 min");
    expect(list("Not yet heard").textContent).toContain("chose to listen for now");
    expect(list("Heard").textContent).toContain("2 turns, 5 min · last 9 min ago");
  });

  test("a quietened person is given the floor back from their own sheet", async () => {
    show({}, { people: [aPerson("rina", { quietened: true })] });
    press("More for RINA");
    await inSheet("Give the floor back");
    expect(commands()).toEqual([{ type: "quieten", member_id: "rina", on: false }]);
  });
});

describe("holding the circle", () => {
  test("is shared or given away, and counts once they say yes", async () => {
    show();
    pressFirst("Hand over or share");
    await inSheet("TONO");
    await inSheet("Hand over, I become a member");
    await inSheet("Ask TONO");
    expect(commands()).toEqual([{ type: "hand_over", member_id: "tono", stay: false }]);
  });

  test("a hand-over that waits says for whom, and can be taken back", () => {
    show({}, { handing: { to: "tono", by: "fac", stay: true } });
    expect(screen.getByText("Waiting for TONO to answer.")).toBeTruthy();
    press("Take it back");
    expect(commands()).toEqual([{ type: "hand_over", member_id: null, stay: true }]);
  });

  test("somebody is named who steps in, or nobody", async () => {
    show({}, { successor: "bima" });
    press("More for BIMA");
    await inSheet("No longer the one who steps in");
    pressFirst("Hand over or share");
    const choice = within(await screen.findByRole("dialog")).getByRole("combobox") as HTMLSelectElement;
    expect(choice.value).toBe("bima");
    fireEvent.change(choice, { target: { value: "yuli" } });
    expect(commands()).toEqual([
      { type: "name_successor", member_id: null },
      { type: "name_successor", member_id: "yuli" },
    ]);
  });

  test("beside another facilitator you may become a member without asking", async () => {
    show({ seats: [...seats, seat("adi", { role: "facilitator" })] });
    pressFirst("Hand over or share");
    await inSheet("ADI holds it, I become a member");
    expect(commands()).toEqual([{ type: "become_member" }]);
  });
});

describe("the end", () => {
  test("is told five minutes before, with who was not heard, and can be moved", () => {
    show({ ending: "soon", ends: Date.now() + 4.5 * MINUTE }, { unheard: ["tono", "yuli"] });
    const notice = screen.getByRole("group", { name: "Close the circle" });
    expect(notice.textContent).toContain("5 minutes are left. Not yet heard: TONO, YULI.");
    fireEvent.click(within(notice).getByRole("button", { name: "10 minutes more" }));
    expect(commands()).toEqual([{ type: "prolong", seconds: 600 }]);
  });

  test("is not told before", () => {
    show({ ends: Date.now() + 20 * MINUTE }, { unheard: ["tono"] });
    expect(screen.queryByRole("group", { name: "Close the circle" })).toBeNull();
  });
});

describe("two facilitators", () => {
  test("the slower one reads who was faster and sees the fresh state", async () => {
    fakeServer(() => ({ ok: false, reason: "conflict", by: "adi" }));
    show({ seats: [...seats, seat("adi", { role: "facilitator" })] });
    press("Quiet");
    await vi.waitFor(() => expect(toasts.value.at(-1)?.text).toContain("ADI was a little faster."));
    meeting.value = aMeeting({ seats, floor: "open", version: 2 });
    await vi.waitFor(() => expect(button("Everyone").getAttribute("aria-pressed")).toBe("true"));
  });
});
