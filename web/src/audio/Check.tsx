// Trying the microphone before anybody else can hear it: which one, how loud, and heard back.
// Declines to ask for it before it is pressed, and gives it back when the sheet closes.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../words";
import { MicrophoneChooser, OutputChooser } from "./Chooser";
import { lookAtDevices, microphone, output } from "./devices";
import { Loudness } from "./loudness";
import { Microphone, troubleOf, troubleWords, type Trouble } from "./microphone";

export function MicrophoneCheck() {
  const [loudness, setLoudness] = useState<Loudness | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const device = useRef<Microphone | null>(null);
  const stop = () => {
    device.current?.release();
    setLoudness((old) => {
      old?.close();
      return null;
    });
  };
  useEffect(() => stop, []);
  const start = async () => {
    setTrouble(null);
    device.current ??= new Microphone((what) => {
      stop();
      setTrouble(what);
    });
    try {
      const track = await device.current.take(microphone.value);
      if (!track) return;
      setLoudness((old) => {
        old?.close();
        return new Loudness(track);
      });
      void lookAtDevices();
    } catch (error) {
      stop();
      setTrouble(troubleOf(error));
    }
  };
  return (
    <div class="check">
      <button type="button" class="btn btn--wide" onClick={() => (loudness ? stop() : void start())}>
        {t(loudness ? "sound.check.off" : "sound.check")}
      </button>
      <p class="small muted">{t("sound.check.b")}</p>
      <p class="small" role="status">
        {trouble ? t(troubleWords(trouble)) : ""}
      </p>
      {loudness && <MicrophoneChooser id="check-mic" changed={() => void start()} />}
      {loudness && <OutputChooser id="check-out" />}
      {loudness && <Level of={loudness} />}
      {loudness && <HearBack of={loudness} />}
    </div>
  );
}

const HEARD = 0.12;

/** The bar moves; the words beneath change once, from 'nothing yet' to 'you can be heard'. */
function Level({ of }: { of: Loudness }) {
  const bar = useRef<HTMLDivElement>(null);
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    setHeard(false);
    const timer = setInterval(() => {
      const level = of.level();
      bar.current?.style.setProperty("--level", level.toFixed(2));
      bar.current?.setAttribute("aria-valuenow", String(Math.round(level * 100)));
      if (level > HEARD) setHeard(true);
    }, 100);
    return () => clearInterval(timer);
  }, [of]);
  return (
    <>
      <div class="meter" ref={bar} role="meter" aria-label={t("sound.level")} aria-valuemin={0} aria-valuemax={100} aria-valuenow={0} />
      <p class="small" role="status">
        {t(heard ? "sound.level.some" : "sound.level.none")}
      </p>
    </>
  );
}

function HearBack({ of }: { of: Loudness }) {
  const [now, setNow] = useState<"" | "speak" | "hear">("");
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), [of]);
  const start = () => {
    setNow("speak");
    void of.comeOutOf(output.value);
    stop.current = of.hearBack(
      () => setNow("hear"),
      () => setNow(""),
    );
  };
  return (
    <>
      <button type="button" class="btn btn--wide" aria-disabled={now !== ""} onClick={() => now === "" && start()}>
        {t("sound.back")}
      </button>
      <p class="small" role="status">
        {now === "" ? "" : t(`sound.back.${now}`)}
      </p>
    </>
  );
}
