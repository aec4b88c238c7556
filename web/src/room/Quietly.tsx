// What is going on beside the circle for this member: calls of whom they accompany, private lines,
// the door they keep tonight. Declines to be there at all where there is nothing.
import type { HandView, YouView } from "../wire.gen";
import { t } from "../words";
import { Icon } from "./Icon";
import { sheet } from "./sheets";
import { inThread, nameOf, openLine, seatOf, unreadIn, type Thread } from "./store";

export function Quietly({ me }: { me: YouView }) {
  const threads = begun(me);
  if (threads.length === 0 && me.waiting === null && me.hands.length === 0) return null;
  return (
    <div class="quietly">
      {me.hands.map((hand) => (
        <Call key={hand.member_id} hand={hand} />
      ))}
      {(threads.length > 0 || me.waiting !== null) && (
        <div class="quietly__row">
          {me.waiting !== null && <DoorButton n={me.waiting.length} />}
          {threads.map(({ thread, words }) => (
            <LineButton key={thread.of} thread={thread} words={words} />
          ))}
        </div>
      )}
    </div>
  );
}

interface Begun {
  thread: Thread;
  words: string;
}

/** The facilitators' line once it has begun; those with a companion or a newcomer from the start. */
function begun(me: YouView): Begun[] {
  const own: Thread = { line: "facilitators", of: me.member_id };
  return [
    ...(inThread(own).length > 0 ? [{ thread: own, words: t("line.open") }] : []),
    ...besideYou(me).map(({ thread, name }) => ({ thread, words: t("line.companion.open", { name }) })),
  ];
}

/** Lines with a companion and with newcomers; a facilitator among them has the facilitators' line. */
export function besideYou(me: YouView): { thread: Thread; name: string; other: string }[] {
  const pairs = [
    ...(me.companion === null ? [] : [{ of: me.member_id, other: me.companion }]),
    ...me.newcomers.map((newcomer) => ({ of: newcomer, other: newcomer })),
  ];
  return pairs
    .filter(({ other }) => me.role !== "facilitator" && seatOf(other)?.role !== "facilitator")
    .map(({ of, other }) => ({ thread: { line: "companion", of }, name: nameOf(other), other }));
}

export function LineButton({ thread, words, wide = false }: Begun & { wide?: boolean }) {
  const n = unreadIn(thread);
  return (
    <button
      type="button"
      class={`btn ${wide ? "btn--wide" : "btn--s"}`}
      aria-haspopup="dialog"
      onClick={() => openLine(thread)}
    >
      <Icon name="chat" />
      {words}
      <Unread n={n} />
    </button>
  );
}

/** How much was not read, in a number and in words. */
export function Unread({ n }: { n: number }) {
  if (n === 0) return null;
  return (
    <>
      <span class="unread" aria-hidden="true">
        {n}
      </span>
      <span class="vh">, {t("line.badge", { n })}</span>
    </>
  );
}

function DoorButton({ n }: { n: number }) {
  return (
    <button
      type="button"
      class={`btn btn--s${n > 0 ? " btn--main" : ""}`}
      aria-haspopup="dialog"
      onClick={() => (sheet.value = { name: "greet" })}
    >
      <Icon name="door" />
      {n > 0 ? t("greet.open", { n }) : t("greet.none")}
    </button>
  );
}

function Call({ hand }: { hand: HandView }) {
  const name = nameOf(hand.member_id);
  return (
    <p class="quietly__call">
      <Icon name="care" />
      {hand.taken_by === null
        ? t("line.hand", { name })
        : t("line.hand.taken", { name, who: nameOf(hand.taken_by) })}
    </p>
  );
}
