// A list of devices to choose from. Where the browser hides their names they are numbered.
import { t } from "../words";
import type { Device } from "./devices";

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
