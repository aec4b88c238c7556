// What the notebook's screens have in common: a field for a secret, erasing, one thing at a time.
// Declines to keep what is typed.
import { useState } from "preact/hooks";
import { t } from "../words";

interface SecretProps {
  name: string;
  label: string;
  hint?: string;
  wrong?: string;
  fresh?: boolean;
}

export function Secret({ name, label, hint, wrong, fresh }: SecretProps) {
  return (
    <div class="field">
      <label for={`nb-${name}`}>{label}</label>
      {hint && (
        <p id={`nb-${name}-b`} class="small muted">
          {hint}
        </p>
      )}
      <input
        id={`nb-${name}`}
        name={name}
        type="password"
        required
        autocomplete={fresh ? "new-password" : "current-password"}
        aria-invalid={wrong ? "true" : undefined}
        aria-describedby={`nb-${name}-b nb-${name}-w`}
      />
      <p id={`nb-${name}-w`} class="small wrong" role="alert">
        {wrong && t(wrong)}
      </p>
    </div>
  );
}

/** A new passphrase, twice. */
export function Fresh({ wrong }: { wrong: string }) {
  return (
    <>
      <Secret name="passphrase" label={t("notebook.passphrase")} hint={t("notebook.passphrase.b")} wrong={wrong} fresh />
      <Secret name="again" label={t("notebook.again")} fresh />
    </>
  );
}

/** Two taps, and what is gone is gone. */
export function Erase({ erased }: { erased: () => Promise<void> }) {
  const [sure, setSure] = useState(false);
  if (!sure) {
    return (
      <p class="gap">
        <button type="button" class="btn btn--quiet" onClick={() => setSure(true)}>
          {t("notebook.erase")}
        </button>
      </p>
    );
  }
  return (
    <div class="note gap" role="group" aria-label={t("notebook.erase")}>
      <p>{t("notebook.erase.b")}</p>
      <p class="two-ways">
        <button type="button" class="btn" autofocus onClick={() => setSure(false)}>
          {t("notebook.keep")}
        </button>
        <button type="button" class="btn btn--danger" onClick={() => void erased()}>
          {t("notebook.erase.yes")}
        </button>
      </p>
    </div>
  );
}

/** Do it once at a time: stretching a passphrase takes a slow phone a second or two. */
export function submitted(event: Event, work: (form: HTMLFormElement) => Promise<void>): void {
  event.preventDefault();
  const form = event.currentTarget;
  if (!(form instanceof HTMLFormElement) || form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  void work(form).finally(() => form.removeAttribute("aria-busy"));
}

/** The same for a button: while the device asks for a finger, a second press does nothing. */
export function useOnce(): [boolean, (work: () => Promise<void>) => void] {
  const [busy, setBusy] = useState(false);
  const once = (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    void work().finally(() => setBusy(false));
  };
  return [busy, once];
}
