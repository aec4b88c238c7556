// What the circle is asked now, in one place under the bar. Holds no words of its own.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words";
import { Banner } from "./Banner";
import { MenuButton } from "./Bar";
import { hostName, meeting, nameOf, serverNow, you } from "./store";

export function Prompt({ children }: { children?: ComponentChildren }) {
  const now = meeting.value;
  const soon = useClosingSoon();
  if (!now) return null;
  const label = now.round === null ? t(`phase.${now.phase}`) : t("room.round", { n: now.round });
  return (
    <section class="prompt" aria-label={t("room.question")}>
      <Banner />
      <p class="k">
        {label} {children}
      </p>
      <p class="q">{question()}</p>
      {soon && <p class="k">{t("room.soon")}</p>}
      <MenuButton />
    </section>
  );
}

const SOON_MS = 5 * 60_000;

/** True in the last minutes; renders again when they begin. In words: nobody is hurried by digits. */
function useClosingSoon(): boolean {
  const ends = meeting.value?.ends ?? 0;
  const [, again] = useState(0);
  const left = ends - SOON_MS - serverNow();
  useEffect(() => {
    // Longer waits overflow the browser's timer, and no meeting lasts a day.
    if (ends === 0 || left <= 0 || left > 86_400_000) return;
    const timer = setTimeout(() => again((n) => n + 1), left + 50);
    return () => clearTimeout(timer);
  }, [ends]);
  return ends > 0 && left <= 0 && meeting.value?.phase !== "ended";
}

/** The prompt; without one, words that fit the phase. */
function question(): ComponentChildren {
  const now = meeting.value;
  if (!now) return null;
  if (now.prompt) return <bdi>{now.prompt}</bdi>;
  if (now.phase === "closing") return t("close.ask");
  if (now.phase === "gathering") return t("room.greet", { name: nameOf(you.value?.member_id ?? null) });
  const host = hostName();
  if (now.phase === "opening" && host) return t("room.opening", { host });
  return now.floor === "open" ? t("room.open") : t("room.listen");
}
