// Waiting at the door: says who knows that you are here, and goes in when it opens.
// Receives nothing of the room, and asks for nothing but its own place at the door.
import { io, type Socket } from "socket.io-client";
import { PROTOCOL } from "../wire.gen";
import type { Gone, Joined, LobbyView } from "../wire.gen";
import { asLang, t, words, type Params } from "../words";

export interface Spoken {
  key: string;
  params?: Params;
}

/** A name in its own direction, inside a sentence of plain text. */
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}

/** The words for what the door says. */
export function spoken(view: LobbyView, time: string, when: string): Spoken {
  const host = isolated(view.host);
  switch (view.state) {
    case "waiting":
      if (!view.host) return { key: "lobby.empty" };
      // A meeting that was opened on another day than its own has no time to begin.
      return time ? { key: "lobby.wait", params: { host, time } } : { key: "lobby.wait.now", params: { host } };
    case "late":
      return view.host ? { key: "lobby.late", params: { host } } : { key: "lobby.empty" };
    case "no_host":
      return { key: "lobby.empty" };
    case "ended":
      return { key: "st.ended", params: { when } };
    default:
      return { key: `lobby.${view.state}` };
  }
}

/** The words for a refusal before the door. */
export function refusal(reason: string): Spoken | null {
  if (reason === "removed") return { key: "st.removed" };
  if (reason === "banned") return { key: "st.banned" };
  if (reason === "full") return { key: "lobby.full" };
  if (reason === "locked") return { key: "lobby.locked" };
  if (["old_client", "malformed", "fault", "too_many_tabs"].includes(reason)) return { key: "lobby.reload" };
  return null;
}

/** The words for a door that is still shut, and that opens by itself. */
export function notYet(reason: string, opens: string): Spoken | null {
  if (reason === "no_facilitator") return { key: "lobby.empty" };
  if (reason === "too_fast") return { key: "lobby.many" };
  if (reason !== "early") return null;
  return opens ? { key: "lobby.early", params: { time: opens } } : { key: "lobby.early.soon" };
}

/** How long until a shut door is tried again, in ms: often at first, for a facilitator may be
    about to come; then seldom, for whoever leaves the page open all day or looks elsewhere. */
export function pause(tries: number, seen: boolean): number {
  return tries < 12 && seen ? 5_000 : 20_000;
}

const SENT_AWAY = new Set(["not_signed_in", "not_a_member", "not_pledged"]);

function knock(slug: string, observer: HTMLInputElement | null): Socket {
  return io({
    path: "/socket.io/",
    transports: ["websocket"],
    auth: (give) =>
      give({ protocol: PROTOCOL, circle: slug, tab: crypto.randomUUID?.() ?? String(Math.random()).slice(2), observer: observer?.checked ?? false }),
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  });
}

function start(root: HTMLElement): void {
  const { slug = "", room = "/", circle = "/", time = "", when = "", opens = "" } = root.dataset;
  const state = document.getElementById("state");
  const say = (what: Spoken): void => {
    const text = t(what.key, what.params);
    if (state && state.textContent !== text) state.textContent = text;
  };
  const observer = document.getElementById("observer") as HTMLInputElement | null;
  const socket = knock(slug, observer);
  const goIn = (): void => {
    say({ key: "lobby.admitted" });
    socket.close();
    location.replace(room);
  };
  socket.on("joined", (joined: Joined) => {
    if (joined.seated) goIn();
  });
  socket.on("lobby", (view: LobbyView) => {
    if (view.state === "admitted") return goIn();
    listensFirst(observer, view.listens_first);
    say(spoken(view, time, when));
  });
  socket.on("gone", (gone: Gone) => {
    socket.close();
    if (gone.reason === "turned_away") return say({ key: "lobby.turned_away" });
    say(gone.reason === "ended" ? { key: "st.ended", params: { when } } : (refusal(gone.reason) ?? { key: "lobby.reload" }));
  });
  socket.on("disconnect", (why) => {
    if (why === "io client disconnect") return;
    say({ key: "lobby.lost" });
    if (why === "io server disconnect") setTimeout(() => socket.connect(), 1000 + Math.random() * 2000);
  });
  let tries = 0;
  socket.on("connect_error", (error: Error) => {
    if (SENT_AWAY.has(error.message)) return location.replace(`${circle}/masuk`);
    const final = refusal(error.message);
    const later = notYet(error.message, opens);
    if (later) {
      // A facilitator may come any moment; the door itself opens by the clock.
      say(later);
      setTimeout(() => socket.connect(), pause(tries++, document.visibilityState !== "hidden") * (0.75 + Math.random() / 2));
      return;
    }
    say(final ?? { key: "lobby.lost" });
    if (final) socket.close();
    else if (!socket.active) setTimeout(() => socket.connect(), 2000 + Math.random() * 3000);
  });
  observing(socket, observer);
  addEventListener("pagehide", () => socket.close());
}

function observing(socket: Socket, observer: HTMLInputElement | null): void {
  if (!observer) return;
  observer.closest("label")?.removeAttribute("hidden");
  observer.addEventListener("change", () => {
    if (socket.connected) socket.emit("observe", { observer: observer.checked }, () => undefined);
  });
}

/** Where the circle begins so, there is nothing to choose this time, and the box says why. */
function listensFirst(observer: HTMLInputElement | null, first: boolean): void {
  if (!observer || !first) return;
  observer.checked = observer.disabled = true;
  const why = observer.closest("label")?.querySelector(".sub");
  if (why) why.textContent = t("lobby.listens");
}

/** The flower breathes until somebody wants it still; who asked the device for calm gets it anyway. */
function stillness(root: HTMLElement): void {
  const button = document.getElementById("still");
  if (!button || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const still = root.classList.toggle("still");
    button.textContent = t(still ? "lobby.move" : "lobby.still");
  });
}

const root = document.getElementById("lobby");
if (root) {
  void words(asLang(root.dataset.lang)).then(() => {
    stillness(root);
    start(root);
  });
}
