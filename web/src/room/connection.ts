// The one line to the server: opens it, keeps it, and says plainly when it is gone.
// Declines to decide anything and to send anything later in silence.
import { io, type Socket } from "socket.io-client";
import { PROTOCOL } from "../wire.gen";
import type {
  FacilitatorView, Gone, GuideView, Joined, LobbyView, MeetingView, Nodded, Reason, Retracted, Said, SoundGone, SoundHeard, Trouble, Whispered,
  YouView,
} from "../wire.gen";
import * as store from "./store";

export interface Places {
  slug: string;
  /** The lobby of this circle. */
  lobby: string;
  /** Where a person goes when the meeting is over. */
  after: string;
  /** Which room page this is; empty where nobody said. */
  release: string;
}

/** Refusals at the door that trying again would not change. */
const FINAL: ReadonlySet<string> = new Set([
  "not_signed_in", "not_a_member", "not_pledged", "banned", "removed", "ended", "early", "old_client", "too_many_tabs",
]);
const RETRY_MS = 400;
const RETRY_MAX_MS = 8000;
const STILL_THERE_MS = 3000;
/** A line without a goodbye is missed after 15 seconds. */
const GHOSTS_MS = 20_000;

/** Connect and keep the store up to date. Returns what closes the line for good. */
export function connect(places: Places): () => void {
  const socket = io({
    path: "/socket.io/",
    transports: ["websocket"],
    // For whoever is in front, so that a circle's people can meet on one process. It lets nobody in.
    query: { circle: places.slug },
    auth: { protocol: PROTOCOL, circle: places.slug, tab: store.tab, observer: false },
    // A process that died leaves hundreds of people, and another one takes them all in: they come
    // back spread over a second, and over more the longer it takes.
    reconnectionDelay: 500,
    reconnectionDelayMax: 4000,
    randomizationFactor: 0.9,
    timeout: 10_000,
  });
  const retry = makeRetry(socket);
  hear(socket, places, retry);
  const { look, unwatch } = watchNetwork(socket);
  store.attach({
    live: () => socket.connected,
    async emit(event, payload) {
      const ack = await ask(socket, event, payload);
      // Nothing came back: a phone that has a new address is not told that its line is dead.
      if (!ack.ok && ack.reason === "timeout" && store.link.value === "live") void look();
      return ack;
    },
  });
  return () => {
    retry.stop();
    unwatch();
    store.attach(null);
    socket.removeAllListeners();
    socket.disconnect();
  };
}

async function ask(socket: Socket, event: string, payload: object): Promise<store.Ack> {
  try {
    return (await socket.timeout(store.ACK_MS).emitWithAck(event, payload)) as store.Ack;
  } catch {
    return { ok: false, reason: "timeout" };
  }
}

interface Retry {
  later(): void;
  reset(): void;
  stop(): void;
}

/** socket.io does not come back after the server's own no or goodbye: this does, with jitter. */
function makeRetry(socket: Socket): Retry {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delay = RETRY_MS;
  return {
    later() {
      clearTimeout(timer);
      timer = setTimeout(() => socket.connect(), delay * (0.5 + Math.random()));
      delay = Math.min(delay * 2, RETRY_MAX_MS);
    },
    reset() {
      delay = RETRY_MS;
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

function hear(socket: Socket, places: Places, retry: Retry): void {
  let ghostsUntil = 0;
  socket.on("joined", (joined: Joined) => {
    retry.reset();
    store.newer.value = Boolean(places.release && joined.release) && joined.release !== places.release;
    store.onJoined(joined);
  });
  socket.on("meeting", (view: MeetingView) => store.onMeeting(view));
  socket.on("you", (view: YouView) => store.onYou(view));
  socket.on("facilitating", (view: FacilitatorView) => store.onFacilitating(view));
  socket.on("guide", (view: GuideView) => store.onGuide(view));
  socket.on("said", (said: Said) => store.onSaid(said));
  socket.on("retracted", (retracted: Retracted) => store.onRetracted(retracted));
  socket.on("whispered", (said: Whispered) => store.onWhispered(said));
  socket.on("nodded", (nodded: Nodded) => store.onNodded(nodded.members));
  socket.on("heard", (heard: SoundHeard) => store.onHeard(heard));
  socket.on("sound_gone", (gone: SoundGone) => (store.soundGone.value = gone));
  socket.on("undone", () => store.onUndone());
  socket.on("trouble", (trouble: Trouble) => {
    store.link.value = trouble.on ? "trouble" : "live";
  });
  socket.on("lobby", (lobby: LobbyView) => {
    if (lobby.state !== "admitted") location.replace(places.lobby);
  });
  socket.on("gone", (gone: Gone) => leave(socket, places, gone.reason));
  socket.on("disconnect", (why) => {
    if (store.gate.value !== null) return;
    ghostsUntil = Date.now() + GHOSTS_MS;
    store.link.value = navigator.onLine ? "reconnecting" : "offline";
    if (why === "io server disconnect") retry.later();
  });
  socket.on("connect_error", (error: Error) => {
    // Our own lines of a moment ago, on a process that died, are counted until they are missed.
    const ghosts = error.message === "too_many_tabs" && Date.now() < ghostsUntil;
    if (FINAL.has(error.message) && !ghosts) return shut(socket, error.message as Reason);
    store.link.value = navigator.onLine ? "reconnecting" : "offline";
    // An answer from the server (say, out of reach) ends socket.io's own attempts.
    if (!socket.active) retry.later();
  });
}

function shut(socket: Socket, why: store.Gate): void {
  store.forget();
  store.gate.value = why;
  socket.disconnect();
}

function leave(socket: Socket, places: Places, why: Gone["reason"]): void {
  shut(socket, why);
  if (why === "ended") location.replace(places.after);
  if (why === "turned_away") location.replace(places.lobby);
}

/** Phones sleep and change networks: say so at once, and look whether the line still lives. */
function watchNetwork(socket: Socket): { look: () => Promise<void>; unwatch: () => void } {
  const offline = () => {
    if (store.gate.value === null) store.link.value = "offline";
  };
  let looking = false;
  const answers = async () => {
    try {
      await socket.timeout(STILL_THERE_MS).emitWithAck("sync", {});
      return true;
    } catch {
      // A line that does not answer is dead, whatever the browser still thinks.
      return false;
    }
  };
  const look = async () => {
    if (looking || store.gate.value !== null || document.visibilityState === "hidden") return;
    looking = true;
    const alive = socket.connected && (await answers());
    looking = false;
    if (alive && store.link.value === "offline") store.link.value = "live";
    if (!alive && store.gate.value === null) socket.disconnect().connect();
  };
  window.addEventListener("offline", offline);
  window.addEventListener("online", look);
  document.addEventListener("visibilitychange", look);
  const unwatch = () => {
    window.removeEventListener("offline", offline);
    window.removeEventListener("online", look);
    document.removeEventListener("visibilitychange", look);
  };
  return { look, unwatch };
}
