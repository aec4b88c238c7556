// What the worker keeps and what it answers, with a network and without one.
import { beforeEach, expect, test, vi } from "vitest";

const ORIGIN = "https://lingkar.example";
const SHELL = ["/static/built/a/pages.js", "/static/lambang.svg"];
const NOTEBOOK = ["/static/built/a/notebook.js", "/static/built/a/id.js"];
const KEPT = ["/bantuan", "/luring"].flatMap((path) => ["id", "en"].map((lang) => `${path}?bahasa=${lang}`));

const OURS = { "Content-Security-Policy": "default-src 'none'; trusted-types lingkar" };

type Handler = (event: object) => void;
type Answer = Response | undefined;

/** The browser's caches, as far as the worker uses them. */
function fakeCaches() {
  const all = new Map<string, Map<string, Response>>();
  const open = async (name: string) => {
    const cache = all.get(name) ?? new Map<string, Response>();
    all.set(name, cache);
    return {
      match: async (path: string) => cache.get(path)?.clone(),
      put: async (path: string, answer: Response) => void cache.set(path, answer),
    };
  };
  const paths = () => [...all.values()].flatMap((cache) => [...cache.keys()]);
  return { all, paths, open, keys: async () => [...all.keys()], delete: async (name: string) => all.delete(name) };
}

let handlers: Record<string, Handler>;
let caches: ReturnType<typeof fakeCaches>;
let network: ReturnType<typeof vi.fn<(input: string | { url: string }, init?: RequestInit) => Promise<Response>>>;
const skipped = vi.fn(async () => undefined);
let remembered: ReturnType<typeof vi.fn>;
const shown = vi.fn();

/** A page that says where it is from and in which language it was asked for. */
function online(): void {
  network.mockImplementation(async (input, init) => {
    const path = typeof input === "string" ? input : new URL(input.url).pathname;
    const lang = new Headers(init?.headers).get("Accept-Language") ?? "own";
    return new Response(`${path} ${lang}`, { headers: { ...OURS, date: new Date().toUTCString() } });
  });
}
/** A network that wants to be signed in to first, and says so in place of every answer. */
const portal = () => network.mockImplementation(async () => new Response("Pay here"));
const offline = () => network.mockRejectedValue(new TypeError("no network"));

async function worker(version = "one"): Promise<void> {
  vi.resetModules();
  handlers = {};
  vi.stubGlobal("LINGKAR", {
    version,
    shell: SHELL,
    notebook: NOTEBOOK,
    lang: "id",
    push: { id: { title: "Lingkar", body: "Sebentar lagi" }, en: { title: "Lingkar", body: "Soon" } },
  });
  vi.stubGlobal("self", {
    addEventListener: (kind: string, what: Handler) => (handlers[kind] = what),
    registration: { showNotification: shown },
    clients: { openWindow: vi.fn() },
    skipWaiting: skipped,
    cookieStore: { set: remembered },
  });
  await import("./worker");
}

/** Let something happen to the worker, and wait until it is done with it. */
async function happens(kind: string, data: object | null = null): Promise<void> {
  let work: Promise<unknown> = Promise.resolve();
  handlers[kind]?.({ data, waitUntil: (given: Promise<unknown>) => (work = given) });
  await work;
}

/** What the worker answers, or nothing where it leaves the browser to itself. */
async function asked(path: string, more: object = {}): Promise<Answer> {
  let answer: Promise<Response> | undefined;
  const request = { url: new URL(path, ORIGIN).href, method: "GET", mode: "navigate", ...more };
  handlers.fetch?.({ request, respondWith: (given: Promise<Response>) => (answer = given) });
  return answer;
}

function switching(fields: Record<string, string>): object {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return { method: "POST", clone: () => ({ formData: async () => form }) };
}

const text = async (answer: Answer) => answer?.text();

beforeEach(async () => {
  caches = fakeCaches();
  network = vi.fn();
  remembered = vi.fn(async () => undefined);
  shown.mockReset();
  skipped.mockClear();
  vi.stubGlobal("caches", caches);
  vi.stubGlobal("fetch", network);
  vi.stubGlobal("location", new URL(ORIGIN));
  online();
  await worker();
  await happens("install");
});

test("help and the shell are kept in every language, as a stranger sees them, and nothing else", async () => {
  expect(caches.paths().sort()).toEqual([...KEPT, ...SHELL].sort());
  const pages = network.mock.calls.filter(([input]) => !SHELL.includes(String(input)));
  expect(pages).toHaveLength(KEPT.length);
  for (const [, init] of pages) expect(init).toMatchObject({ credentials: "omit", cache: "no-store" });
});

test("visits to a circle, a door or a room leave nothing in the caches", async () => {
  const before = caches.paths();
  for (const path of ["/", "/c/rabu", "/c/rabu/tunggu", "/c/rabu/ruang", "/aku", "/bantuan?lingkaran=rabu"]) {
    expect(await text(await asked(path))).toBe(`${new URL(path, ORIGIN).pathname} own`);
    await happens("message", { lang: "en", path });
  }
  await asked("/static/built/a/room.js", { mode: "no-cors" });
  expect(caches.paths().sort()).toEqual([...before, "/bahasa"].sort());
});

test("the notebook is kept once it was visited, and again by every new version", async () => {
  await happens("message", { lang: "id", path: "/catatan" });
  expect(caches.paths()).toEqual(expect.arrayContaining(["/catatan?bahasa=en", ...NOTEBOOK]));
  await worker("two");
  await happens("install");
  await happens("activate");
  expect([...caches.all.keys()].sort()).toEqual(["lingkar-bahasa", "lingkar-two"]);
  expect(caches.paths()).toEqual(expect.arrayContaining(["/catatan?bahasa=id", ...NOTEBOOK]));
});

