// The notebook, from off to open: one question at a time. It shuts by itself after five quiet
// minutes. Declines to know where pages lie (`shelf`) and how they are sealed (`vault`).
import { useEffect, useState } from "preact/hooks";
import { t } from "../words";
import { Open } from "./Open";
import type { Shelf } from "./shelf";
import { SHORTEST, Vault, WrongPassphrase, begin, isOn, unlock } from "./vault";

const QUIET_MS = 5 * 60_000;

export function Notebook({ shelf }: { shelf: Shelf }) {
  const [on, setOn] = useState<boolean | null>(null);
  const [vault, setVault] = useState<Vault | null>(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    isOn(shelf).then(setOn, () => setSaid("notebook.no_place"));
  }, []);
  useShutting(vault !== null, () => {
    setVault(null);
    setSaid("notebook.shut");
  });
  const erased = async () => {
    await shelf.erase();
    setVault(null);
    setOn(false);
    setSaid("notebook.erased");
  };
  return (
    <>
      <p class="note" role="status" hidden={!said}>
        {said && t(said)}
      </p>
      {on === false && (
        <Begin
          shelf={shelf}
          begun={(made) => {
            setOn(true);
            setVault(made);
            setSaid("");
          }}
        />
      )}
      {on && !vault && (
        <Shut
          shelf={shelf}
          opened={(found) => {
            setVault(found);
            setSaid("");
          }}
          erased={erased}
        />
      )}
      {on && vault && (
        <Open shelf={shelf} vault={vault} shut={() => setVault(null)} erased={erased} />
      )}
    </>
  );
}

/** Call `shut` after five minutes in which nobody touched anything. */
function useShutting(open: boolean, shut: () => void): void {
  useEffect(() => {
    if (!open) return;
    let timer = setTimeout(shut, QUIET_MS);
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(shut, QUIET_MS);
    };
    const signs = ["pointerdown", "keydown", "input"] as const;
    for (const sign of signs) addEventListener(sign, again);
    return () => {
      clearTimeout(timer);
      for (const sign of signs) removeEventListener(sign, again);
    };
  }, [open]);
}

function Begin({ shelf, begun }: { shelf: Shelf; begun: (vault: Vault) => void }) {
  const [wrong, setWrong] = useState("");
  const start = async (form: HTMLFormElement) => {
    const typed = new FormData(form);
    const passphrase = String(typed.get("passphrase"));
    if (passphrase.length < SHORTEST) return setWrong("notebook.short");
    if (passphrase !== typed.get("again")) return setWrong("notebook.differ");
    try {
      begun(await begin(shelf, passphrase));
    } catch {
      setWrong("notebook.no_place");
    }
  };
  return (
    <form class="stack" autocomplete="off" onSubmit={(event) => submitted(event, start)}>
      <p>{t("notebook.begin.b")}</p>
      <Secret name="passphrase" label={t("notebook.passphrase")} hint={t("notebook.passphrase.b")} wrong={wrong} fresh />
      <Secret name="again" label={t("notebook.again")} fresh />
      <button class="btn btn--main btn--wide">{t("notebook.begin")}</button>
    </form>
  );
}

interface ShutProps {
  shelf: Shelf;
  opened: (vault: Vault) => void;
  erased: () => Promise<void>;
}

function Shut({ shelf, opened, erased }: ShutProps) {
  const [wrong, setWrong] = useState("");
  const [sure, setSure] = useState(false);
  const open = async (form: HTMLFormElement) => {
    try {
      opened(await unlock(shelf, String(new FormData(form).get("passphrase"))));
    } catch (error) {
      setWrong(error instanceof WrongPassphrase ? "notebook.wrong" : "notebook.no_place");
    }
  };
  return (
    <>
      <form class="stack" autocomplete="off" onSubmit={(event) => submitted(event, open)}>
        <Secret name="passphrase" label={t("notebook.passphrase")} wrong={wrong} />
        <button class="btn btn--main btn--wide">{t("notebook.open")}</button>
      </form>
      <Erase sure={sure} ask={() => setSure(true)} keep={() => setSure(false)} erased={erased} />
    </>
  );
}

interface EraseProps {
  sure: boolean;
  ask: () => void;
  keep: () => void;
  erased: () => Promise<void>;
}

/** Two taps, and what is gone is gone. */
export function Erase({ sure, ask, keep, erased }: EraseProps) {
  if (!sure) {
    return (
      <p class="gap">
        <button type="button" class="btn btn--quiet" onClick={ask}>
          {t("notebook.erase")}
        </button>
      </p>
    );
  }
  return (
    <div class="note gap" role="group" aria-label={t("notebook.erase")}>
      <p>{t("notebook.erase.b")}</p>
      <p class="two-ways">
        <button type="button" class="btn" autofocus onClick={keep}>
          {t("notebook.keep")}
        </button>
        <button type="button" class="btn btn--danger" onClick={() => void erased()}>
          {t("notebook.erase.yes")}
        </button>
      </p>
    </div>
  );
}

interface SecretProps {
  name: string;
  label: string;
  hint?: string;
  wrong?: string;
  fresh?: boolean;
}

function Secret({ name, label, hint, wrong, fresh }: SecretProps) {
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

/** Do it once at a time: stretching a passphrase takes a slow phone a second or two. */
export function submitted(event: Event, work: (form: HTMLFormElement) => Promise<void>): void {
  event.preventDefault();
  const form = event.currentTarget;
  if (!(form instanceof HTMLFormElement) || form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  void work(form).finally(() => form.removeAttribute("aria-busy"));
}
