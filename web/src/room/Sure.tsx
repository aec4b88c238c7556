// Asks once more, in the button's own place, before what cannot be taken back. Declines to be a
// dialog over another, and to ask twice.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../words";

interface Props {
  /** The button's words; then the question, and its yes. */
  words: string;
  asks: string;
  yes: string;
  run: () => void;
  /** How the button looks, and what it is called where its words alone do not say. */
  look?: string;
  label?: string;
}

export function Sure({ words, asks, yes, run, look = "btn--wide", label }: Props) {
  const [asked, ask] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(false);
  useEffect(() => {
    // The keyboard's place: on the answer that changes nothing, then back where it was.
    if (asked || was.current) button.current?.focus();
    was.current = asked;
  }, [asked]);
  if (!asked) {
    return (
      <button type="button" class={`btn ${look}`} aria-label={label} ref={button} onClick={() => ask(true)}>
        {words}
      </button>
    );
  }
  return (
    <div class="sure" role="group" aria-label={asks}>
      <p>{asks}</p>
      <button type="button" class="btn btn--s" ref={button} onClick={() => ask(false)}>
        {t("sure.not")}
      </button>
      <button type="button" class="btn btn--s btn--main" onClick={run}>
        {yes}
      </button>
    </div>
  );
}
