// Who has had the stick and who has not: for facilitators alone, in memory alone.
// Declines to count how often somebody let a turn go by.
import { useRef } from "preact/hooks";
import type { FacilitatorView, MeetingView } from "../../wire.gen";
import { t } from "../../words";
import { facilitating, meeting, serverNow } from "../store";
import { minutesSince } from "../time";
import { everyQuarter } from "./clock";
import { byNeed, isHeard, type Person } from "./people";
import { askedAgo, Give, MoreOf } from "./Queue";
import { useSteadyFocus } from "./steady";

export function Everyone() {
  const view = facilitating.value;
  const now = meeting.value;
  const box = useRef<HTMLDivElement>(null);
  useSteadyFocus(box);
  if (!view || !now) return null;
  everyQuarter();
  const people = byNeed(view, now);
  const unheard = people.filter((one) => !isHeard(one));
  const heard = people.filter(isHeard);
  return (
    <div ref={box} tabIndex={-1} class="everyone">
      <h2 class="sec">
        {t("fac.unheard")}
        <span>{t("fac.unheard.b")}</span>
      </h2>
      {unheard.length === 0 && <p class="muted small">{t("fac.unheard.none")}</p>}
      <Rows people={unheard} view={view} now={now} label={t("fac.unheard")} />
      {heard.length > 0 && <h2 class="sec">{t("fac.heard.h")}</h2>}
      <Rows people={heard} view={view} now={now} label={t("fac.heard.h")} />
    </div>
  );
}

function Rows({ people, view, now, label }: {
  people: Person[];
  view: FacilitatorView;
  now: MeetingView;
  label: string;
}) {
  if (people.length === 0) return null;
  return (
    <ul class="q q--people" aria-label={label}>
      {people.map((one) => (
        <li key={one.seat.member_id} tabIndex={-1}>
          <span class="nm">
            <bdi>{one.seat.name}</bdi>
            <small>{about(one, now).join(" · ")}</small>
          </span>
          <span class="q__acts">
            {one.seat.presence === "here" && <Give id={one.seat.member_id} view={view} now={now} plain />}
            <MoreOf id={one.seat.member_id} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What is worth knowing about them now, most telling first. */
export function about(one: Person, now: MeetingView): string[] {
  const { heard, seat, asked } = one;
  const clock = serverNow();
  const ago = (key: string, at: number) => {
    const n = minutesSince(at, clock);
    return n === 0 ? t(`fac.${key}.now`) : t(`fac.${key}.ago`, { n });
  };
  const words: (string | false)[] = [
    withStick(one, now),
    heard.quietened && t("fac.quietened"),
    seat.presence === "stepped_out" && ago("out", heard.since),
    seat.presence === "away" && ago("away", heard.since),
    asked !== null && askedAgo(asked),
    heard.invited && t("fac.invited"),
    !heard.invited && (heard.standing === "declined" || heard.standing === "deferred") && t("fac.listens"),
    heard.first_visit && t("fac.firstvisit"),
    heard.turns > 0 && heard.heard !== null && turns(heard.turns, heard.spoke),
    heard.heard !== null && ago("heard", heard.heard),
  ];
  const said = words.filter((word) => word !== false);
  return said.length > 0 ? said : [t("fac.noturn")];
}

function withStick({ seat }: Person, now: MeetingView): string | false {
  if (now.stick.member_id !== seat.member_id) return false;
  return t(now.stick.kind === "offered" ? "fac.offering" : "fac.speaking");
}

function turns(n: number, seconds: number): string {
  const m = Math.round(seconds / 60);
  return m === 0 ? t("fac.turns.brief", { n }) : t("fac.turns", { n, m });
}
