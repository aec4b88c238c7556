// The sheet of the sound: before it is on, how a person wants to join; after, what it does and
// takes. Declines to keep a choice longer than the page.
import { useEffect, useState } from "preact/hooks";
import { lang, t } from "../words";
import { Sheet } from "../room/Sheet";
import { closeSheet, isOpen } from "../room/sheets";
import { you } from "../room/store";
import { captioning, captionsNo, startCaptions, stopCaptions, type CaptionsNo } from "./captions";
import { MicrophoneCheck } from "./Check";
import { MicrophoneChooser, OutputChooser } from "./Chooser";
import { lookAtDevices } from "./devices";
import { megabytes } from "./meter";
import { turnOff, turnOn } from "./session";
import { changeDevice } from "./speaking";
import { data, line, listenOnly, mic } from "./state";

export function SoundSheet() {
  return (
    <Sheet title={t("sound.h")} open={isOpen("voice")} onClose={closeSheet}>
      {line.value === "off" ? <Before /> : <While />}
    </Sheet>
  );
}

/** How a person wants to join; what costs least is chosen already. */
function Before() {
  const observer = you.value?.role === "observer";
  const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
  const [only, choose] = useState(true);
  const start = () => {
    closeSheet();
    void turnOn(observer || only);
  };
  return (
    <>
      <p class="muted small">{t("sound.b")}</p>
      {observer ? <p class="note sheet__gap">{t("sound.observer")}</p> : <How only={only} choose={choose} saving={saving} />}
      {!observer && !only && <MicrophoneCheck />}
      <div class="ways ways--end">
        <button type="button" class="btn btn--main btn--wide" onClick={start}>
          {t("sound.go")}
        </button>
        <button type="button" class="btn btn--quiet btn--wide" onClick={closeSheet}>
          {t("sound.go.not")}
        </button>
      </div>
    </>
  );
}

function How({ only, choose, saving }: { only: boolean; choose: (only: boolean) => void; saving: boolean }) {
  return (
    <fieldset class="how">
      <legend>{t("sound.how")}</legend>
      <Way checked={only} pick={() => choose(true)} words={t("sound.only")} help={t("sound.only.b")} />
      <Way checked={!only} pick={() => choose(false)} words={t("sound.both")} help={t("sound.both.b")} />
      {saving && <p class="small muted">{t("sound.saving")}</p>}
    </fieldset>
  );
}

function Way({ checked, pick, words, help }: { checked: boolean; pick: () => void; words: string; help: string }) {
  return (
    <label class="pledge how__one">
      <input type="radio" name="sound-how" checked={checked} onChange={pick} />
      <span>
        {words}
        <span class="sub">{help}</span>
      </span>
    </label>
  );
}

function While() {
  useEffect(() => void lookAtDevices(), []);
  const only = listenOnly.value;
  return (
    <div class="settings">
      <Low />
      {!only && <MicrophoneChooser id="sound-mic" changed={changeDevice} />}
      <OutputChooser id="sound-out" />
      {!only && <Captions />}
      <Data />
      <button
        type="button"
        class="btn btn--wide"
        onClick={() => {
          closeSheet();
          turnOff();
        }}
      >
        {t("sound.stop")}
      </button>
    </div>
  );
}

/** No way up at all: joining anew is what makes it so, and what takes it back. */
function Low() {
  const observer = you.value?.role === "observer";
  if (observer) return <p class="note">{t("sound.observer")}</p>;
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={listenOnly.value} onChange={() => void turnOn(!listenOnly.peek())} />
      <span>
        <b>{t("sound.low")}</b>
        <span class="small muted">{t("sound.low.b")}</span>
      </span>
    </label>
  );
}

/** Of the person's own device alone, asked for anew each time; where it cannot be, why. */
function Captions() {
  const [no, setNo] = useState<CaptionsNo | null | "asking">("asking");
  useEffect(() => {
    let here = true;
    void captionsNo().then((why) => here && setNo(why));
    return () => {
      here = false;
    };
  }, [lang.value]);
  if (no === "asking") return null;
  const why = no ?? (mic.value === "open" ? null : "closed");
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={captioning.value}
        disabled={why !== null}
        onChange={() => (captioning.value ? stopCaptions() : startCaptions())}
      />
      <span>
        <b>{t("sound.captions")}</b>
        <span class="small muted">{t(why === null ? "sound.captions.b" : `sound.captions.no.${why}`)}</span>
      </span>
    </label>
  );
}

function Data() {
  const { up, down } = data.value;
  const mb = (bytes: number) => megabytes(bytes, lang.value);
  return (
    <dl class="data">
      <dt>{t("sound.data")}</dt>
      <dd>{t("sound.data.down", { mb: mb(down) })}</dd>
      <dd>{t("sound.data.up", { mb: mb(up) })}</dd>
    </dl>
  );
}
