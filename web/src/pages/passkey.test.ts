// The button for a passkey: when it shows, and what it says when it does not work out.
import { afterEach, expect, test, vi } from "vitest";
import { declined, fromText, start, stopped, toText } from "./passkey";

function page(mode: string, origin = location.origin): HTMLElement {
  document.body.innerHTML = `<input id="name"><div id="passkey" data-mode="${mode}" data-origin="${origin}"
    data-wait="wait" data-cancelled="cancelled" data-failed="failed" data-unknown="unknown" data-name="name" hidden>
    <input name="_token" value="token"><button id="passkey-go"></button>
    <p id="passkey-wrong"></p><p id="passkey-wait"></p></div>`;
  return document.getElementById("passkey") as HTMLElement;
}
const press = (): void => document.getElementById("passkey-go")?.click();
const wrong = (): string => document.getElementById("passkey-wrong")?.textContent ?? "";

afterEach(() => vi.unstubAllGlobals());

test("bytes come back as they went, whatever they are", () => {
  for (const bytes of [[], [0], [255, 254, 253], [62, 63, 250, 0, 1]]) {
    const text = toText(new Uint8Array(bytes).buffer);
    expect(text).toMatch(/^[\w-]*$/);
    expect([...new Uint8Array(fromText(text))]).toEqual(bytes);
  }
});

test("without passkeys in the browser there is no button", () => {
  const part = page("enter");
  start(part);
  expect(part.hidden).toBe(true);
});

test("under another address there is no button", () => {
  vi.stubGlobal("PublicKeyCredential", class {});
  const part = page("enter", "http://elsewhere.example");
  start(part);
  expect(part.hidden).toBe(true);
});

test("at set-up a name comes first, and nothing is sent without one", () => {
  vi.stubGlobal("PublicKeyCredential", class {});
  const sent = vi.fn();
  vi.stubGlobal("fetch", sent);
  const part = page("setup");
  start(part);
  expect(part.hidden).toBe(false);
  press();
  expect(wrong()).toBe("name");
  expect(document.getElementById("name")?.getAttribute("aria-invalid")).toBe("true");
  expect(sent).not.toHaveBeenCalled();
});

test("a second press while the first is under way sends nothing", async () => {
  vi.stubGlobal("PublicKeyCredential", class {});
  const sent = vi.fn().mockRejectedValue(new TypeError("no network"));
  vi.stubGlobal("fetch", sent);
  start(page("enter"));
  press();
  press();
  expect(sent).toHaveBeenCalledTimes(1);
  await vi.waitFor(() => expect(wrong()).toBe("failed"));
  press();
  expect(sent).toHaveBeenCalledTimes(2);
});

test("every no has words of its own", () => {
  expect(declined(429, undefined)).toBe("fast");
  expect(declined(422, "name")).toBe("name");
  expect(declined(422, "key")).toBe("unknown");
  expect(declined(409, "exists")).toBe("exists");
  expect(declined(503, undefined)).toBe("failed");
  expect(stopped(new DOMException("", "NotAllowedError"))).toBe("cancelled");
  expect(stopped(new DOMException("", "InvalidStateError"))).toBe("exists");
  expect(stopped(new TypeError("no network"))).toBe("failed");
});

test("after the proof the form that was waiting goes on, with what was typed in it", async () => {
  vi.stubGlobal("PublicKeyCredential", class {});
  const bytes = new ArrayBuffer(1);
  const response = { clientDataJSON: bytes, authenticatorData: bytes, signature: bytes, userHandle: bytes };
  const get = () => Promise.resolve({ id: "a", rawId: bytes, type: "public-key", response });
  vi.stubGlobal("navigator", { credentials: { get } });
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ challenge: "AA", to: "/c/duka/hapus" })));
  const part = page("enter");
  part.dataset.form = "step";
  document.body.insertAdjacentHTML("beforeend", `<form id="step"><input name="x" required></form>`);
  const form = document.getElementById("step") as HTMLFormElement;
  const submit = vi.spyOn(form, "submit").mockImplementation(() => undefined);
  start(part);
  press();
  await vi.waitFor(() => expect(submit).toHaveBeenCalledTimes(1));
});
