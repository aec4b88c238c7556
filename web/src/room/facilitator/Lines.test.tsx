import { act, cleanup, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sheet } from "../sheets";
import { onWhispered } from "../store";
import { begin, button, commands, inSheet, list, press, show } from "./staging";

beforeEach(() => begin(true));
afterEach(cleanup);

const fromRina = { id: "w-1", line: "facilitators", of: "rina", member_id: "rina", name: "RINA", text: "rahasia" } as const;

test("who wrote is listed with a badge, and no word of it before it is opened", () => {
  show();
  act(() => onWhispered(fromRina));
  expect(list("Private lines").textContent).toContain("RINA");
  expect(document.body.textContent).toContain("1 unread message");
  expect(document.body.textContent).not.toContain("rahasia");
  press(/Open RINA/);
  expect(sheet.value).toEqual({ name: "line", line: "facilitators", of: "rina" });
});

test("on a phone the badge is at the people, in words too", () => {
  begin(false);
  show();
  act(() => onWhispered(fromRina));
  expect(button(/People.*1 unread message/)).toBeTruthy();
});

test("where there is sound a facilitator asks a member to type what is said, or not any more", async () => {
  show({ sound: false });
  press("More for RINA");
  expect(screen.queryByText("Ask to type what is said")).toBeNull();
  cleanup();
  show({ sound: true });
  press("More for RINA");
  await inSheet("Ask to type what is said");
  cleanup();
  show({ sound: true, typist: "rina" });
  press("More for RINA");
  expect(screen.getByRole("dialog").textContent).toContain("types what is said");
  await inSheet("No longer typing");
  expect(commands()).toEqual([
    { type: "name_typist", member_id: "rina" }, { type: "name_typist", member_id: null },
  ]);
});

test("a facilitator begins a line, and asks a member to greet or not any more", async () => {
  show();
  press("More for RINA");
  await inSheet("Ask to greet at the door");
  cleanup();
  show({ greeter: "rina" }, { pairs: [{ newcomer: "rina", companion: "tono" }] });
  press("More for RINA");
  expect(screen.getByRole("dialog").textContent).toContain("accompanied by TONO · greets at the door");
  await inSheet("No longer greeting at the door");
  press("More for RINA");
  await inSheet("Write privately");
  expect(commands()).toEqual([
    { type: "name_greeter", member_id: "rina" }, { type: "name_greeter", member_id: null },
  ]);
  expect(sheet.value).toEqual({ name: "line", line: "facilitators", of: "rina" });
});
