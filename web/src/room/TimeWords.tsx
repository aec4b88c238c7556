// Time over a turn, in words, for the holder. No digits, nothing cut off, one soft sign a change.
// Declines to speak to a screen reader: the announcer tells what must be heard.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../words";
import { meeting, serverNow, you } from "./store";
import { holderWords, nextChange, type HolderWords } from "./time";
import { softTone } from "./tone";

export function TimeWords() {
  const words = useHolderWords();
  return <p class="heads heads--time">{words ? t(words) : ""}</p>;
}

function useHolderWords(): HolderWords {
  const now = meeting.value;
  const stick = now?.stick;
  const lastWords = you.value?.last_words ?? null;
  const nudges = you.value?.wind_up ?? 0;
  const [, again] = useState(0);
  const kept = useRef<HolderWords>(null);
  // A pause stops the time of a turn; the words stand still with it.
  if (stick && !now.paused) {
    kept.current = holderWords(stick, { wind_up: nudges, last_words: lastWords }, serverNow());
  }
  const words = kept.current;
  useEffect(() => {
    const at = stick ? nextChange(stick, serverNow(), lastWords) : null;
    if (at === null || now?.paused) return;
    const timer = setTimeout(() => again((n) => n + 1), Math.max(50, at - serverNow() + 20));
    return () => clearTimeout(timer);
  }, [stick?.started, stick?.soft_limit, lastWords, now?.paused, words]);
  const first = useRef(true);
  useEffect(() => {
    // A page that was loaded in the middle of it has nothing new to say.
    if (words && !first.current) softTone();
    first.current = false;
  }, [words, nudges]);
  return words;
}
