// The two live regions of the room. What is told and when is decided in `announce.ts`.
import { effect, signal, untracked } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../words";
import { announcements, Patience, type Announcement, type Moment } from "./announce";
import { facilitating, link, meeting, nameOf, you } from "./store";
import { softTone } from "./tone";

const polite = signal("");
const urgent = signal("");

export function Announcer() {
  useEffect(() => listen(), []);
  return (
    <>
      <p class="vh" aria-live="polite" aria-atomic="true" data-live="polite">
        {polite.value}
      </p>
      <p class="vh" aria-live="assertive" aria-atomic="true" data-live="assertive">
        {urgent.value}
      </p>
    </>
  );
}

/** Compare every moment with the one before; returns what stops it. */
function listen(): () => void {
  const patience = new Patience((text) => (polite.value = text));
  let before: Moment | null = null;
  const stop = effect(() => {
    const now: Moment = {
      meeting: meeting.value, you: you.value, facilitating: facilitating.value, link: link.value,
    };
    const old = before;
    before = now;
    if (old) untracked(() => announcements(old, now).forEach((one) => tell(one, patience)));
  });
  return () => {
    stop();
    patience.stop();
  };
}

function tell(one: Announcement, patience: Patience): void {
  const text = t(one.key, { name: nameOf(one.who), n: one.n ?? 0 });
  if (one.how === "polite") patience.add(one.kind, text);
  else urgent.value = text;
  if (one.kind === "turn") softTone();
}
