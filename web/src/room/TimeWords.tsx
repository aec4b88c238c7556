// Time over a turn, in words, for the holder. No digits, nothing cut off, one soft tone at the end.
import { useEffect, useState } from "preact/hooks";
import { t } from "../words";
import { meeting, serverNow } from "./store";
import { nextChange, timeWords } from "./time";
import { softTone } from "./tone";

export function TimeWords() {
  const stick = meeting.value?.stick;
  const [, again] = useState(0);
  const words = stick ? timeWords(stick, serverNow()) : null;
  useEffect(() => {
    const at = stick ? nextChange(stick, serverNow()) : null;
    if (at === null) return;
    const timer = setTimeout(() => again((n) => n + 1), Math.max(50, at - serverNow() + 20));
    return () => clearTimeout(timer);
  }, [stick?.started, stick?.soft_limit, words]);
  useEffect(() => {
    if (words === "room.t100") softTone();
  }, [words]);
  return (
    <p class="heads" role="status">
      {words ? t(words) : ""}
    </p>
  );
}
