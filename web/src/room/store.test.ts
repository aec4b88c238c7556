import { beforeEach, describe, expect, test, vi } from "vitest";
import { t } from "../words";
import * as store from "./store";
import { aGuide, aMeeting, aNotice, aSaid, aYou, fakeServer, fresh, seat, wording } from "./testing";

beforeEach(fresh);

const texts = () => store.feed.value.map((item) => ("text" in item ? item.text : item.kind));
const joined = (seq: number, seated = true) => ({ member_id: "me", epoch: 1, seq, seated, release: "" });

describe("the meeting", () => {
  test("a newer meeting replaces the one known", () => {
    store.onMeeting(aMeeting({ version: 3 }));
    expect(store.onMeeting(aMeeting({ version: 4, prompt: wording("new") }))).toBe(true);
    expect(store.meeting.value?.prompt.id).toBe("new");
  });

  test.each([
    ["an older version", 1, 2],
    ["the same version", 1, 3],
    ["a higher version of an earlier epoch", 0, 9],
  ])("%s is left aside", (_, epoch, version) => {
    store.onMeeting(aMeeting({ epoch: 1, version: 3, prompt: wording("kept") }));
    expect(store.onMeeting(aMeeting({ epoch, version, prompt: wording("old") }))).toBe(false);
    expect(store.meeting.value?.prompt.id).toBe("kept");
  });

  test("a later epoch wins whatever its version", () => {
    store.onMeeting(aMeeting({ epoch: 1, version: 30 }));
    expect(store.onMeeting(aMeeting({ epoch: 2, version: 1 }))).toBe(true);
  });

  test("after connecting anew the first meeting is the present one", () => {
    store.onMeeting(aMeeting({ version: 30 }));
    store.onJoined(joined(0));
    expect(store.onMeeting(aMeeting({ version: 2, prompt: wording("another evening") }))).toBe(true);
  });

  test("the server's clock is read from the meeting", () => {
    store.onMeeting(aMeeting({ now: Date.now() + 60_000 }));
    expect(Math.abs(store.serverNow() - Date.now() - 60_000)).toBeLessThan(200);
  });

  test("who is no facilitator any more keeps nothing that facilitators see", () => {
    store.facilitating.value = {} as never;
    store.onYou(aYou({ role: "member" }));
    expect(store.facilitating.value).toBeNull();
  });
});

test("a change that was lost with a server is said to who made it, aloud and in the feed", () => {
  store.onMeeting(aMeeting({ version: 3 }));
  store.onUndone();
  expect(store.toasts.value.map((one) => one.text)).toEqual([t("told.undone")]);
  expect(store.feed.value.map((item) => item.kind === "notice" && item.key)).toEqual(["told.undone"]);
});

describe("words", () => {
  beforeEach(() => {
    store.onJoined(joined(10));
    store.feed.value = [];
    store.onMeeting(aMeeting());
    store.onYou(aYou());
  });

  test("words in order leave no line about missing ones", () => {
    store.onSaid(aSaid(11));
    store.onSaid(aSaid(12));
    expect(texts()).toEqual(["words 11", "words 12"]);
  });

  test("a gap says so in one quiet line", () => {
    store.onSaid(aSaid(11));
    store.onSaid(aSaid(14));
    expect(texts()).toEqual(["words 11", "missed", "words 14"]);
  });

  test("coming back to a later place says so once, not twice", () => {
    store.onJoined(joined(15));
    store.onSaid(aSaid(17));
    expect(texts()).toEqual(["missed", "words 17"]);
  });

  test("coming back to the same place says nothing", () => {
    store.onJoined(joined(10));
    expect(texts()).toEqual([]);
  });

  test("words seen already are not shown twice", () => {
    store.onSaid(aSaid(11));
    store.onSaid(aSaid(11));
    expect(texts()).toEqual(["words 11"]);
  });

  test("words taken back go from the screen, and leave no gap behind", () => {
    store.onSaid(aSaid(11));
    store.onRetracted({ id: "id-11", seq: 12 });
    store.onSaid(aSaid(13));
    expect(texts()).toEqual(["words 13"]);
  });

  test("a newcomer reads that earlier words were not kept", () => {
    fresh();
    store.onJoined(joined(4));
    expect(store.feed.value).toMatchObject([{ kind: "notice", key: "feed.before" }]);
  });
});

