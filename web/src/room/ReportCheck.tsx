// A report as it will be sent, read through once more, and the sending of it.
// Declines to change a word of it, and to send anything that is not shown here.
import { useState } from "preact/hooks";
import { t } from "../words";
import { seatOf, you } from "./store";

export type Reader = "facilitators" | "organiser";
export interface Report {
  report: string;
  reader: Reader;
  named: boolean;
  quotes: { name: string; text: string }[];
}

export function readBy(reader: Reader): string {
  return t(reader === "organiser" ? "report.reader.organiser" : "report.reader.facilitators");
}

export function Quoted({ name, text }: { name: string; text: string }) {
  return (
    <span class="line-one">
      <b>
        <bdi>{name}</bdi>
      </b>{" "}
      <bdi class="said">{text}</bdi>
    </span>
  );
}

interface CheckProps {
  slug: string;
  report: Report;
  back: () => void;
  done: () => void;
}

/** Word for word what will be sent, and nothing that will not. */
export function Check({ slug, report, back, done }: CheckProps) {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    const reason = await sendReport(slug, report);
    setBusy(false);
    if (reason === null) done();
    else setWrong(reason);
  };
  return (
    <div class="line-sheet">
      <p class="small muted">{t("report.check.b")}</p>
      <p>{readBy(report.reader)}</p>
      {report.report.trim() !== "" && <p class="line-one said">{report.report.trim()}</p>}
      {report.quotes.map((one, n) => (
        <p key={n}>
          <Quoted {...one} />
        </p>
      ))}
      <p>
        {report.named ? t("note.named", { name: seatOf(you.value?.member_id ?? null)?.name ?? "" }) : t("notes.nameless")}
      </p>
      {wrong !== "" && (
        <p class="note" role="alert">
          {t(wrong)}
        </p>
      )}
      <div class="ways">
        <button type="button" class="btn btn--main btn--wide" disabled={busy} onClick={() => void send()}>
          {t("report.send")}
        </button>
        <button type="button" class="btn btn--wide" disabled={busy} onClick={back}>
          {t("report.edit")}
        </button>
      </div>
    </div>
  );
}

/** Null once it is sent; else the key of why it is not. What was written stays where it is. */
async function sendReport(slug: string, report: Report): Promise<string | null> {
  try {
    const answer = await fetch(`/c/${slug}/lapor`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(report),
    });
    if (answer.ok) return null;
    // The sheet lets nothing through that the server would find wrong in itself.
    return answer.status === 429 ? "report.many" : "report.failed";
  } catch {
    return "report.failed";
  }
}
