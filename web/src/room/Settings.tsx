// The menu of the room: language, light, text size, tones, keys, help, leaving. Of this device alone.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { LANGUAGES, lang, t, words, type Lang } from "../words";
import { KEYS } from "./keys";
import { letterKeys, setCookie, setTheme, textSize, theme, tones, touch } from "./settings";
import type { TextSize, Theme } from "./settings";
import { LineButton } from "./Quietly";
import { Sheet } from "./Sheet";
import { closeSheet, isOpen, sheet } from "./sheets";
import { Sure } from "./Sure";
import { link, meeting, send, toast, you } from "./store";
import { canTouch } from "./tone";
import { isCalm, walkAgain } from "./walking";

/** Change the language in place: nothing reloads, no place is lost. */
async function switchTo(wanted: Lang): Promise<void> {
  try {
    await words(wanted);
  } catch {
    toast(t("room.notdone"), () => void switchTo(wanted));
    return;
  }
  setCookie("lang", wanted);
  document.documentElement.lang = wanted;
}

/** The sheet goes first: the walk is about what is under it. */
function showAround(): void {
  closeSheet();
  if (you.value) walkAgain(you.value);
}

export function SettingsSheet() {
  return (
    <Sheet title={t("set.h")} open={isOpen("settings")} onClose={closeSheet}>
      <Settings />
    </Sheet>
  );
}

function Settings() {
  const me = you.value;
  return (
    <div class="settings">
      {me?.successor && <p class="note">{t("you.successor")}</p>}
      {me && me.role !== "facilitator" && (
        <LineButton thread={{ line: "facilitators", of: me.member_id }} words={t("line.open")} wide />
      )}
      <Way onClick={() => (sheet.value = { name: "help" })}>{t("lines.h")}</Way>
      <Way onClick={() => (sheet.value = { name: "report", memberId: null })}>{t("report.h1")}</Way>
      {me && isCalm(meeting.value, me, link.value, null) && <Way onClick={showAround}>{t("set.walk")}</Way>}
      <Choice label={t("set.lang")} value={lang.value} pick={(v) => void switchTo(v)} options={LANGS} tongue />
      <Choice label={t("set.theme")} value={theme.value} pick={setTheme} options={themes()} />
      <Choice label={t("set.text")} value={textSize.value} pick={(v) => (textSize.value = v)} options={sizes()} />
      <Switch label={t("set.tones")} help={t("set.tones.b")} on={tones} />
      {canTouch() && <Switch label={t("set.touch")} help={t("set.touch.b")} on={touch} />}
      <Switch label={t("set.keys")} help={t("set.keys.b")} on={letterKeys} />
      {letterKeys.value && <KeyList />}
      <Ways />
    </div>
  );
}

type Option<T> = readonly [value: T, label: string];
const LANGS: readonly Option<Lang>[] = Object.entries(LANGUAGES);
const themes = (): Option<Theme>[] => [
  ["auto", t("set.theme.auto")],
  ["light", t("set.theme.light")],
  ["dark", t("set.theme.dark")],
];
const sizes = (): Option<TextSize>[] => [
  ["normal", t("set.text.normal")],
  ["large", t("set.text.large")],
  ["larger", t("set.text.larger")],
];

function Choice<T extends string>({ label, value, options, pick, tongue = false }: {
  label: string;
  value: T;
  options: readonly Option<T>[];
  pick: (value: T) => void;
  /** The options are languages, each named by itself. */
  tongue?: boolean;
}) {
  return (
    <div class="choice" role="group" aria-label={label}>
      <p class="choice__label" aria-hidden="true">
        {label}
      </p>
      <div class="chips">
        {options.map(([one, words]) => (
          <button type="button" class="chip" key={one} lang={tongue ? one : undefined} aria-pressed={one === value} onClick={() => pick(one)}>
            {words}
          </button>
        ))}
      </div>
    </div>
  );
}

function Switch({ label, help, on }: { label: string; help: string; on: Signal<boolean> }) {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={on.value} onChange={() => (on.value = !on.value)} />
      <span>
        <b>{label}</b>
        <span class="small muted">{help}</span>
      </span>
    </label>
  );
}

function KeyList() {
  return (
    <dl class="keys">
      {KEYS.map((one) => (
        <div key={one.key}>
          <dt>
            <kbd>{one.show}</kbd>
          </dt>
          <dd>{t(one.words)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Way({ children, onClick }: { children: ComponentChildren; onClick: () => void }) {
  return (
    <button type="button" class="btn btn--wide" onClick={onClick}>
      {children}
    </button>
  );
}

function Ways() {
  const me = you.value;
  const leave = () => {
    closeSheet();
    void send({ type: "leave" });
  };
  const observe = () => {
    closeSheet();
    void send({ type: "become_observer" });
  };
  return (
    <div class="ways">
      {me?.role === "member" && meeting.value?.phase !== "ended" && (
        <Sure words={t("set.observe")} asks={t("sure.observe")} yes={t("sure.observe.yes")} run={observe} />
      )}
      <Sure
        words={t("out.leave")}
        asks={t("sure.leave")}
        yes={t("sure.leave.yes")}
        run={leave}
        look="btn--quiet btn--wide"
      />
    </div>
  );
}
