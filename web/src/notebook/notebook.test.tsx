// The notebook on the screen: off, open, shut; what was typed is never lost to a full disk.
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import en from "@locales/en.json";
import { setWords, t } from "../words";
import { Notebook } from "./Notebook";
import type { Shelf } from "./shelf";
import { begin, memory } from "./vault";

const PASSPHRASE = "kata sandi panjang";

beforeEach(() => setWords("en", en));
afterEach(cleanup);

async function opened(shelf: Shelf): Promise<void> {
  await (await begin(shelf, PASSPHRASE, 1000)).write({ id: "a", at: 1, text: "hujan sore" });
  render(<Notebook shelf={shelf} />);
  fireEvent.input(await screen.findByLabelText(t("notebook.passphrase")), { target: { value: PASSPHRASE } });
  fireEvent.click(screen.getByText(t("notebook.open")));
  await screen.findByText("hujan sore");
}

test("it is off until somebody turns it on", async () => {
  const shelf = memory();
  render(<Notebook shelf={shelf} />);
  await screen.findByText(t("notebook.begin"));
  expect(await shelf.lock()).toBeNull();
});

test("a wrong passphrase opens nothing and is told kindly", async () => {
  const shelf = memory();
  await begin(shelf, PASSPHRASE, 1000);
  render(<Notebook shelf={shelf} />);
  fireEvent.input(await screen.findByLabelText(t("notebook.passphrase")), { target: { value: "lain" } });
  fireEvent.click(screen.getByText(t("notebook.open")));
  await screen.findByText(t("notebook.wrong"));
  expect(screen.queryByLabelText(t("notebook.write"))).toBeNull();
});

test("what was typed stays when there is no room for it", async () => {
  const shelf = memory();
  await opened(shelf);
  shelf.put = () => Promise.reject(new Error("full"));
  const field = screen.getByLabelText(t("notebook.write")) as HTMLTextAreaElement;
  fireEvent.input(field, { target: { value: "panjang sekali" } });
  fireEvent.click(screen.getByText(t("notebook.save")));
  await screen.findByText(t("notebook.no_place"));
  expect(field.value).toBe("panjang sekali");
});

test("a page is taken out with a second tap, and the first takes nothing", async () => {
  const shelf = memory();
  await opened(shelf);
  fireEvent.click(screen.getByText(t("notebook.take_out")));
  expect(await shelf.pages()).toHaveLength(1);
  fireEvent.click(await screen.findByText(t("notebook.take_out.yes")));
  await waitFor(() => expect(screen.queryByText("hujan sore")).toBeNull());
  expect(await shelf.pages()).toHaveLength(0);
});

test("locking takes every page off the screen", async () => {
  await opened(memory());
  fireEvent.click(screen.getByText(t("notebook.close")));
  await waitFor(() => expect(screen.queryByText("hujan sore")).toBeNull());
  await screen.findByText(t("notebook.open"));
});
