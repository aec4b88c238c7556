// The circle's bell, where it was agreed to: anybody calls a silence with one tap.
// Declines to ask why, and to know or show who rang.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words";
import { Icon } from "./Icon";
import { meeting, send, you } from "./store";
import { softBell } from "./tone";

export function BellButton() {
  const now = meeting.value;
  if (!now?.bell || now.phase === "ended") return null;
  // In a pause there is nothing to silence; the button keeps its place.
  return (
    <button
      type="button"
      class="ic"
      aria-disabled={now.paused}
      onClick={() => {
        if (!now.paused) void send({ type: "ring_bell" });
      }}
    >
      <Icon name="bell" />
      {t("room.bell")}
    </button>
  );
}

/** Sounds as a silence begins, for who is in the room. What shows is in the circle's middle. */
export function BellSound() {
  const silence = meeting.value?.silence;
  const before = useRef(silence);
  useEffect(() => {
    if (silence && before.current === false && you.value?.presence === "here") softBell();
    before.current = silence;
  }, [silence]);
  return null;
}
