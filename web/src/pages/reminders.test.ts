import { afterEach, expect, test, vi } from "vitest";
import { bytes, turnOn } from "./reminders";

afterEach(() => vi.unstubAllGlobals());

function browser(permission: string, status: number) {
  const made = { endpoint: "https://web.push.apple.com/x", unsubscribe: vi.fn() };
  const subscribe = vi.fn().mockResolvedValue(made);
  const pushManager = { getSubscription: vi.fn().mockResolvedValue(null), subscribe };
  const serviceWorker = { register: vi.fn(), ready: Promise.resolve({ pushManager }) };
  const fetched = vi.fn().mockResolvedValue({ ok: status === 200 });
  vi.stubGlobal("Notification", { requestPermission: () => Promise.resolve(permission) });
  vi.stubGlobal("navigator", { serviceWorker });
  vi.stubGlobal("fetch", fetched);
  return { made, subscribe, fetched };
}

test("a key in base64url becomes its bytes", () => {
  expect([...bytes("_-8")]).toEqual([255, 239]);
});

test("the server learns the endpoint and nothing else", async () => {
  const { fetched, subscribe } = browser("granted", 200);
  expect(await turnOn("/c/a/pengingat", "_-8")).toBe("done");
  expect(subscribe.mock.calls[0]?.[0].userVisibleOnly).toBe(true);
  const [to, sent] = fetched.mock.calls[0] ?? [];
  expect(to).toBe("/c/a/pengingat");
  expect(JSON.parse(sent.body)).toEqual({ endpoint: "https://web.push.apple.com/x" });
});

test("without permission nothing is subscribed or sent", async () => {
  const { fetched, subscribe } = browser("denied", 200);
  expect(await turnOn("/c/a/pengingat", "_-8")).toBe("denied");
  expect(subscribe).not.toHaveBeenCalled();
  expect(fetched).not.toHaveBeenCalled();
});

test("what the server declines is not left subscribed", async () => {
  const { made } = browser("granted", 422);
  expect(await turnOn("/c/a/pengingat", "_-8")).toBe("failed");
  expect(made.unsubscribe).toHaveBeenCalledOnce();
});
