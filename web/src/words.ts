// The words of one language, for the room and the scripts of the pages.
// Declines to hold any sentence itself, and to guess: a key without words shows as the key.
import { signal } from "@preact/signals";

/** One of `LANGUAGES`: a file in the catalogues' folder is all that another one takes. */
export type Lang = string;
export type Params = Readonly<Record<string, string | number>>;
export type Catalogue = Readonly<Record<string, string>>;

export const lang = signal<Lang>("id");
const catalogue = signal<Catalogue>({});

/** Every language that there is a catalogue of, and how it calls itself. Written in by the build. */
declare const CATALOGUES: Readonly<Record<Lang, string>>;
export const LANGUAGES = CATALOGUES;

/** By the catalogue's path, as the bundler finds them: seen from whoever asked for them. */
export type Loaders = Readonly<Record<string, () => Promise<unknown>>>;
/** Words that everybody needs, then those of parts that were loaded later. */
const parts: Loaders[] = [import.meta.glob("../locales/*.json")];

async function load(part: Loaders, wanted: Lang): Promise<Catalogue> {
  const path = Object.keys(part).find((one) => one.endsWith(`/${wanted}.json`));
  const loaded = (await part[path ?? ""]?.()) as { default: Catalogue } | undefined;
  return loaded?.default ?? {};
}

/** `value` as a language we have; Indonesian where it is none. */
export function asLang(value: string | null | undefined): Lang {
  return value && value in LANGUAGES ? value : "id";
}

/** Load a language and show it: everything that read `t` renders again, in place. */
export async function words(wanted: Lang): Promise<void> {
  setWords(wanted, Object.assign({}, ...(await Promise.all(parts.map((part) => load(part, wanted))))) as Catalogue);
}

/** Words of a part of the room that loads later: here now, and in every language chosen from now on. */
export async function addWords(part: Loaders): Promise<void> {
  const shown = lang.value;
  const loaded = await load(part, shown);
  if (!parts.includes(part)) parts.push(part);
  // Somebody may have changed the language meanwhile.
  if (lang.value === shown) setWords(shown, { ...catalogue.value, ...loaded });
  else await words(lang.value);
}

/** Put words in place at once (also for tests). */
export function setWords(wanted: Lang, loaded: Catalogue): void {
  catalogue.value = loaded;
  lang.value = wanted;
}

/** The words of a key; `{name}` is filled in, and `key_one` is taken where `n` is 1. */
export function t(key: string, params?: Params): string {
  const all = catalogue.value;
  const one = params?.n === 1 ? all[`${key}_one`] : undefined;
  const text = one ?? all[key] ?? key;
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : String(value);
  });
}
