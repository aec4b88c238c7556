// Where words are typed. Keeps a draft in memory through a lost connection, and nowhere else.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words";
import { Elsewhere } from "./Elsewhere";
import { mayPhrase, maySay } from "./may";
import { draft, link, meeting, phrase, say, sounding, speaksElsewhere, writing, you, type PhraseKey } from "./store";
import type { MeetingView } from "../wire.gen";

export const MAX = 2000;
const SHOW_COUNT_FROM = 1800;
const PHRASES: readonly PhraseKey[] = ["warm.1", "warm.2", "warm.3", "warm.4"];

export function Composer({ steady = false }: { steady?: boolean }) {
  const now = meeting.value;
  const me = you.value;
  if (!now || !me) return null;
  const why = maySay(now, me, speaksElsewhere.value);
  return (
    <div class="composer" id="composer">
      {why === null ? <Free steady={steady} /> : why === "elsewhere" ? <Elsewhere /> : <NotFree why={reasonOf(why, now)} />}
      {why !== null && why !== "elsewhere" && mayPhrase(now, me) === null && <Phrases />}
    </div>
  );
}

/** While the stick is only offered nobody is sharing yet. */
function reasonOf(why: string, { stick }: MeetingView): string {
  return why === "floor_held" && stick.kind === "offered" ? "floor_offered" : why;
}

function NotFree({ why }: { why: string }) {
  // A draft that was being typed waits here until the floor is free again.
  const kept = draft.value.trim() !== "";
  return (
    <p class="hint hint--why">
      {t(`say.why.${why}`)} {kept ? t("say.kept") : ""}
    </p>
  );
}

function Phrases() {
  return (
    <div class="phrases" role="group" aria-label={t("say.phrases")}>
      {PHRASES.map((key) => (
        <button type="button" class="chip" key={key} onClick={() => void phrase(key)}>
          {t(key)}
        </button>
      ))}
    </div>
  );
}

function Free({ steady }: { steady: boolean }) {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!steady) box.current?.focus();
  }, [steady]);
  useEffect(() => grow(box.current), [draft.value]);
  const length = [...draft.value.trim()].length;
  const offline = link.value !== "live";
  const submit = () => {
    const text = draft.value.trim();
    if (text === "" || length > MAX || offline) return;
    draft.value = "";
    void say(text);
    box.current?.focus();
  };
  return (
    <form
      class="say"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label class="vh" for="say-text">
        {t("say.label")}
      </label>
      <textarea
        id="say-text"
        ref={box}
        rows={1}
        value={draft.value}
        placeholder={t(placeholder())}
        autoComplete="off"
        spellcheck={false}
        enterkeyhint="send"
        aria-describedby="say-count"
        aria-invalid={length > MAX}
        onInput={(event) => (draft.value = event.currentTarget.value)}
        onKeyDown={(event) => onKey(event, submit, steady)}
      />
      <button type="submit" class="btn btn--main say__send" aria-label={t("say.send")} disabled={offline}>
        <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 19V5M6 11l6-6 6 6" />
        </svg>
      </button>
      <Count length={length} offline={offline} />
    </form>
  );
}

/** What is asked for here: one's own words, a line beside one's voice, or somebody else's words. */
function placeholder(): string {
  const now = meeting.value;
  if (sounding.value) return "say.caption";
  const types = now?.typist === you.value?.member_id && now?.stick.kind === "held";
  return types ? "say.typing" : "say.placeholder";
}

/** Quiet until the end is near, so that nobody writes against a number. */
function Count({ length, offline }: { length: number; offline: boolean }) {
  return (
    <p class="hint say__count" id="say-count" role="status">
      {offline ? t("say.offline") : ""}
      {!offline && length > MAX ? t("say.toolong", { n: length - MAX }) : ""}
      {!offline && length <= MAX && length >= SHOW_COUNT_FROM ? t("say.left", { n: MAX - length }) : ""}
    </p>
  );
}

function onKey(event: KeyboardEvent, submit: () => void, steady: boolean): void {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (event.key === "Escape" && !steady) {
    writing.value = false;
    document.getElementById("write-button")?.focus();
  }
}

function grow(box: HTMLTextAreaElement | null): void {
  if (!box) return;
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 3, 144)}px`;
}
