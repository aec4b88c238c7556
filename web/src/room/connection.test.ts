import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connect } from "./connection";
import * as store from "./store";
import { aMeeting, aYou, fresh } from "./testing";

type Handler = (payload: unknown) => void;
const handlers = new Map<string, Handler>();
const socket = {
  connected: true,
  active: true,
  on: (event: string, run: Handler) => void handlers.set(event, run),
  connect: vi.fn(),
  disconnect: vi.fn(() => socket),
  removeAllListeners: vi.fn(),
  timeout: () => ({ emitWithAck }),
};
const emitWithAck = vi.fn();
const opened = vi.fn();
vi.mock("socket.io-client", () => ({
  io: (options: unknown) => {
    opened(options);
    return socket;
  },
}));

const places = { slug: "rabu", lobby: "/c/rabu/tunggu", after: "/c/rabu/usai", release: "this" };
const hear = (event: string, payload: unknown) => handlers.get(event)?.(payload);
let close = () => {};
const replace = vi.fn();

beforeEach(() => {
  fresh();
  handlers.clear();
  vi.clearAllMocks();
  socket.active = true;
  vi.spyOn(location, "replace").mockImplementation(replace);
  close = connect(places);
  store.onMeeting(aMeeting());
  store.onYou(aYou());
});
afterEach(() => {
  close();
  vi.useRealTimers();
});

test("the handshake names the circle and the protocol, by WebSocket alone", () => {
  expect(opened.mock.calls[0]?.[0]).toMatchObject({
    path: "/socket.io/",
    transports: ["websocket"],
    query: { circle: "rabu" },
    auth: { protocol: expect.any(Number), circle: "rabu", tab: expect.any(String), observer: false },
  });
});

test("what nobody answers makes the page look whether the line still lives, once at a time", async () => {
  store.link.value = "live";
  emitWithAck.mockRejectedValue(new Error("timeout"));
  await Promise.all([store.emit("say", { id: "a", text: "Halo" }), store.emit("nod", {})]);
  await vi.waitFor(() => expect(socket.connect).toHaveBeenCalledOnce());
  expect(emitWithAck.mock.calls.filter(([event]) => event === "sync")).toHaveLength(1);
});

test("a no that came back says that the line lives", async () => {
  store.link.value = "live";
  emitWithAck.mockResolvedValue({ ok: false, reason: "not_your_turn" });
  await store.emit("say", { id: "a", text: "Halo" });
  expect(emitWithAck).toHaveBeenCalledOnce();
  expect(socket.connect).not.toHaveBeenCalled();
});

test.each(["not_signed_in", "not_a_member", "not_pledged", "banned", "removed", "old_client"])(
  "the refusal %s becomes a page of its own and empties the room",
  (reason) => {
    hear("connect_error", new Error(reason));
    expect(store.gate.value).toBe(reason);
    expect(store.meeting.value).toBeNull();
  },
);

test.each([
  ["this", false],
  ["that", true],
  ["", false],
])("a server whose page is %j: newer %s", (release, isNewer) => {
  hear("joined", { epoch: 1, member_id: "me", seq: 0, seated: true, release });
  expect(store.newer.value).toBe(isNewer);
});

test("a process that is older than the page is left for another one", () => {
  vi.useFakeTimers();
  socket.active = false;
  hear("connect_error", new Error("new_client"));
  expect(store.gate.value).toBeNull();
  vi.advanceTimersByTime(10_000);
  expect(socket.connect).toHaveBeenCalledTimes(1);
});

test("a server out of reach is tried again, and the meeting stays on the screen", () => {
  vi.useFakeTimers();
  socket.active = false;
  hear("connect_error", new Error("out_of_reach"));
  expect(store.gate.value).toBeNull();
  expect(store.meeting.value).not.toBeNull();
  vi.advanceTimersByTime(10_000);
  expect(socket.connect).toHaveBeenCalledTimes(1);
});

test("lines of a process that died keep nobody out, and too many tabs do", () => {
  vi.useFakeTimers();
  socket.active = false;
  hear("joined", { epoch: 1, member_id: "rina", seq: 0 });
  hear("disconnect", "transport close");
  hear("connect_error", new Error("too_many_tabs"));
  expect(store.gate.value).toBeNull();
  vi.advanceTimersByTime(1000);
  expect(socket.connect).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(20_000);
  hear("connect_error", new Error("too_many_tabs"));
  expect(store.gate.value).toBe("too_many_tabs");
});

test("a page that was never inside is told of too many tabs at once", () => {
  hear("connect_error", new Error("too_many_tabs"));
  expect(store.gate.value).toBe("too_many_tabs");
});

test("after a fall hundreds come back spread over a second, not in one moment", () => {
  const said = opened.mock.calls[0]?.[0] as { reconnectionDelay: number; randomizationFactor: number };
  const width = 2 * said.reconnectionDelay * said.randomizationFactor;
  expect(width).toBeGreaterThan(800);
  expect(said.reconnectionDelay + width / 2).toBeLessThan(1500);
});

test("a line that the server closed is opened again", () => {
  vi.useFakeTimers();
  hear("disconnect", "io server disconnect");
  expect(store.link.value).toBe("reconnecting");
  vi.advanceTimersByTime(10_000);
  expect(socket.connect).toHaveBeenCalledTimes(1);
});

test("somebody at the door is sent to the lobby, somebody admitted is not", () => {
  hear("lobby", { state: "admitted", host: "" });
  expect(replace).not.toHaveBeenCalled();
  hear("lobby", { state: "waiting", host: "Bu Sari" });
  expect(replace).toHaveBeenCalledWith("/c/rabu/tunggu");
});

test("the end of the meeting leads to the aftercare", () => {
  hear("gone", { reason: "ended" });
  expect(replace).toHaveBeenCalledWith("/c/rabu/usai");
});

test("being removed shows its own page, without a word of the room", () => {
  store.onSaid({ id: "x", seq: 1, member_id: "rina", name: "R", kind: "say", text: "secret" });
  hear("gone", { reason: "removed" });
  expect(store.gate.value).toBe("removed");
  expect(store.feed.value).toEqual([]);
});

test("a change that was lost is told", () => {
  hear("undone", {});
  expect(store.toasts.value).toHaveLength(1);
});

test("trouble shows, and goes", () => {
  hear("trouble", { on: true });
  expect(store.link.value).toBe("trouble");
  hear("trouble", { on: false });
  expect(store.link.value).toBe("live");
});

test("an answer that does not come is told apart from a no", async () => {
  emitWithAck.mockRejectedValueOnce(new Error("operation has timed out"));
  await store.send({ type: "ask" });
  expect(store.toasts.value[0]?.again).toBeTypeOf("function");
});
