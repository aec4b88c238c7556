// Says in one line that the connection is gone or the room is paused. Declines to hide anything.
import { t } from "../words";
import { link, meeting } from "./store";

const WORDS = {
  reconnecting: "st.reconnect",
  offline: "st.offline",
  trouble: "st.trouble",
} as const;

/** The line that fits now, or null when all is well. */
export function bannerKey(): string | null {
  const now = link.value;
  if (now in WORDS) return WORDS[now as keyof typeof WORDS];
  return meeting.value?.paused ? "room.paused" : null;
}

export function Banner({ floating = false }: { floating?: boolean }) {
  const key = bannerKey();
  if (key === null) return null;
  return (
    <p class={`banner${floating ? " banner--floating" : ""}`} data-link={link.value}>
      {t(key)}
    </p>
  );
}
