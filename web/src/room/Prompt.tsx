// What the circle is asked now, and how near its end is, in one place under the bar. Declines to
// count: nobody is hurried by digits.
import type { ComponentChildren } from "preact";
import { t } from "../words";
import { Banner, bannerKey } from "./Banner";
import { MenuButton } from "./Bar";
import { company, isAlone } from "./may";
import { hostName, inLanguage, lately, meeting, nameOf, spokenIn, you } from "./store";

/** Letters above which a question is written smaller. */
const LONG = 90;

export function Prompt({ children }: { children?: ComponentChildren }) {
  const now = meeting.value;
  if (!now) return null;
  const told = lately.value.at(-1);
  // What has to be told now takes the place of the least needed line: the question stays to read,
  // whatever stops the circle, and the circle below stays put.
  const key = bannerKey();
  const slim = key === "room.newer";
  const stops = key !== null && !slim;
  const label = now.round === null ? t(`phase.${now.phase}`) : t("room.round", { n: now.round });
  return (
    <section class="prompt" aria-label={t("room.question")}>
      {slim && <Banner />}
      {(told || children || !slim) && (
        <p class="k">
          {/* For a while, what became of somebody; it is read aloud nowhere, and stays in the feed. */}
          {stops ? <Banner /> : told ? <span class="told">{told.text}</span> : !slim && label} {children}
        </p>
      )}
      <p class={`q${(inLanguage(now.prompt)?.length ?? 0) > LONG ? " q--long" : ""}`}>{question()}</p>
      {ending()}
      <MenuButton />
    </section>
  );
}

/** The last minutes, and the end itself; who holds the stick finishes in peace. */
function ending(): ComponentChildren {
  const now = meeting.value;
  if (!now || now.phase === "ended" || now.ending === "not_yet") return null;
  const holding = now.stick.kind === "held" && now.stick.member_id === you.value?.member_id;
  const key = now.ending === "soon" ? "room.soon" : holding ? "room.due.yours" : "room.due";
  return <p class="k">{t(key)}</p>;
}

/** The prompt; without one, words that fit the phase. */
function question(): ComponentChildren {
  const now = meeting.value;
  if (!now) return null;
  if (now.inviting) return t("room.inviting");
  if (isAlone(now) && now.stick.kind === "resting") return t("room.alone");
  const asked = inLanguage(now.prompt);
  if (asked) return <bdi lang={spokenIn(now.prompt)}>{asked}</bdi>;
  if (now.phase === "closing") return t("close.ask");
  const me = you.value?.member_id ?? null;
  if (company(now) === "listeners" && now.phase !== "opening") return t("room.listeners");
  if (now.phase === "gathering") return company(now) === "two" ? t("room.two", { name: theOther() }) : t("room.greet", { name: nameOf(me) });
  const host = hostName();
  if (now.phase === "opening" && host) return t("room.opening", { host });
  return now.floor === "open" ? t("room.open") : t("room.listen");
}

/** Where two are here, the one who is not you. */
function theOther(): string {
  const seats = meeting.value?.seats ?? [];
  return seats.find((seat) => seat.presence === "here" && seat.member_id !== you.value?.member_id)?.name ?? "";
}
