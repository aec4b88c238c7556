// Telling the facilitators or the organiser what happened: written, ticked, read through once, sent.
// Takes what is ticked and nothing else of the meeting. Declines to tell anybody in the room.
import { useState } from "preact/hooks";
import { t } from "../words";
import { MAX } from "./Composer";
import { Check, Quoted, readBy, type Reader, type Report } from "./ReportCheck";
import { Sheet } from "./Sheet";
import { closeSheet, sheet } from "./sheets";
import { feed, meeting, seatOf, you, type FeedItem, type Words } from "./store";

/** As many as the server takes. */
const MOST_QUOTES = 10;
/** The newest of the messages on this screen that can be ticked. */
const SHOWN = 40;

export function ReportSheet({ slug }: { slug: string }) {
  const open = sheet.value;
  const about = open?.name === "report" ? open.memberId : undefined;
  return (
    <Sheet title={t("report.h1")} open={about !== undefined} onClose={closeSheet}>
      {about !== undefined && <Inside slug={slug} about={about} />}
    </Sheet>
  );
}

function Inside({ slug, about }: { slug: string; about: string | null }) {
  const [text, setText] = useState("");
  const [reader, setReader] = useState<Reader>(seatOf(about)?.role === "facilitator" ? "organiser" : "facilitators");
  const [named, setNamed] = useState(false);
  const [ticked, setTicked] = useState<ReadonlyMap<string, Words>>(new Map());
  const [step, setStep] = useState<"write" | "check" | "sent">("write");
  const report: Report = { report: text, reader, named, quotes: [...ticked.values()].map(quoteOf) };
  if (step === "sent") return <Sent />;
  if (step === "check") {
    return <Check slug={slug} report={report} back={() => setStep("write")} done={() => setStep("sent")} />;
  }
  const length = [...text.trim()].length;
  const empty = length === 0 && ticked.size === 0;
  const tick = (one: Words, on: boolean) => {
    const next = new Map(ticked);
    if (on) next.set(one.id, one);
    else next.delete(one.id);
    setTicked(next);
  };
  return (
    <form
      class="line-sheet"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        if (!empty && length <= MAX) setStep("check");
      }}
    >
      <Promised />
      <Readers reader={reader} pick={setReader} />
      <Field text={text} over={length - MAX} write={setText} />
      <Messages ticked={ticked} tick={tick} />
      <label class="switch">
        <input type="checkbox" checked={named} onChange={() => setNamed(!named)} />
        <span>
          <b>{t("note.named", { name: seatOf(you.value?.member_id ?? null)?.name ?? "" })}</b>
          <span class="small muted">{t("report.named.b")}</span>
        </span>
      </label>
      <button type="submit" class="btn btn--main btn--wide" disabled={empty || length > MAX}>
        {t("report.check")}
      </button>
    </form>
  );
}

/** Before anything is typed: who reads what, for how long, and who else could. */
function Promised() {
  return (
    <ul class="plain small">
      {["report.only", "report.lives", "report.operator", "report.quiet", "report.urgent"].map((key) => (
        <li key={key}>{t(key)}</li>
      ))}
    </ul>
  );
}

/** `over`: by how many characters it is too long; below one it is not. */
function Field({ text, over, write }: { text: string; over: number; write: (text: string) => void }) {
  return (
    <div class="line-sheet__say">
      <label for="report-text">{t("report.field")}</label>
      <textarea
        id="report-text"
        rows={4}
        autocomplete="off"
        value={text}
        aria-describedby="report-hint"
        aria-invalid={over > 0}
        onInput={(event) => write(event.currentTarget.value)}
      />
      <p class="hint" id="report-hint" role="status">
        {over > 0 ? t("say.toolong", { n: over }) : ""}
      </p>
    </div>
  );
}

function Readers({ reader, pick }: { reader: Reader; pick: (reader: Reader) => void }) {
  const holding = (meeting.value?.seats ?? []).filter((seat) => seat.role === "facilitator");
  const all: [Reader, string, string][] = [
    ["facilitators", readBy("facilitators"), holding.map((seat) => seat.name).join(", ")],
    ["organiser", readBy("organiser"), t("report.reader.organiser.b")],
  ];
  return (
    <fieldset class="line-sheet__say">
      <legend>{t("report.reader")}</legend>
      {all.map(([one, words, more]) => (
        <label class="switch" key={one}>
          <input type="radio" name="reader" checked={reader === one} onChange={() => pick(one)} />
          <span>
            <b>{words}</b>
            <span class="small muted">{more}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function isMessage(item: FeedItem): item is Words {
  return "member_id" in item && item.state === "sent";
}

/** As it stands on the screen: a phrase is a key, and this person's language has its words. */
function quoteOf(one: Words): { name: string; text: string } {
  return { name: one.name, text: one.kind === "phrase" ? t(one.text) : one.text };
}

interface MessagesProps {
  ticked: ReadonlyMap<string, Words>;
  tick: (one: Words, on: boolean) => void;
}

function Messages({ ticked, tick }: MessagesProps) {
  const all = feed.value.filter(isMessage).slice(-SHOWN);
  // What was ticked stays ticked, also when it has left the screen since.
  const shown = [...[...ticked.values()].filter((one) => !all.some((other) => other.id === one.id)), ...all];
  return (
    <fieldset class="line-sheet__say">
      <legend>{t("report.messages", { n: MOST_QUOTES })}</legend>
      <p class="small muted">{t(shown.length > 0 ? "report.messages.b" : "report.messages.none")}</p>
      {shown.length > 0 && (
        <div class="line-sheet__log">
          {shown.map((one) => (
            <label class="switch" key={one.id}>
              <input
                type="checkbox"
                checked={ticked.has(one.id)}
                disabled={!ticked.has(one.id) && ticked.size >= MOST_QUOTES}
                onChange={(event) => tick(one, event.currentTarget.checked)}
              />
              <Quoted {...quoteOf(one)} />
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}

function Sent() {
  return (
    <>
      <p role="status">{t("report.sent")}</p>
      <p class="small muted">{t("report.quiet")}</p>
      <div class="ways">
        <button type="button" class="btn btn--wide" onClick={closeSheet}>
          {t("sheet.close")}
        </button>
      </div>
    </>
  );
}
