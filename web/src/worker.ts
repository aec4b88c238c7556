// What this device keeps for when there is no network: help lines, the page that says so, and the
// notebook once it was visited. Also shows reminders, which hold no word about any circle.
// Declines to keep any other page: nothing of a circle, a door or a room lies in its caches.
// The server puts one line in front of it, which says what there is to keep.

interface Given {
  /** Another one for every build and every change of words. */
  version: string;
  shell: string[];
  notebook: string[];
  lang: string;
  push: Record<string, { title: string; body: string }>;
}
declare const LINGKAR: Given;

// The types of the window and those of workers exclude each other; this is all that is needed.
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Told extends Lasting {
  data: { lang?: unknown; path?: unknown; now?: unknown } | null;
}
interface Tapped extends Lasting {
  notification: Notification;
}
interface Worker {
  addEventListener(kind: "install" | "activate" | "push", what: (event: Lasting) => void): void;
  addEventListener(kind: "fetch", what: (event: Asked) => void): void;
  addEventListener(kind: "message", what: (event: Told) => void): void;
  addEventListener(kind: "notificationclick", what: (event: Tapped) => void): void;
  registration: ServiceWorkerRegistration;
  skipWaiting(): Promise<void>;
  clients: { openWindow(to: string): Promise<unknown> };
  /** Not in every browser. */
  cookieStore?: { set(cookie: Record<string, unknown>): Promise<void> };
}
const worker = self as unknown as Worker;

const HERE = `lingkar-${LINGKAR.version}`;
/** Outlives a new version: which language this device reads. */
const CHOICE = "lingkar-bahasa";
const LANGS = Object.keys(LINGKAR.push);
const ALWAYS = ["/bantuan", "/luring"];
const NOTEBOOK = "/catatan";
const FILES = new Set([...LINGKAR.shell, ...LINGKAR.notebook]);
const SHARED = "/u/bagikan";
/** Of this house alone: a link to another one is none of ours to open. */
const INVITATION = new RegExp(`${location.origin.replace(/[.]/g, "\\.")}/u#([\\w-]{16,})`);
const PATIENCE_MS = 6000;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

/** What only this house says of itself. A network that asks to be signed in to first answers too. */
const OURS = "trusted-types lingkar";
const ours = (answer: Response): boolean =>
  answer.headers.get("Content-Security-Policy")?.includes(OURS) ?? false;

const under = (path: string, lang: string) => `${path}?bahasa=${lang}`;

/** As a stranger sees it: what is kept says nothing about who uses this device. */
async function keep(paths: string[], files: string[]): Promise<void> {
  const cache = await caches.open(HERE);
  await Promise.all(files.map(async (path) => cache.put(path, await genuine(fetch(path)))));
  const each = paths.flatMap((path) => LANGS.map((lang) => ({ path, lang })));
  await Promise.all(
    each.map(async ({ path, lang }) => {
      const asked = fetch(path, {
        credentials: "omit",
        cache: "no-store",
        headers: { "Accept-Language": lang },
      });
      await cache.put(under(path, lang), await genuine(asked));
    }),
  );
}

/** Whole, and from here: what a network put in its place is not kept. */
async function genuine(asked: Promise<Response>): Promise<Response> {
  const answer = await asked;
  if (!answer.ok || answer.redirected || !ours(answer)) throw new Error("nothing to keep");
  return answer;
}

async function kept(path: string): Promise<Response | undefined> {
  const cache = await caches.open(HERE);
  return cache.match(under(path, await language()), { ignoreVary: true });
}

async function choose(lang: unknown): Promise<boolean> {
  if (typeof lang !== "string" || !LANGS.includes(lang)) return false;
  await (await caches.open(CHOICE)).put("/bahasa", new Response(lang));
  return true;
}

async function language(): Promise<string> {
  const chosen = await (await (await caches.open(CHOICE)).match("/bahasa"))?.text();
  return chosen && LANGS.includes(chosen) ? chosen : LINGKAR.lang;
}

