// A list of devices to choose from. Where the browser hides their names they are numbered.
import { t } from "../words";
import { microphone, microphones, output, outputs, type Device } from "./devices";
import { canChooseOutput, comeOutOf } from "./player";

interface Props {
  id: string;
  words: string;
  one: (n: number) => string;
  all: readonly Device[];
  chosen: string;
  choose: (id: string) => void;
}

export function Chooser({ id, words, one, all, chosen, choose }: Props) {
  return (
    <div class="field">
      <label for={id}>{words}</label>
      <select id={id} value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{t("sound.default")}</option>
        {all.map((device, i) => (
          <option key={device.id} value={device.id}>
            {device.label || one(i + 1)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Which microphone, where there is a choice; `changed` once another one was picked. */
export function MicrophoneChooser({ id, changed }: { id: string; changed: () => void }) {
  if (microphones.value.length < 2) return null;
  return (
    <Chooser
      id={id}
      words={t("sound.mic")}
      one={(n) => t("sound.mic.n", { n })}
      all={microphones.value}
      chosen={microphone.value}
      choose={(picked) => {
        microphone.value = picked;
        changed();
      }}
    />
  );
}

/** Where it comes out, where there is a choice and the browser leaves it to the person. */
export function OutputChooser({ id }: { id: string }) {
  if (!canChooseOutput() || outputs.value.length < 2) return null;
  return (
    <Chooser
      id={id}
      words={t("sound.out")}
      one={(n) => t("sound.out.n", { n })}
      all={outputs.value}
      chosen={output.value}
      choose={(picked) => {
        output.value = picked;
        void comeOutOf(picked);
      }}
    />
  );
}
