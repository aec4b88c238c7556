// A newer version waits; on a quiet page it is offered, and only a press takes it.
import { beforeEach, expect, test, vi } from "vitest";

type Heard = Record<string, (event?: Event) => void>;

const postMessage = vi.fn();
const reload = vi.fn();
let ofContainer: Heard;
let ofRegistration: Heard;
let ofInstalling: Heard;
let registration: { waiting: object | null; installing: object | null };
let container: { controller: object | null };

const hear = (into: () => Heard) => (kind: string, what: () => void) => void (into()[kind] = what);
const fresh = () => document.getElementById("fresh");
const button = (at: number) => fresh()?.querySelectorAll("button")[at];

async function opened({ waiting = null as object | null, controlled = true } = {}): Promise<void> {
  document.body.innerHTML = '<div id="fresh" hidden><p></p><button>Now</button><button>Later</button></div>';
  registration = {
    waiting,
    installing: { addEventListener: hear(() => ofInstalling) },
    ...{ addEventListener: hear(() => ofRegistration) },
  };
  container = {
    controller: controlled ? {} : null,
    ...{
      register: async () => registration,
      ready: Promise.resolve({ active: { postMessage: vi.fn() } }),
      addEventListener: hear(() => ofContainer),
    },
  };
  vi.stubGlobal("navigator", { serviceWorker: container });
  vi.resetModules();
  await import("./offline");
  await vi.waitFor(() => expect(ofRegistration.updatefound).toBeDefined());
}

beforeEach(() => {
  ofContainer = {};
  ofRegistration = {};
  ofInstalling = {};
  vi.clearAllMocks();
  vi.spyOn(location, "reload").mockImplementation(reload);
});

test("a newer version that waits is offered, and nothing changes before a press", async () => {
  await opened({ waiting: { postMessage } });
  expect(fresh()?.hidden).toBe(false);
  expect(postMessage).not.toHaveBeenCalled();
  expect(reload).not.toHaveBeenCalled();
  button(0)?.click();
  expect(postMessage).toHaveBeenCalledWith({ now: true });
  expect(reload).not.toHaveBeenCalled();
  ofContainer.controllerchange?.();
  expect(reload).toHaveBeenCalledOnce();
});

test("one that arrives while the page is open is offered once it is whole", async () => {
  await opened();
  expect(fresh()?.hidden).toBe(true);
  ofRegistration.updatefound?.();
  ofInstalling.statechange?.();
  expect(fresh()?.hidden).toBe(true);
  registration.waiting = { postMessage };
  ofInstalling.statechange?.();
  expect(fresh()?.hidden).toBe(false);
  button(1)?.click();
  expect(fresh()?.hidden).toBe(true);
  expect(postMessage).not.toHaveBeenCalled();
});

test("the very first version is no news", async () => {
  await opened({ waiting: { postMessage }, controlled: false });
  expect(fresh()?.hidden).toBe(true);
});