/** A page is asked of the network first; what is kept serves where that fails or takes too long. */
async function visit(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const own = [...ALWAYS, NOTEBOOK].includes(pathname) ? await kept(pathname) : undefined;
  try {
    const answer = await (own ? soon(fetch(request)) : fetch(request));
    return own && (answer.status >= 500 || !ours(answer)) ? own : answer;
  } catch {
    return own ?? (await kept("/luring")) ?? Response.error();
  }
}

function soon(answer: Promise<Response>): Promise<Response> {
  return Promise.race([
    answer,
    new Promise<Response>((_, reject) => setTimeout(reject, PATIENCE_MS)),
  ]);
}

/** The language switch: the server's where there is a network, else what is kept, in that language. */
async function switched(request: Request): Promise<Response> {
  // A form is read once; the network gets its own.
  const form = request.clone().formData();
  try {
    return await soon(fetch(request));
  } catch {
    const [lang, next] = [(await form).get("lang"), String((await form).get("next"))];
    // For the server too, once it is there again; the cookie is no secret.
    if (await choose(lang)) await remember(String(lang));
    const to = new URL(next, location.origin);
    const back = to.origin === location.origin ? to.pathname + to.search : "/luring";
    return new Response(null, { status: 303, headers: { Location: back } });
  }
}

/** An invitation that was shared with the app: its secret goes behind the mark, and to no server. */
async function shared(request: Request): Promise<Response> {
  const form = await request.formData().catch(() => new FormData());
  const said = ["url", "text", "title"].map((field) => String(form.get(field) ?? "")).join(" ");
  const secret = INVITATION.exec(said)?.[1];
  return new Response(null, { status: 303, headers: { Location: secret ? `/u#${secret}` : "/u" } });
}

async function remember(value: string): Promise<void> {
  const cookie = { name: "lang", value, path: "/", sameSite: "lax", expires: Date.now() + YEAR_MS };
  await worker.cookieStore?.set(cookie).catch(() => null);
}

async function file(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    const cache = await caches.open(HERE);
    const found = await cache.match(new URL(request.url).pathname, { ignoreVary: true });
    return found ?? Response.error();
  }
}

async function hasNotebook(): Promise<boolean> {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    if (await cache.match(under(NOTEBOOK, LINGKAR.lang), { ignoreVary: true })) return true;
  }
  return false;
}

async function settle(): Promise<void> {
  await keep(ALWAYS, LINGKAR.shell);
  if (await hasNotebook()) await keep([NOTEBOOK], LINGKAR.notebook);
}

async function tidy(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith("lingkar-") && name !== HERE && name !== CHOICE) await caches.delete(name);
  }
}

/** A page was opened, in that language. */
async function opened(lang: unknown, path: unknown): Promise<void> {
  await choose(lang);
  if (path === NOTEBOOK) await keep([NOTEBOOK], LINGKAR.notebook);
  const since = Date.parse((await kept("/bantuan"))?.headers.get("date") ?? "");
  // Numbers change: once a day at most what is kept is fetched again.
  if (!(Date.now() - since < DAY_MS)) await keep(ALWAYS, LINGKAR.shell);
}

async function remind(): Promise<void> {
  const said = LINGKAR.push[await language()];
  if (said) await worker.registration.showNotification(said.title, { body: said.body, tag: "lingkar" });
}

worker.addEventListener("install", (event) => event.waitUntil(settle()));
worker.addEventListener("activate", (event) => event.waitUntil(tidy()));
worker.addEventListener("message", (event) => {
  // Somebody wants the new version at once; otherwise it waits until no page of the old one is open.
  if (event.data?.now === true) return event.waitUntil(worker.skipWaiting());
  // Without a network what was kept before stays.
  event.waitUntil(opened(event.data?.lang, event.data?.path).catch(() => null));
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/bahasa") event.respondWith(switched(request));
  if (request.method === "POST" && url.pathname === SHARED) event.respondWith(shared(request));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(visit(request));
  else if (FILES.has(url.pathname)) event.respondWith(file(request));
});
worker.addEventListener("push", (event) => event.waitUntil(remind()));
worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(worker.clients.openWindow("/"));
});

export {};
