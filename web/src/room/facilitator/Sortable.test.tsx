import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { meeting } from "../store";
import { aMeeting, fresh, seat } from "../testing";
import { Sortable } from "./Sortable";

const ids = signal<readonly string[]>([]);
const onMove = vi.fn<(id: string, before: string | null) => boolean | Promise<boolean>>(() => true);
const List = () => <Sortable ids={ids.value} label="Order" onMove={onMove} />;
const names = () => [...screen.getByRole("list").querySelectorAll("bdi")].map((one) => one.textContent);
const button = (name: string) => screen.getByRole("button", { name });

beforeEach(() => {
  fresh();
  onMove.mockReset().mockImplementation(() => true);
  ids.value = ["a", "b", "c"];
  meeting.value = aMeeting({ seats: [seat("a"), seat("b"), seat("c"), seat("d")] });
  render(<List />);
});
afterEach(cleanup);

/** Rows of 40 px, as a laid-out list has them. */
function laidOut(): void {
  screen.getAllByRole("listitem").forEach((row, index) => {
    row.getBoundingClientRect = () => ({ top: index * 40, bottom: index * 40 + 40 }) as DOMRect;
  });
}

test("a button moves one person by one place, shown at once, and keeps the focus", async () => {
  button("Move B up one place").focus();
  fireEvent.click(button("Move B up one place"));
  expect(onMove).toHaveBeenCalledWith("b", "a");
  await vi.waitFor(() => expect(names()).toEqual(["B", "A", "C"]));
  expect(document.activeElement).toBe(button("Move B up one place"));
});

test("at an end the button stays, so that the focus stays, and moves nothing", () => {
  fireEvent.click(button("Move A up one place"));
  expect(onMove).not.toHaveBeenCalled();
  expect(button("Move A up one place").getAttribute("aria-disabled")).toBe("true");
});

test("the handle knows the arrow keys", () => {
  fireEvent.keyDown(button("Move A"), { key: "ArrowDown" });
  expect(onMove).toHaveBeenCalledWith("a", "c");
});

test("a row dragged by its handle lands where it is let go", async () => {
  laidOut();
  fireEvent.pointerDown(button("Move C"), { button: 0, clientY: 100, pointerId: 1 });
  fireEvent.pointerMove(button("Move C"), { clientY: 10, pointerId: 1 });
  await vi.waitFor(() => expect(screen.getAllByRole("listitem")[0]?.className).toBe("is-landing"));
  fireEvent.pointerUp(button("Move C"), { pointerId: 1 });
  expect(onMove).toHaveBeenCalledWith("c", "a");
});

test("Esc during a drag puts the row back and sends nothing", async () => {
  laidOut();
  fireEvent.pointerDown(button("Move C"), { button: 0, clientY: 100, pointerId: 1 });
  fireEvent.pointerMove(button("Move C"), { clientY: 10, pointerId: 1 });
  await vi.waitFor(() => expect(screen.getAllByRole("listitem")[2]?.className).toBe("is-dragged"));
  fireEvent.keyDown(button("Move C"), { key: "Escape" });
  await vi.waitFor(() => expect(screen.getAllByRole("listitem")[2]?.className).toBe(""));
  fireEvent.pointerUp(button("Move C"), { pointerId: 1 });
  expect(onMove).not.toHaveBeenCalled();
});

test("a press on the handle that does not move moves nobody", () => {
  laidOut();
  fireEvent.pointerDown(button("Move A"), { button: 0, clientY: 20, pointerId: 1 });
  fireEvent.pointerUp(button("Move A"), { pointerId: 1 });
  expect(onMove).not.toHaveBeenCalled();
});

test("a refused move puts the list back", async () => {
  let answer: (done: boolean) => void = () => {};
  onMove.mockImplementation(() => new Promise<boolean>((resolve) => (answer = resolve)));
  fireEvent.click(button("Move C up one place"));
  await vi.waitFor(() => expect(names()).toEqual(["A", "C", "B"]));
  answer(false);
  await vi.waitFor(() => expect(names()).toEqual(["A", "B", "C"]));
});

test("what the server says replaces what was asked of it", async () => {
  fireEvent.click(button("Move C up one place"));
  ids.value = ["d", "c", "b", "a"];
  await vi.waitFor(() => expect(names()).toEqual(["D", "C", "B", "A"]));
});

test("when the focused row leaves, the row in its place takes the focus, not a button of it", async () => {
  button("Move B down one place").focus();
  ids.value = ["a", "c"];
  await vi.waitFor(() => expect(names()).toEqual(["A", "C"]));
  expect(document.activeElement).toBe(screen.getAllByRole("listitem")[1]);
});