test("without a network help answers in the language last read, and any other page says so", async () => {
  await happens("message", { lang: "en", path: "/" });
  offline();
  expect(await text(await asked("/bantuan"))).toBe("/bantuan en");
  expect(await text(await asked("/c/rabu"))).toBe("/luring en");
  expect(await text(await asked(SHELL[0] ?? "", { mode: "cors" }))).toBe(`${SHELL[0]} own`);
});

test("where nothing is kept an error is an error", async () => {
  caches.all.clear();
  offline();
  expect((await asked("/c/rabu"))?.type).toBe("error");
});

test("a server that is down does not take help away, but its word counts elsewhere", async () => {
  network.mockImplementation(async () => new Response("down", { status: 503, headers: OURS }));
  expect(await text(await asked("/bantuan"))).toBe("/bantuan id");
  expect((await asked("/c/rabu"))?.status).toBe(503);
});

test("what a hotel's network puts in place of an answer is never kept, and does not take help away", async () => {
  portal();
  expect(await text(await asked("/bantuan"))).toBe("/bantuan id");
  // Anywhere else it is shown: there it can be signed in to.
  expect(await text(await asked("/"))).toBe("Pay here");
  vi.useFakeTimers({ now: Date.now() + 86_400_001 });
  await happens("message", { lang: "id", path: "/catatan" });
  vi.useRealTimers();
  expect(caches.paths().sort()).toEqual([...KEPT, ...SHELL, "/bahasa"].sort());
  offline();
  expect(await text(await asked("/bantuan"))).toBe("/bantuan id");
  expect(await text(await asked(SHELL[0] ?? "", { mode: "cors" }))).toBe(`${SHELL[0]} own`);
});

test("a worker that met such a network while it was installed is not installed", async () => {
  portal();
  await worker("two");
  await expect(happens("install")).rejects.toThrow();
  expect(caches.all.get("lingkar-two")?.size ?? 0).toBe(0);
});

test("a new version waits until somebody wants it", async () => {
  await happens("message", { lang: "id", path: "/" });
  expect(skipped).not.toHaveBeenCalled();
  await happens("message", { now: true });
  expect(skipped).toHaveBeenCalledOnce();
});

test("a network that never answers is waited for six seconds, then help is there", async () => {
  vi.useFakeTimers();
  network.mockReturnValue(new Promise(() => null));
  const answer = asked("/bantuan");
  await vi.advanceTimersByTimeAsync(6000);
  expect(await text(await answer)).toBe("/bantuan id");
  vi.useRealTimers();
});

test("the language switch works without a network, and is remembered for when there is one", async () => {
  offline();
  const answer = await asked("/bahasa", switching({ lang: "en", next: "/bantuan" }));
  expect(answer?.status).toBe(303);
  expect(answer?.headers.get("location")).toBe("/bantuan");
  expect(await text(await asked("/bantuan"))).toBe("/bantuan en");
  expect(remembered).toHaveBeenCalledWith(expect.objectContaining({ name: "lang", value: "en", path: "/" }));
});

test("without a network the switch leads nowhere else, and takes no language that is not there", async () => {
  offline();
  for (const next of ["//elsewhere.example/", "https://elsewhere.example/a"]) {
    const answer = await asked("/bahasa", switching({ lang: "fr", next }));
    expect(answer?.headers.get("location")).toBe("/luring");
  }
  expect(await text(await asked("/bantuan"))).toBe("/bantuan id");
  expect(remembered).not.toHaveBeenCalled();
});

test("with a network the switch is the server's, and no other form is touched", async () => {
  const answer = await asked("/bahasa", switching({ lang: "en", next: "/bantuan" }));
  expect(await text(answer)).toBe("/bahasa own");
  expect(remembered).not.toHaveBeenCalled();
  for (const path of ["/tema", "/c/rabu/pergi"]) {
    expect(await asked(path, { method: "POST" })).toBeUndefined();
  }
  expect(await asked("https://elsewhere.example/bahasa", { method: "POST" })).toBeUndefined();
});

test("help is fetched again once a day at most", async () => {
  network.mockClear();
  await happens("message", { lang: "id", path: "/" });
  expect(network).not.toHaveBeenCalled();
  vi.useFakeTimers({ now: Date.now() + 86_400_001 });
  await happens("message", { lang: "id", path: "/" });
  vi.useRealTimers();
  expect(network).toHaveBeenCalledTimes(KEPT.length + SHELL.length);
});

test("a reminder says the same for everybody, in the language last read", async () => {
  await happens("message", { lang: "en", path: "/c/rabu" });
  await happens("push", { circle: "rabu" });
  expect(shown).toHaveBeenCalledWith("Lingkar", { body: "Soon", tag: "lingkar" });
});

test.each([
  ["the address alone", { url: `${ORIGIN}/u#abcdefghijklmnop-_01` }, "/u#abcdefghijklmnop-_01"],
  ["a message around it", { text: `Ayo ikut: ${ORIGIN}/u#abcdefghijklmnop. Rabu!` }, "/u#abcdefghijklmnop"],
  ["another house's invitation", { text: "https://elsewhere.example/u#abcdefghijklmnop" }, "/u"],
  ["nothing of ours", { text: "halo" }, "/u"],
])("what is shared with the app opens the invitation without any server hearing of it: %s", async (_, said, to) => {
  network.mockClear();
  const form = new FormData();
  for (const [name, value] of Object.entries(said)) form.set(name, String(value));
  const answer = await asked("/u/bagikan", { method: "POST", formData: async () => form });
  expect(answer?.status).toBe(303);
  expect(answer?.headers.get("Location")).toBe(to);
  expect(network).not.toHaveBeenCalled();
});
