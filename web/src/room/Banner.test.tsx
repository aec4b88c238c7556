// When a newer page is offered, and when nobody is disturbed by it.
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Banner } from "./Banner";
import { draft, link, meeting, newer, onYou } from "./store";
import { aMeeting, aYou, fresh, held, offeredTo } from "./testing";

const OFFER = "A newer version is here.";

beforeEach(() => {
  fresh();
  link.value = "live";
  newer.value = true;
  meeting.value = aMeeting();
  onYou(aYou());
});
afterEach(cleanup);

test("while the stick rests, one press loads the newer page", () => {
  const reload = vi.spyOn(location, "reload").mockImplementation(() => undefined);
  render(<Banner />);
  expect(screen.getByRole("status").textContent).toContain(OFFER);
  fireEvent.click(screen.getByRole("button", { name: "Reload" }));
  expect(reload).toHaveBeenCalledOnce();
});

test.each([
  ["in one's own turn", () => (meeting.value = aMeeting({ stick: held("me") }))],
  ["in somebody's turn", () => (meeting.value = aMeeting({ stick: held("rina") }))],
  ["while the stick is offered", () => (meeting.value = aMeeting({ stick: offeredTo("me") }))],
  ["while words are half written", () => (draft.value = "Tadi pagi")],
  ["where the page is the newest", () => (newer.value = false)],
])("it is not offered %s", (_when, so) => {
  so();
  render(<Banner />);
  expect(screen.queryByText(OFFER)).toBeNull();
});

test("whoever stepped out may reload in anybody's turn", () => {
  meeting.value = aMeeting({ stick: held("rina") });
  onYou(aYou({ presence: "stepped_out" }));
  render(<Banner floating />);
  expect(screen.getByText(OFFER)).toBeTruthy();
});
