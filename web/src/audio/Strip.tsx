// One line over the actions that says how one's own sound stands, with the press that fits.
// Declines to open the microphone: a press does, and only while the others may hear it.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words";
import { Icon, type IconName } from "../room/Icon";
import { whileSeen } from "../room/seen";
import { sheet } from "../room/sheets";
import { sounding, speaksElsewhere } from "../room/store";
import { hearing, unhush } from "./player";
import { tryNow, turnOn } from "./session";
import { closeByHand, closeMicrophone, openMicrophone, ownLevel, stepIn } from "./speaking";
import { canStepIn, line, listenOnly, may, mic, over, standing } from "./state";

const openSheet = () => (sheet.value = { name: "voice" });

export function Strip() {
  if (line.value === "off" && over.value === null) return <Off />;
  const key = standing(hearing.value);
  return (
    <section class={`sound sound--${line.value}${sounding.value ? " is-sounding" : ""}`} aria-label={t("sound.label")}>
      <p class="sound__say">
        <Icon name={iconOf(key)} />
        <span>{t(key)}</span>
        {sounding.value && <OwnLevel />}
      </p>
      <button type="button" class="sound__set" aria-label={t("sound.settings")} aria-haspopup="dialog" onClick={openSheet}>
        <Icon name="settings" />
      </button>
      <Press />
    </section>
  );
}

function Off() {
  return (
    <button type="button" class="btn btn--s btn--wide voice" aria-haspopup="dialog" onClick={openSheet}>
      <Icon name="ear" />
      {t("room.voice")}
    </button>
  );
}

function iconOf(key: string): IconName {
  if (key === "sound.open") return "wave";
  if (key.startsWith("sound.mic") || key === "st.micdenied") return "away";
  return line.value === "up" ? (key === "sound.turn" ? "mic" : "ear") : "away";
}

/** What can be pressed as things stand; often nothing. */
function Press() {
  if (line.value === "off") return <Over />;
  if (line.value === "away") return <One words={t("room.again")} onClick={tryNow} />;
  if (line.value !== "up" && mic.value === "closed") return null;
  if (hearing.value !== "playing" && mic.value === "closed") {
    return <One words={t("sound.hear")} onClick={() => void unhush()} />;
  }
  return <Speaking />;
}

function Over() {
  const back = over.value === "moved" ? "sound.here" : over.value === "stepped_out" ? "room.voice" : null;
  return back && <One words={t(back)} onClick={() => void turnOn(listenOnly.peek())} />;
}

function One({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <div class="sound__do">
      <button type="button" class="btn btn--s" onClick={onClick}>
        {words}
      </button>
    </div>
  );
}

function Speaking() {
  if (canStepIn.value && mic.value === "closed") {
    return listenOnly.value ? null : <One words={t("fac.interject")} onClick={() => void stepIn()} />;
  }
  // Where it may not be heard there is no button to press in vain; nor is it asked of another tab.
  if (mic.value === "closed" && (!may.value || speaksElsewhere.value)) return null;
  if (listenOnly.value) return <One words={t("sound.mic.use")} onClick={openSheet} />;
  return (
    <div class="sound__do">
      <OpenOrClose />
      {mic.value !== "open" && <Hold />}
    </div>
  );
}

/** It stays where it is while the other is pressed: nothing moves under a finger. */
function OpenOrClose() {
  const open = mic.value === "open";
  const press = () => {
    if (mic.value === "closed") void openMicrophone("open");
    else if (mic.value !== "held") closeByHand();
  };
  return (
    <button
      type="button"
      class={`btn btn--s sound__open${open ? " is-open" : ""}`}
      aria-disabled={mic.value === "held"}
      onClick={press}
    >
      <Icon name="mic" />
      {t(open ? "sound.mic.close" : "sound.mic.open")}
    </button>
  );
}

/** Open while pressed, by finger, mouse, space or Enter; whatever takes the press away closes it. */
function Hold() {
  const pressed = useRef(false);
  const down = () => {
    if (pressed.current) return;
    pressed.current = true;
    void openMicrophone("held");
  };
  const up = () => {
    if (!pressed.current) return;
    pressed.current = false;
    closeMicrophone(null);
  };
  useEffect(() => up, []);
  const isPress = (event: KeyboardEvent) => event.key === " " || event.key === "Enter";
  return (
    <button
      type="button"
      class={`btn btn--s sound__hold${mic.value === "held" ? " is-open" : ""}`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture?.(event.pointerId);
        down();
      }}
      onPointerUp={up}
      onPointerCancel={up}
      onLostPointerCapture={up}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isPress(event)) return;
        event.preventDefault();
        if (!event.repeat) down();
      }}
      onKeyUp={(event) => isPress(event) && up()}
      onBlur={up}
    >
      {t(mic.value === "held" ? "sound.mic.held" : "sound.mic.hold")}
    </button>
  );
}

/** A small bar for the person alone; the words beside it say the same. */
function OwnLevel() {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    return whileSeen(100, () => bar.current?.style.setProperty("--level", ownLevel().toFixed(2)));
  }, []);
  return <span class="sound__level" ref={bar} aria-hidden="true" />;
}
