// The turns to come: who asked, and the order of the round. Acted on one person at a time.
import { useRef } from "preact/hooks";
import type { FacilitatorView, MeetingView, MemberId } from "../../wire.gen";
import { t } from "../../words";
import { facilitating, meeting, nameOf, send, serverNow } from "../store";
import { minutesSince } from "../time";
import { everyQuarter } from "./clock";
import { Sortable } from "./Sortable";
import { openPerson } from "./parts";
import { isFree } from "./people";
import { useSteadyFocus } from "./steady";

export function Queue() {
  const view = facilitating.value;
  const now = meeting.value;
  if (!view || !now) return null;
  everyQuarter();
  return (
    <>
      {now.round !== null && <RoundOrder view={view} />}
      <h2 class="sec">
        {t("fac.queue")}
        <span>{t("fac.queue.b")}</span>
      </h2>
      {view.asked.length === 0 && <p class="muted small">{t("fac.queue.empty")}</p>}
      {now.round === null && view.asked.length > 1 ? (
        <Sortable
          ids={view.asked.map((one) => one.member_id)}
          label={t("fac.queue")}
          onMove={reorder}
          sub={(id) => askedBy(view, id)}
          more={(id) => <Acts id={id} view={view} now={now} />}
        />
      ) : (
        <Asked view={view} now={now} />
      )}
      {view.asked.length > 1 && (
        <button
          type="button"
          class="btn btn--s btn--small"
          onClick={() => void send({ type: "lower_hand", member_id: null })}
        >
          {t("fac.lower.all")}
        </button>
      )}
    </>
  );
}

async function reorder(member_id: MemberId, before: MemberId | null): Promise<boolean> {
  return (await send({ type: "reorder", member_id, before })).ok;
}

function askedBy(view: FacilitatorView, id: MemberId): string {
  const one = view.asked.find((other) => other.member_id === id);
  return one ? askedAgo(one.at) : "";
}

/** How long ago, in words that the console's slow clock renews. */
export function askedAgo(at: number): string {
  const n = minutesSince(at, serverNow());
  return n === 0 ? t("fac.asked.now") : t("fac.asked", { n });
}

/** Where the round has its own order, or one person alone asked, there is nothing to move. */
function Asked({ view, now }: { view: FacilitatorView; now: MeetingView }) {
  const list = useRef<HTMLOListElement>(null);
  useSteadyFocus(list);
  return (
    <ol class="q" ref={list} tabIndex={-1} aria-label={t("fac.queue")}>
      {view.asked.map((one, index) => (
        <li key={one.member_id} tabIndex={-1}>
          <b>{index + 1}</b>
          <span class="nm">
            <bdi>{nameOf(one.member_id)}</bdi>
            <small>{one.member_id === now.next ? t("fac.isnext") : askedAgo(one.at)}</small>
          </span>
          <span class="q__acts">
            <Acts id={one.member_id} view={view} now={now} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Acts({ id, view, now }: { id: MemberId; view: FacilitatorView; now: MeetingView }) {
  return (
    <>
      <Give id={id} view={view} now={now} />
      <button
        type="button"
        class="btn btn--s btn--move"
        aria-label={t("fac.lower.of", { name: nameOf(id) })}
        onClick={() => void send({ type: "lower_hand", member_id: id })}
      >
        <span aria-hidden="true">×</span>
      </button>
    </>
  );
}

interface GiveProps {
  id: MemberId;
  view: FacilitatorView;
  now: MeetingView;
  /** Words and colour of a plain offer, for somebody who did not ask. */
  plain?: boolean;
}

/** Offer now where the stick is free; while somebody holds it, make them the next instead. */
export function Give({ id, view, now, plain = false }: GiveProps) {
  const first = view.order[0];
  if (isFree(now)) {
    if (now.stick.member_id === id) return null;
    return (
      <button
        type="button"
        class={`btn btn--s${plain ? "" : " btn--give"}`}
        aria-label={t(plain ? "fac.offer.of" : "fac.give.to", { name: nameOf(id) })}
        onClick={() => void send({ type: "offer", member_id: id })}
      >
        {t(plain ? "fac.offer" : "fac.give")}
      </button>
    );
  }
  if (first === undefined || first === id || !view.order.includes(id)) return null;
  return (
    <button
      type="button"
      class="btn btn--s"
      aria-label={t("fac.makenext.of", { name: nameOf(id) })}
      onClick={() => void send({ type: "reorder", member_id: id, before: first })}
    >
      {t("fac.makenext")}
    </button>
  );
}

/** The people of this round not yet offered. */
function RoundOrder({ view }: { view: FacilitatorView }) {
  if (view.order.length === 0) return null;
  return (
    <>
      <h2 class="sec">
        {t("fac.order")}
        <span>{t("fac.drag.b")}</span>
      </h2>
      <Sortable
        ids={view.order}
        label={t("fac.order")}
        onMove={reorder}
        sub={(_, index) => t(index === 0 ? "fac.isnext" : "fac.waiting")}
        more={(id) => <MoreOf id={id} />}
      />
    </>
  );
}

/** Everything that may be done for one person, in a sheet of its own. */
export function MoreOf({ id }: { id: MemberId }) {
  return (
    <button
      type="button"
      class="btn btn--s btn--move"
      aria-haspopup="dialog"
      aria-label={t("fac.more.of", { name: nameOf(id) })}
      onClick={() => openPerson(id)}
    >
      <span aria-hidden="true">⋯</span>
    </button>
  );
}
