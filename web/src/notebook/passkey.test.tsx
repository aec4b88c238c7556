// The device's passkey on the screen: offered where it might work, told plainly where it does not.
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import en from "@locales/en.json";
import { setWords, t } from "../words";
import { Notebook } from "./Notebook";
import { possible } from "./passkey";
import type { Shelf } from "./shelf";
import { begin, memory } from "./vault";

const PASSPHRASE = "kata sandi panjang";
const SECRET = new Uint8Array(32).fill(7);
const ID = new Uint8Array([1, 2, 3, 250]);

const result = (prf: object | undefined) => ({ rawId: ID.buffer, getClientExtensionResults: () => ({ prf }) });
const create = vi.fn();
const get = vi.fn();
const dropped = vi.fn();

/** A browser whose device has a key of its own. */
function device(capable: Record<string, boolean> = {}): void {
  vi.stubGlobal("PublicKeyCredential", {
    isUserVerifyingPlatformAuthenticatorAvailable: async () => true,
    getClientCapabilities: async () => capable,
    signalUnknownCredential: dropped,
  });
  vi.stubGlobal("navigator", { credentials: { create, get } });
}

beforeEach(() => {
  setWords("en", en);
  for (const mock of [create, get, dropped]) mock.mockReset();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function press(key: string): Promise<void> {
  fireEvent.click(await screen.findByText(t(key)));
}

async function chooseAlone(shelf: Shelf): Promise<void> {
  render(<Notebook shelf={shelf} />);
  await press("notebook.key.begin");
  // What it means comes before anything is made.
  await screen.findByText(t("notebook.key.warn"));
  expect(create).not.toHaveBeenCalled();
  await press("notebook.key.alone");
}

test("a browser without passkeys, or one that says it gives no secret, offers none", async () => {
  expect(await possible()).toBe(false);
  device({ "extension:prf": false });
  expect(await possible()).toBe(false);
  device({ "extension:prf": true });
  expect(await possible()).toBe(true);
});

test("a key is made on this device for the notebook alone, and asked for the secret it did not give", async () => {
  device();
  create.mockResolvedValue(result({ enabled: true }));
  get.mockResolvedValue(result({ results: { first: SECRET.buffer } }));
  const shelf = memory();
  await chooseAlone(shelf);
  await screen.findByText(t("notebook.empty"));
  const { publicKey: made } = create.mock.calls[0]?.[0] as { publicKey: PublicKeyCredentialCreationOptions };
  expect(made.authenticatorSelection).toEqual({
    authenticatorAttachment: "platform",
    residentKey: "required",
    userVerification: "required",
  });
  const { publicKey: asked } = get.mock.calls[0]?.[0] as { publicKey: PublicKeyCredentialRequestOptions };
  expect(asked.userVerification).toBe("required");
  expect(asked.allowCredentials?.map((one) => one.id)).toEqual([ID]);
  const lock = await shelf.lock();
  expect(asked.extensions?.prf?.eval?.first).toEqual(lock?.passkey?.salt);
  expect(made.extensions?.prf?.eval?.first).toEqual(lock?.passkey?.salt);
  expect(made.challenge).not.toEqual(asked.challenge);
  expect(lock?.passphrase).toBeUndefined();
  expect(dropped).not.toHaveBeenCalled();
});

test("a key that gives no secret is dropped, told plainly, and the passphrase is there", async () => {
  device();
  create.mockResolvedValue(result(undefined));
  const shelf = memory();
  await chooseAlone(shelf);
  await screen.findByText(t("notebook.key.cannot"));
  expect(await shelf.lock()).toBeNull();
  expect(dropped).toHaveBeenCalledWith({ rpId: location.hostname, credentialId: "AQID-g" });
  expect(screen.queryByText(t("notebook.key.begin"))).toBeNull();
  await screen.findByLabelText(t("notebook.passphrase"));
});

test("a finger taken away begins nothing, and the way stays open", async () => {
  device();
  create.mockRejectedValue(new DOMException("", "NotAllowedError"));
  const shelf = memory();
  await chooseAlone(shelf);
  await screen.findByText(t("notebook.key.cancelled"));
  expect(await shelf.lock()).toBeNull();
  await screen.findByText(t("notebook.key.alone"));
});

test("where there is no room for the lock no key is left behind", async () => {
  device();
  create.mockResolvedValue(result({ enabled: true, results: { first: SECRET.buffer } }));
  const shelf = memory();
  shelf.putLock = () => Promise.reject(new Error("full"));
  await chooseAlone(shelf);
  await screen.findByText(t("notebook.no_place"));
  expect(dropped).toHaveBeenCalledTimes(1);
});

test("a key that does not answer opens nothing, and says what that may mean", async () => {
  device();
  const shelf = memory();
  await begin(shelf, null, 1000, { id: ID, salt: ID, secret: SECRET });
  get.mockRejectedValueOnce(new DOMException("", "NotAllowedError"));
  render(<Notebook shelf={shelf} />);
  await press("notebook.key.open");
  await screen.findByText(t("notebook.key.unopened"));
  // Another device's secret is no secret of this one.
  get.mockResolvedValueOnce(result({ results: { first: new Uint8Array(32).buffer } }));
  await press("notebook.key.open");
  await screen.findByText(t("notebook.key.unopened"));
  expect(screen.queryByLabelText(t("notebook.write"))).toBeNull();
  get.mockResolvedValueOnce(result({ results: { first: SECRET } }));
  await press("notebook.key.open");
  await screen.findByText(t("notebook.empty"));
});

test("a notebook with a passkey alone says so where the browser cannot use it just now", async () => {
  const shelf = memory();
  await begin(shelf, null, 1000, { id: ID, salt: ID, secret: SECRET });
  render(<Notebook shelf={shelf} />);
  await screen.findByText(t("notebook.key.later"));
  expect(screen.queryByText(t("notebook.key.open"))).toBeNull();
  await screen.findByText(t("notebook.erase"));
});

test("the passkey is not removed before the passphrase has just opened the notebook", async () => {
  device();
  const shelf = memory();
  await begin(shelf, PASSPHRASE, 1000, { id: ID, salt: ID, secret: SECRET });
  get.mockResolvedValue(result({ results: { first: SECRET } }));
  render(<Notebook shelf={shelf} />);
  await press("notebook.key.open");
  await screen.findByText(t("notebook.key.remove"));
  const field = screen.getByLabelText(t("notebook.passphrase"));
  fireEvent.input(field, { target: { value: "lain sekali" } });
  await press("notebook.key.remove");
  await screen.findByText(t("notebook.wrong"));
  expect((await shelf.lock())?.passkey).toBeDefined();
  fireEvent.input(field, { target: { value: PASSPHRASE } });
  await press("notebook.key.remove");
  await screen.findByText(t("notebook.key.removed"));
  expect((await shelf.lock())?.passkey).toBeUndefined();
  expect(dropped).toHaveBeenCalledTimes(1);
});

test("a copy is offered only where a passphrase opens it, and erasing drops the key", async () => {
  device();
  const shelf = memory();
  await begin(shelf, null, 1000, { id: ID, salt: ID, secret: SECRET });
  get.mockResolvedValue(result({ results: { first: SECRET } }));
  render(<Notebook shelf={shelf} />);
  await press("notebook.key.open");
  await screen.findByText(t("notebook.sealed.first"));
  expect(screen.queryByText(t("notebook.sealed"))).toBeNull();
  await press("notebook.erase");
  await press("notebook.erase.yes");
  await screen.findByText(t("notebook.erased"));
  expect(await shelf.lock()).toBeNull();
  expect(dropped).toHaveBeenCalledTimes(1);
});
