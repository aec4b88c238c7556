// The middle of the circle: who holds the stick, or what the circle is doing, and how many nod.
// Declines to show digits of time and to announce: the announcer does that.
import { t } from "../words";
import { Arc } from "./Arc";
import { Icon } from "./Icon";
import type { Written } from "./letters";
import { isAlone } from "./may";
import type { MeetingView, YouView } from "../wire.gen";

interface Words {
  what: string;
  who: string;
}

/** The two short lines of the middle. */
export function middle(meeting: MeetingView, you: YouView | null): Words {
  const { stick } = meeting;
  const name = meeting.seats.find((seat) => seat.member_id === stick.member_id)?.name ?? "";
  const mine = stick.member_id !== null && stick.member_id === you?.member_id;
  const pair = (key: string): Words => ({ what: t(`core.${key}`), who: t(`core.${key}.b`) });
  if (meeting.phase === "ended") return pair("ended");
  if (you?.presence === "stepped_out") return pair("break");
  if (meeting.paused) return pair(meeting.silence ? "silence" : "paused");
  if (stick.kind === "held") return mine ? pair("yours") : { what: t("core.held"), who: name };
  if (stick.kind === "offered") return mine ? pair("foryou") : { what: t("core.offered"), who: name };
  if (stick.kind === "place_held") return { what: t("core.kept"), who: name };
  if (isAlone(meeting)) return pair("alone");
  // An opening asks to listen, unless the facilitator has just opened the floor.
  if (meeting.phase === "opening" && meeting.floor === "open") return pair("open");
  if (meeting.phase !== "sharing") return pair(meeting.phase);
  return pair(meeting.floor === "stick" ? "rest" : meeting.floor);
}

interface Props {
  meeting: MeetingView;
  you: YouView | null;
  nods: number;
  /** How the name is written; null where the words stand under the circle. */
  inside: Written | null;
  now: () => number;
}

export function Core({ meeting, you, nods, inside, now }: Props) {
  const { stick } = meeting;
  const rests =
    stick.kind === "resting" && meeting.phase === "sharing" && meeting.floor === "stick" && !isAlone(meeting);
  const hush = meeting.paused && meeting.silence;
  return (
    <div class={`core${hush ? " core--hush" : ""}`}>
      <Arc started={stick.started} softLimit={stick.soft_limit} still={meeting.paused} now={now} />
      {rests && !meeting.paused && <Icon name="stick" />}
      {hush && <Icon name="bell" />}
      <div class={`core__mid${nods > 0 ? " core__mid--nods" : ""}`}>
        {inside && <Said meeting={meeting} you={you} inside={inside} />}
        <Nods n={nods} />
      </div>
    </div>
  );
}

/** The same two lines, inside the middle or under the circle. */
export function Said({ meeting, you, inside }: Pick<Props, "meeting" | "you"> & { inside?: Written }) {
  const { what, who } = middle(meeting, you);
  return (
    // Other words are another line in its place, and none that jumped.
    <p key={`${what} ${who}`} class="core__said" style={inside ? { "--letters": `${inside.size}px` } : {}}>
      <span class="what">{what}</span>{" "}
      <bdi class="who" aria-hidden={inside?.short || undefined}>
        {inside?.name ?? who}
      </bdi>
      {inside?.short && <bdi class="vh">{who}</bdi>}
    </p>
  );
}

function Nods({ n }: { n: number }) {
  if (n === 0) return null;
  return (
    <span class="nods">
      <Icon name="nod" />
      <span aria-hidden="true">{n}</span>
      <span class="vh">{t("core.nods", { n })}</span>
    </span>
  );
}
