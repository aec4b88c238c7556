// Says in a line that the connection is gone, or why the room stands still. Declines to hide anything.
import type { MeetingView } from "../wire.gen";
import { t } from "../words";
import { isUnattended } from "./may";
import { draft, link, meeting, newer, you } from "./store";

const WORDS = {
  reconnecting: "st.reconnect",
  offline: "st.offline",
  trouble: "st.trouble",
} as const;

/** The line that fits now, or null when all is well. */
export function bannerKey(): string | null {
  const now = link.value;
  if (now in WORDS) return WORDS[now as keyof typeof WORDS];
  if (meeting.value?.paused) return whyPaused(meeting.value);
  return newer.value && mayReload() ? "room.newer" : null;
}

/** Nobody is in the middle of a turn, and nothing is half written. */
function mayReload(): boolean {
  const away = you.value?.presence === "stepped_out";
  return draft.value === "" && (away || meeting.value?.stick.kind === "resting");
}

function whyPaused(now: MeetingView): string {
  if (isUnattended(now)) return "room.nofac";
  return now.silence ? "room.silence" : "room.paused";
}

export function Banner({ floating = false }: { floating?: boolean }) {
  const key = bannerKey();
  if (key === null) return null;
  // What may wait is a line of its own; what stops the circle stands in the one over its question.
  const slim = key === "room.newer";
  const Line = slim || floating ? "p" : "span";
  return (
    <Line
      class={`banner${floating ? " banner--floating" : slim ? " banner--slim" : " banner--over"}`}
      data-link={link.value}
      role={slim ? "status" : undefined}
    >
      {t(key)}{" "}
      {key === "room.nofac" && <span class="banner__more">{t("room.nofac.b")}</span>}
      {slim && (
        <button type="button" class="banner__do" onClick={() => location.reload()}>
          {t("room.newer.now")}
        </button>
      )}
    </Line>
  );
}
