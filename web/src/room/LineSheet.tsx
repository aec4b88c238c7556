// One private thread: who reads it, what was written since this page opened, and a field.
// Declines to keep any of it.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../words";
import { MAX } from "./Composer";
import { Sheet } from "./Sheet";
import { closeSheet, sheet } from "./sheets";
import {
  inThread, isFacilitator, link, markRead, nameOf, otherOf, threadKey, whisper, whisperAgain, you, type Quiet,
  type Thread,
} from "./store";

export function LineSheet() {
  const open = sheet.value;
  const thread = open?.name === "line" ? { line: open.line, of: open.of } : null;
  return (
    <Sheet title={thread ? titleOf(thread) : ""} open={thread !== null} onClose={closeSheet}>
      {thread && <Inside key={threadKey(thread)} thread={thread} />}
    </Sheet>
  );
}

function titleOf(thread: Thread): string {
  const other = otherOf(thread);
  return other === null ? t("line.h") : t("line.companion.h", { name: nameOf(other) });
}

function whoReads(thread: Thread): string {
  if (thread.line === "companion") return t("line.companion.b");
  return t(isFacilitator.value ? "fac.lines.b" : "line.b");
}

function Inside({ thread }: { thread: Thread }) {
  const written = inThread(thread);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    markRead(thread);
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [written.length]);
  return (
    <div class="line-sheet">
      <p class="small muted">{whoReads(thread)}</p>
      <div class="line-sheet__log" role="log" aria-label={t("line.log")} tabIndex={0} ref={list}>
        {written.length === 0 && <p class="muted">{t("line.empty")}</p>}
        {written.map((one) => (
          <Written key={one.id} one={one} />
        ))}
      </div>
      <Write thread={thread} />
    </div>
  );
}

function Written({ one }: { one: Quiet }) {
  const mine = one.member_id === you.value?.member_id;
  return (
    <div class={`line-one${mine ? " is-mine" : ""}`} data-state={one.state}>
      <p>
        <b>
          <bdi>{mine ? t("line.you") : one.name}</bdi>
        </b>{" "}
        <bdi class="said">{one.text}</bdi>
      </p>
      {one.state === "unsent" && (
        <button type="button" class="line__again" aria-live="off" onClick={() => whisperAgain(one.id)}>
          {t("st.unsent")}
        </button>
      )}
    </div>
  );
}

function Write({ thread }: { thread: Thread }) {
  const [text, setText] = useState("");
  const length = [...text.trim()].length;
  const offline = link.value !== "live";
  const submit = () => {
    if (length === 0 || length > MAX || offline) return;
    setText("");
    void whisper(thread, text).then((taken) => {
      if (!taken) setText((typed) => typed || text);
    });
  };
  return (
    <form
      class="line-sheet__say"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label for="line-text">{t("line.text")}</label>
      <textarea
        id="line-text"
        rows={2}
        value={text}
        aria-describedby="line-count"
        aria-invalid={length > MAX}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <p class="hint" id="line-count" role="status">
        {offline ? t("say.offline") : length > MAX ? t("say.toolong", { n: length - MAX }) : ""}
      </p>
      <button type="submit" class="btn btn--main btn--wide" disabled={offline}>
        {t("line.send")}
      </button>
    </form>
  );
}
