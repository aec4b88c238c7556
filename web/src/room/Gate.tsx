// A whole page for why this is no room (any more), always with a way on. Declines to blame.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words";
import { HelpLines } from "./Help";
import { QuickExit } from "./QuickExit";
import type { RoomPlaces } from "./Room";
import type { Gate } from "./store";

interface Way {
  /** Its words in the catalogue. */
  words: string;
  href: string | null;
}

/** Where a person can go on from here; `href` null loads this page anew. */
export function wayOn(why: Gate, places: RoomPlaces): Way {
  switch (why) {
    case "not_signed_in":
      return { words: "gate.signin", href: "/masuk" };
    case "not_pledged":
      return { words: "gate.pledge", href: places.pledge };
    case "not_a_member":
    case "banned":
    case "removed":
      return { words: "gate.circles", href: "/" };
    case "ended":
      return { words: "gate.after", href: places.after };
    case "turned_away":
    case "early":
      return { words: "gate.circle", href: places.circle };
    case "left":
      return { words: "gate.back", href: null };
    default:
      return { words: "gate.reload", href: null };
  }
}

export function GatePage({ why, places }: { why: Gate; places: RoomPlaces }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), [why]);
  const way = wayOn(why, places);
  const heavy = why === "removed" || why === "banned";
  return (
    <div class="gate">
      <header class="bar">
        <div />
        <QuickExit />
      </header>
      <main id="isi">
        <h1 ref={title} tabIndex={-1}>
          {t(`gate.${why}.h`)}
        </h1>
        <p role="alert">{t(heavy ? `st.${why}` : `gate.${why}.b`)}</p>
        {heavy && <HelpLines />}
        {way.href === null ? (
          <button type="button" class="btn btn--main" onClick={() => location.reload()}>
            {t(way.words)}
          </button>
        ) : (
          <a class="btn btn--main" href={way.href}>
            {t(way.words)}
          </a>
        )}
        {why === "left" && (
          <a class="btn btn--quiet" href={places.circle}>
            {t("gate.circle")}
          </a>
        )}
        {(heavy || why === "ended" || why === "left") && (
          <a class="btn btn--quiet" href={`${places.circle}/lapor`}>
            {t("report.h1")}
          </a>
        )}
        <a class="btn btn--quiet" href={places.help}>
          {t("lines.all")}
        </a>
      </main>
    </div>
  );
}
