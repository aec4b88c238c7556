// The small door to the sound of a circle. What makes sound loads when somebody asks for it; this
// declines to know how, and to ask for a microphone.
import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { t } from "../words";
import { Icon } from "./Icon";
import { sheet } from "./sheets";
import { meeting, toast } from "./store";

interface Loaded {
  Strip: FunctionComponent;
  SoundSheet: FunctionComponent;
}

const loaded = signal<Loaded | null>(null);

/** Ask for sound: its sheet opens. Nothing is heard and nothing is sent by that. */
async function openSound(): Promise<void> {
  try {
    loaded.value ??= await (await import("../audio/main")).ready();
    sheet.value = { name: "voice" };
  } catch {
    toast(t("sound.load"), () => void openSound());
  }
}

/** Where a circle meets with sound: how it stands with one's own, and what can be done about it. */
export function SoundStrip() {
  if (!meeting.value?.sound || meeting.value.phase === "ended") return null;
  const Strip = loaded.value?.Strip;
  if (Strip) return <Strip />;
  return (
    <button type="button" class="btn btn--s btn--wide voice" aria-haspopup="dialog" onClick={() => void openSound()}>
      <Icon name="ear" />
      {t("room.voice")}
    </button>
  );
}

export function SoundSheet() {
  const Sheet = loaded.value?.SoundSheet;
  return Sheet ? <Sheet /> : null;
}
