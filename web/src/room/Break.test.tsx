// Stepped out, the sheets, and the way out in a hurry.
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import english from "../../locales/en.json";
import { setWords } from "../words";
import { Break } from "./Break";
import { ELSEWHERE, leave, onThreeShifts } from "./QuickExit";
import { Sheet } from "./Sheet";

beforeEach(() => setWords("en", english));
afterEach(cleanup);

test("the break offers the way back, a hand, and leaving for tonight", () => {
  const [onBack, onHand, onLeave] = [vi.fn(), vi.fn(), vi.fn()];
  render(<Break onBack={onBack} onHand={onHand} onLeave={onLeave} onReport={vi.fn()} />);
  fireEvent.click(screen.getByText("Return to the circle"));
  fireEvent.click(screen.getByText("I need a hand"));
  fireEvent.click(screen.getByText("Leave for tonight"));
  expect([onBack, onHand, onLeave].map((one) => one.mock.calls.length)).toEqual([1, 1, 1]);
});

test("the break begins by saying that the seat is kept", () => {
  render(<Break onBack={vi.fn()} onHand={vi.fn()} onLeave={vi.fn()} onReport={vi.fn()} />);
  expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
});

test("there are three ways to rest, and motion can be stopped", () => {
  render(<Break onBack={vi.fn()} onHand={vi.fn()} onLeave={vi.fn()} onReport={vi.fn()} />);
  fireEvent.click(screen.getByText("Stop the motion"));
  expect(document.querySelector(".bloom.still")).not.toBeNull();
  fireEvent.click(screen.getByText("Look around"));
  for (const n of [1, 2, 3]) fireEvent.click(screen.getByRole("button", { name: `Thing ${n}` }));
  expect(screen.getByRole("status").textContent).toBe("Good. You are here.");
  fireEvent.click(screen.getByText("Just quiet"));
  expect(document.querySelector(".breath .words")).toBeNull();
});

function Opener() {
  const [open, set] = useState(false);
  return (
    <>
      <button type="button" onClick={() => set(true)}>
        open
      </button>
      <Sheet title="A question" open={open} onClose={() => set(false)}>
        <p>inside</p>
      </Sheet>
    </>
  );
}

test("a sheet is read by its title, closes on Esc and gives the focus back", () => {
  render(<Opener />);
  const opener = screen.getByText("open");
  opener.focus();
  fireEvent.click(opener);
  const dialog = document.querySelector("dialog")!;
  expect(dialog.open).toBe(true);
  expect(document.activeElement?.textContent).toBe("A question");
  // What a browser sends for Esc.
  fireEvent(dialog, new Event("cancel", { cancelable: true }));
  expect(document.querySelector("dialog")).toBeNull();
  expect(document.activeElement).toBe(opener);
});

test("a sheet closes with its button and by a press outside, not by one inside", () => {
  render(<Opener />);
  fireEvent.click(screen.getByText("open"));
  fireEvent.click(screen.getByText("inside"));
  expect(document.querySelector("dialog")).not.toBeNull();
  fireEvent.click(document.querySelector("dialog")!);
  expect(document.querySelector("dialog")).toBeNull();
  fireEvent.click(screen.getByText("open"));
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(document.querySelector("dialog")).toBeNull();
});

test("a sheet that nobody opened by hand leaves the focus at the circle", () => {
  const Asked = () => {
    const [open, set] = useState(true);
    return (
      <>
        <main id="isi" tabIndex={-1} />
        <Sheet title="A question" open={open} onClose={() => set(false)} />
      </>
    );
  };
  render(<Asked />);
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(document.activeElement?.id).toBe("isi");
});

test("leaving in a hurry empties the page before it replaces it", () => {
  const page = document.implementation.createHTMLDocument("Circle");
  page.body.innerHTML = "<p>words</p>";
  const seen: string[] = [];
  const replace = (to: string | URL) => void seen.push(String(to), page.body.innerHTML);
  leave({ document: page, location: { replace } as unknown as Location });
  expect(seen).toEqual([ELSEWHERE, ""]);
  expect(page.title).toBe("");
});

test("Shift three times leaves; twice, held down, or with a letter between does not", () => {
  const then = vi.fn();
  const target = new EventTarget();
  const stop = onThreeShifts(then, target);
  const press = (key: string, repeat = false) => {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, repeat }));
  };
  ["Shift", "Shift", "A", "Shift", "Shift"].forEach((key) => press(key));
  press("Shift", true);
  expect(then).not.toHaveBeenCalled();
  press("Shift");
  expect(then).toHaveBeenCalledTimes(1);
  stop();
  ["Shift", "Shift", "Shift"].forEach((key) => press(key));
  expect(then).toHaveBeenCalledTimes(1);
});
