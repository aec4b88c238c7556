// The two live regions of the room. What is told and when is decided in `announce.ts` and
// `patience.ts`; this finds the words and puts them where a screen reader hears them.
import { effect, signal, untracked } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { lang, t } from "../words";
import { announcements, isStillTrue, type Announcement, type Moment } from "./announce";
import { Patience } from "./patience";
import { facilitating, link, meeting, nameOf, sounding, you } from "./store";
import { softTone } from "./tone";

interface Told {
  n: number;
  text: string;
}

/** How long words stay where they can be found again: what was true then must not be read later. */
const LINGER_MS = 10_000;

const polite = signal<readonly Told[]>([]);
const urgent = signal<readonly Told[]>([]);
let count = 0;

export function Announcer() {
  useEffect(() => listen(), []);
  return <LiveRegions />;
}

/** Once on the page, and once in every open sheet: while one is open, the rest is not heard. */
export function LiveRegions() {
  return (
    <>
      <Region how="polite" told={polite.value} />
      <Region how="assertive" told={urgent.value} />
    </>
  );
}

/** Every announcement is an element of its own, so that the same words twice are heard twice. */
function Region({ how, told }: { how: "polite" | "assertive"; told: readonly Told[] }) {
  return (
    <div class="vh" aria-live={how} aria-atomic="false" aria-relevant="additions" data-live={how}>
      {told.map((one) => (
        <p key={one.n}>{one.text}</p>
      ))}
    </div>
  );
}

function present(): Moment {
  return { meeting: meeting.value, you: you.value, facilitating: facilitating.value, link: link.value, sounding: sounding.value };
}

/** Compare every moment with the one before; returns what stops it. */
function listen(): () => void {
  const patience = new Patience(
    (together) => put(polite, inWords(together)),
    (one) => untracked(() => isStillTrue(one, present())),
  );
  let before: Moment | null = null;
  const stop = effect(() => {
    const now = present();
    const old = before;
    before = now;
    if (old) untracked(() => tell(announcements(old, now), patience));
  });
  return () => {
    stop();
    patience.stop();
    polite.value = urgent.value = [];
  };
}

function tell(all: readonly Announcement[], patience: Patience): void {
  for (const one of all) {
    if (one.how === "urgent") put(urgent, inWords([one]));
    if (one.kind === "turn") softTone();
  }
  patience.add(all.filter((one) => one.how === "polite"));
}

function inWords([first, ...others]: readonly Announcement[]): string {
  if (!first) return "";
  const names = [first, ...others].map((one) => nameOf(one.who));
  const name = others.length > 0 ? listed(names) : (names[0] ?? "");
  return t(others.length > 0 ? `${first.key}.many` : first.key, { name, n: first.n ?? 0 });
}

/** Dear to make, and seldom needed: people who came back in the same moment. */
function listed(names: readonly string[]): string {
  return new Intl.ListFormat(lang.value, { type: "conjunction" }).format(names);
}

function put(region: typeof polite, text: string): void {
  const one: Told = { n: ++count, text };
  region.value = [...region.value, one];
  setTimeout(() => (region.value = region.value.filter((old) => old !== one)), LINGER_MS);
}