describe("saying", () => {
  beforeEach(() => {
    store.onJoined(joined(0));
    store.onMeeting(aMeeting());
    store.onYou(aYou());
  });

  test("own words show at once, and once, when they come back", async () => {
    const { asked } = fakeServer();
    const saying = store.say("  halo  ");
    expect(store.feed.value).toMatchObject([{ text: "halo", mine: true, state: "sending" }]);
    await saying;
    store.onSaid(aSaid(1, { id: asked[0]?.payload.id as string, member_id: "me", text: "halo" }));
    expect(store.feed.value).toMatchObject([{ text: "halo", mine: true, state: "sent", seq: 1 }]);
  });

  test("words that got no answer can be tried again under the same id", async () => {
    let answer: store.Ack = { ok: false, reason: "timeout" };
    const { asked } = fakeServer(() => answer);
    await store.say("halo");
    expect(store.feed.value).toMatchObject([{ state: "unsent" }]);
    answer = { ok: true, version: 2 };
    store.sayAgain(store.feed.value[0]?.id ?? "");
    await vi.waitFor(() => expect(store.feed.value).toMatchObject([{ state: "sent" }]));
    expect(asked[0]?.payload.id).toBe(asked[1]?.payload.id);
  });

  test("without a connection nothing is queued", async () => {
    const { asked, transport } = fakeServer();
    transport.up = false;
    await store.say("halo");
    expect(asked).toEqual([]);
    expect(store.feed.value).toMatchObject([{ state: "unsent" }]);
  });

  test("refused words go back to the draft and the reason is told", async () => {
    fakeServer(() => ({ ok: false, reason: "floor_held" }));
    await store.say("halo");
    expect(store.feed.value).toEqual([]);
    expect(store.draft.value).toBe("halo");
    expect(store.toasts.value).toHaveLength(1);
  });

  test("refused words do not overwrite what was typed since", async () => {
    fakeServer(() => ({ ok: false, reason: "too_fast" }));
    const saying = store.say("halo");
    store.draft.value = "typed since";
    await saying;
    expect(store.draft.value).toBe("typed since");
  });

  test("taking back words that never left asks the server nothing", async () => {
    const { asked, transport } = fakeServer();
    transport.up = false;
    await store.say("halo");
    transport.up = true;
    await store.retract(store.feed.value[0]?.id ?? "");
    expect(store.feed.value).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe("asking", () => {
  test("a command carries its id and what the person saw", async () => {
    const { asked } = fakeServer();
    store.onMeeting(aMeeting({ epoch: 2, version: 7 }));
    await store.send({ type: "ask" });
    expect(asked[0]).toMatchObject({ event: "command", payload: { seen: [2, 7], command: { type: "ask" } } });
    expect(asked[0]?.payload.command_id).toMatch(/^[0-9a-f]{24}$/);
  });

  test("a button pressed twice at once asks once", async () => {
    const { asked } = fakeServer();
    await Promise.all([store.send({ type: "ask" }), store.send({ type: "ask" })]);
    expect(asked).toHaveLength(1);
    await store.send({ type: "ask" });
    expect(asked).toHaveLength(2);
  });

  test("no answer offers to try again, with the same command id", async () => {
    let answer: store.Ack = { ok: false, reason: "timeout" };
    const { asked } = fakeServer(() => answer);
    await store.send({ type: "step_out" });
    answer = { ok: true, version: 2 };
    store.toasts.value[0]?.again?.();
    expect(asked).toHaveLength(2);
    expect(asked[0]?.payload.command_id).toBe(asked[1]?.payload.command_id);
  });
});

describe("nods and forgetting", () => {
  test("a nod is seen for a while and then is not", () => {
    vi.useFakeTimers();
    store.onNodded(["rina"]);
    expect(store.nodding.value.has("rina")).toBe(true);
    vi.advanceTimersByTime(5000);
    expect(store.nodding.value.has("rina")).toBe(false);
    vi.useRealTimers();
  });

  test("when the whole circle nods it goes round, a few at a time, and ends the same way", () => {
    vi.useFakeTimers();
    const all = Array.from({ length: 20 }, (_, n) => `m${n}`);
    store.onNodded(all);
    expect(store.nodding.value.size).toBeLessThan(7);
    vi.advanceTimersByTime(1000);
    expect(store.nodding.value).toEqual(new Set(all));
    // Whoever nods again goes on.
    store.onNodded(["m3"]);
    vi.advanceTimersByTime(3500);
    expect(store.nodding.value).toEqual(new Set(["m3"]));
    vi.useRealTimers();
  });

  test("forgetting leaves no word and no draft behind", () => {
    store.onJoined(joined(0));
    store.onMeeting(aMeeting({ seats: [seat("rina")] }));
    store.onSaid(aSaid(1));
    store.draft.value = "half a thought";
    store.forget();
    expect(store.feed.value).toEqual([]);
    expect(store.draft.value).toBe("");
    expect(store.meeting.value).toBeNull();
  });

  test("nothing typed or said reaches the storage of the browser", async () => {
    fakeServer();
    store.draft.value = "CANARY draft";
    await store.say("CANARY said");
    const kept = JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie;
    expect(kept).not.toContain("CANARY");
  });
});

describe("what became of somebody", () => {
  const told = () => store.feed.value.map((item) => (item.kind === "notice" ? t(item.key, item.params) : item.kind));

  test("a first view is no news; what comes after it is told once", () => {
    store.onMeeting(aMeeting({ version: 1, notices: [aNotice(1), aNotice(2)] }));
    expect(told()).toEqual([]);
    const notices = [aNotice(2), aNotice(3, { kind: "took_back" })];
    store.onMeeting(aMeeting({ version: 2, notices }));
    store.onMeeting(aMeeting({ version: 3, notices }));
    expect(told()).toEqual(["Thank you, RINA. The stick rests."]);
    expect(store.lately.value.map((one) => one.text)).toEqual(told());
  });

  test("a name outlives the seat: who is gone is still named", () => {
    store.onMeeting(aMeeting({ version: 1 }));
    store.onMeeting(aMeeting({ version: 2, seats: [seat("me")], notices: [aNotice(1, { kind: "removed" })] }));
    expect(told()).toEqual(["RINA is not with us any more tonight. The seat is empty."]);
  });

  test("after a lost connection only what was missed is told", () => {
    store.onMeeting(aMeeting({ version: 1, notices: [aNotice(1)] }));
    store.onJoined(joined(0));
    store.onMeeting(aMeeting({ version: 5, notices: [aNotice(1), aNotice(2, { kind: "quietened" })] }));
    expect(told()).toEqual(["RINA is listening for now."]);
  });

  test("a meeting that was made anew starts its news anew", () => {
    store.onMeeting(aMeeting({ epoch: 1, notices: [aNotice(7)] }));
    store.onMeeting(aMeeting({ epoch: 2, notices: [aNotice(1)] }));
    store.onMeeting(aMeeting({ epoch: 2, version: 2, notices: [aNotice(1), aNotice(2)] }));
    expect(told()).toEqual(["RINA has joined."]);
  });

  test("nothing is shown over the break; the feed keeps it", () => {
    store.onMeeting(aMeeting({ version: 1 }));
    store.onYou(aYou({ presence: "stepped_out" }));
    store.onMeeting(aMeeting({ version: 2, notices: [aNotice(1)] }));
    expect(store.lately.value).toEqual([]);
    expect(told()).toEqual(["RINA has joined."]);
  });

  test("a line goes away by itself, after more than four seconds", () => {
    vi.useFakeTimers();
    store.onMeeting(aMeeting({ version: 1 }));
    store.onMeeting(aMeeting({ version: 2, notices: [aNotice(1)] }));
    vi.advanceTimersByTime(4500);
    expect(store.lately.value).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(store.lately.value).toEqual([]);
    vi.useRealTimers();
  });

  test("a round that is over says so, without a word about who passed", () => {
    store.onMeeting(aMeeting({ version: 1, round: 1 }));
    store.onMeeting(aMeeting({ version: 2, round: null }));
    expect(told()).toEqual(["The round is complete. Thank you for listening."]);
    store.onMeeting(aMeeting({ version: 3, round: null, phase: "ended" }));
    expect(told()).toHaveLength(1);
  });

  test("who is named to hold the circle learns of it, once", () => {
    store.onYou(aYou());
    store.onYou(aYou({ successor: true }));
    store.onYou(aYou({ successor: true }));
    expect(told()).toEqual([t("you.successor")]);
  });
});

describe("of this person and this tab", () => {
  test("a conflict names who was faster", async () => {
    fakeServer(() => ({ ok: false, reason: "conflict", by: "rina" }));
    store.onMeeting(aMeeting());
    await store.send({ type: "pause" });
    expect(store.toasts.value.map((one) => one.text)).toEqual(["RINA was a little faster. This is how it is now."]);
  });

  test("where they speak from is elsewhere only when another tab is named", () => {
    for (const [from, elsewhere] of [["", false], [store.tab, false], ["another", true]] as const) {
      store.onYou(aYou({ speaks_from: from }));
      expect(store.speaksElsewhere.value).toBe(elsewhere);
    }
  });

  test("the guide goes with the role", () => {
    store.onYou(aYou({ role: "facilitator" }));
    store.onGuide(aGuide());
    store.onYou(aYou());
    expect(store.guide.value).toBeNull();
  });
});
