// Who wrote to the facilitators, the latest first: a badge, and a way to answer. Shows no words
// until somebody opens them: others may look at this screen.
import { t } from "../../words";
import { inThread, nameOf, openLine, quiets, seatOf, unread, unreadIn, type Thread } from "../store";
import { Unread } from "../Quietly";

/** The members with a line to the facilitators, those who wrote last first. */
export function writers(): string[] {
  const of = quiets.value.filter((one) => one.line === "facilitators").map((one) => one.of);
  return [...new Set(of.reverse())];
}

/** How much the facilitators did not read yet, in all. */
export function unreadLines(): number {
  return [...unread.value.values()].reduce((sum, n) => sum + n, 0);
}

export function Lines() {
  const who = writers();
  return (
    <>
      <h2 class="sec">
        {t("fac.lines")}
        <Unread n={unreadLines()} />
      </h2>
      {who.length === 0 && <p class="muted small">{t("fac.lines.none")}</p>}
      {who.length > 0 && (
        <ul class="q q--people" aria-label={t("fac.lines")}>
          {who.map((of) => (
            <Row key={of} thread={{ line: "facilitators", of }} />
          ))}
        </ul>
      )}
    </>
  );
}

function Row({ thread }: { thread: Thread }) {
  const name = nameOf(thread.of);
  const last = inThread(thread).at(-1);
  return (
    <li>
      <span class="nm">
        <bdi>{name}</bdi>
        <small>{last && last.member_id !== thread.of ? t("fac.lines.answered", { name: last.name }) : ""}</small>
      </span>
      <span class="q__acts">
        <button
          type="button"
          class={`btn btn--s${unreadIn(thread) > 0 ? " btn--main" : ""}`}
          aria-haspopup="dialog"
          disabled={seatOf(thread.of) === null && unreadIn(thread) === 0}
          onClick={() => openLine(thread)}
        >
          {t("fac.lines.open")}
          <span class="vh"> {name}</span>
          <Unread n={unreadIn(thread)} />
        </button>
      </span>
    </li>
  );
}
