// The queue, the order of the round and who was not heard yet: acted on one person at a time.
import type { ComponentChildren } from "preact";
import type { HeardView } from "../../wire.gen";
import { t } from "../../words";
import { facilitating, meeting, nameOf, send, serverNow } from "../store";
import { minutesSince } from "../time";
import { everyMinute } from "./clock";
import { moved, notYetHeard } from "./people";

export function Queue() {
  const view = facilitating.value;
  const now = meeting.value;
  if (!view || !now) return null;
  everyMinute();
  const free = now.stick.kind === "resting" || now.stick.kind === "offered";
  return (
    <>
      <h2 class="sec">
        {t("fac.queue")}
        <span>{t("fac.queue.b")}</span>
      </h2>
      {free && now.next !== null && now.next !== now.stick.member_id && <OfferNext id={now.next} />}
      {view.asked.length === 0 && <p class="muted small">{t("fac.queue.empty")}</p>}
      <ol class="q">
        {view.asked.map((one, index) => (
          <Person key={one.member_id} id={one.member_id} place={index + 1} sub={one.member_id === now.next ? t("fac.isnext") : askedAgo(one.at)}>
            <Give id={one.member_id} free={free} />
            <button
              type="button"
              class="btn btn--s btn--move"
              aria-label={t("fac.lower.of", { name: nameOf(one.member_id) })}
              onClick={() => void send({ type: "lower_hand", member_id: one.member_id })}
            >
              <span aria-hidden="true">×</span>
            </button>
          </Person>
        ))}
      </ol>
      {view.asked.length > 1 && (
        <button
          type="button"
          class="btn btn--s btn--small"
          onClick={() => void send({ type: "lower_hand", member_id: null })}
        >
          {t("fac.lower.all")}
        </button>
      )}
      <Unheard free={free} />
      <RoundOrder />
    </>
  );
}

function askedAgo(at: number): string {
  const n = minutesSince(at, serverNow());
  return n === 0 ? t("fac.asked.now") : t("fac.asked", { n });
}

function Person({ id, place, sub, children }: {
  id: string;
  place?: number;
  sub: string;
  children: ComponentChildren;
}) {
  return (
    <li>
      <b>{place ?? ""}</b>
      <span class="nm">
        <bdi>{nameOf(id)}</bdi>
        <small>{sub}</small>
      </span>
      <span class="q__acts">{children}</span>
    </li>
  );
}

/** Offer now where the stick is free; while somebody holds it, make them the next instead. */
function Give({ id, free }: { id: string; free: boolean }) {
  const order = facilitating.value?.order ?? [];
  if (!free && order.includes(id) && order[0] !== id) {
    const first = [id, ...order.filter((one) => one !== id)];
    return (
      <button
        type="button"
        class="btn btn--s"
        aria-label={t("fac.makenext.of", { name: nameOf(id) })}
        onClick={() => void send({ type: "reorder", order: first })}
      >
        {t("fac.makenext")}
      </button>
    );
  }
  if (!free) return null;
  return (
    <button
      type="button"
      class="btn btn--s btn--give"
      aria-label={t("fac.give.to", { name: nameOf(id) })}
      onClick={() => void send({ type: "offer", member_id: id })}
    >
      {t("fac.give")}
    </button>
  );
}

/** The people of this round not yet offered, with buttons to move them: no dragging needed. */
function RoundOrder() {
  const order = facilitating.value?.order ?? [];
  if (order.length === 0) return null;
  return (
    <details class="order">
      <summary>{t("fac.order")}</summary>
      <ol class="q">
        {order.map((id, index) => (
          <Person key={id} id={id} place={index + 1} sub={t(index === 0 ? "fac.isnext" : "fac.waiting")}>
            <Move id={id} by={-1} possible={index > 0} />
            <Move id={id} by={1} possible={index < order.length - 1} />
            <button
              type="button"
              class="btn btn--s btn--small"
              aria-label={t("fac.excuse.of", { name: nameOf(id) })}
              onClick={() => void send({ type: "excuse", member_id: id })}
            >
              {t("fac.excuse")}
            </button>
          </Person>
        ))}
      </ol>
    </details>
  );
}

/** The one press that goes on with the round. */
function OfferNext({ id }: { id: string }) {
  return (
    <button
      type="button"
      class="btn btn--s btn--give btn--wide"
      onClick={() => void send({ type: "offer", member_id: null })}
    >
      {t("fac.offer.next", { name: nameOf(id) })}
    </button>
  );
}

function Move({ id, by, possible }: { id: string; by: -1 | 1; possible: boolean }) {
  const order = facilitating.value?.order ?? [];
  return (
    <button
      type="button"
      class="btn btn--s btn--move"
      disabled={!possible}
      aria-label={t(by < 0 ? "fac.up" : "fac.down", { name: nameOf(id) })}
      onClick={() => void send({ type: "reorder", order: moved(order, id, by) })}
    >
      <span aria-hidden="true">{by < 0 ? "↑" : "↓"}</span>
    </button>
  );
}

function Unheard({ free }: { free: boolean }) {
  const view = facilitating.value;
  const now = meeting.value;
  if (!view || !now) return null;
  const people = notYetHeard(view, now);
  return (
    <>
      <h2 class="sec">
        {t("fac.unheard")}
        <span>{t("fac.unheard.b")}</span>
      </h2>
      {people.length === 0 && <p class="muted small">{t("fac.unheard.none")}</p>}
      <ul class="q">
        {people.map((one) => (
          <Person key={one.member_id} id={one.member_id} sub={about(one)}>
            <Offer id={one.member_id} free={free} />
          </Person>
        ))}
      </ul>
    </>
  );
}

/** One thing worth knowing about them. Declining is never shown as a count. */
function about(one: HeardView): string {
  if (one.first_visit) return t("fac.firstvisit");
  if (one.standing === "declined" || one.standing === "deferred") return t("fac.listens");
  if (one.nods > 0) return t("fac.nodded", { n: one.nods });
  return t("fac.quiet");
}

function Offer({ id, free }: { id: string; free: boolean }) {
  if (!free) return <Give id={id} free={false} />;
  return (
    <button
      type="button"
      class="btn btn--s"
      aria-label={t("fac.offer.of", { name: nameOf(id) })}
      onClick={() => void send({ type: "offer", member_id: id })}
    >
      {t("fac.offer")}
    </button>
  );
}
