// The sound of a circle, as the room loads it when somebody asks for it: its words, its strip and
// its sheet. Declines to begin anything: a press in the sheet does.
import "../styles/sound.css";
import { addWords } from "../words";
import { SoundSheet } from "./SoundSheet";
import { guard } from "./speaking";
import { Strip } from "./Strip";

/** One object for good: it comes with every language that is chosen from now on. */
const OWN_WORDS = import.meta.glob("../../locales/*.json", { query: "?sound" });
let guarded = false;

/** Everything that is shown of the sound, with its words. */
export async function ready(): Promise<{ Strip: typeof Strip; SoundSheet: typeof SoundSheet }> {
  await addWords(OWN_WORDS);
  if (!guarded) guard();
  guarded = true;
  return { Strip, SoundSheet };
}
