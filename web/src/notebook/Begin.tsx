// Turning the notebook on: a passphrase, the device's passkey, or both. Declines to go on with a
// passkey alone before it was said what that means, and to lose what was typed.
import { useState } from "preact/hooks";
import { t } from "../words";
import { Fresh, submitted, useOnce } from "./parts";
import { Cannot, forget, make } from "./passkey";
import type { Shelf } from "./shelf";
import { type Made, SHORTEST, type Vault, begin } from "./vault";

interface Props {
  shelf: Shelf;
  /** Whether this browser might lock with a passkey. */
  keyed: boolean;
  begun: (vault: Vault) => void;
}

/** What is wrong with a passphrase typed twice, or nothing. */
export function amiss(typed: FormData): string {
  const passphrase = String(typed.get("passphrase"));
  if (passphrase.length < SHORTEST) return "notebook.short";
  return passphrase === typed.get("again") ? "" : "notebook.differ";
}

/** Let the device make a key and use it; where that fails, no key is left behind. */
export async function withKey(work: (made: Made) => Promise<void>): Promise<string> {
  let made: Made | null = null;
  try {
    made = await make(t("notebook.h1"));
    await work(made);
    return "";
  } catch (error) {
    if (made) {
      await forget(made.id);
      return "notebook.no_place";
    }
    return unmade(error);
  }
}

function unmade(error: unknown): string {
  // `NotSupportedError`: this device makes no such key at all.
  const cannot = error instanceof Cannot || (error instanceof Error && error.name === "NotSupportedError");
  return cannot ? "notebook.key.cannot" : "notebook.key.cancelled";
}

export function Begin({ shelf, keyed, begun }: Props) {
  const [wrong, setWrong] = useState("");
  const [told, setTold] = useState("");
  const [both, setBoth] = useState(false);
  const [possible, setPossible] = useState(keyed);
  const [busy, once] = useOnce();
  const withPasskey = async (passphrase: string | null) => {
    setTold("passkey.wait");
    const failed = await withKey(async (made) => begun(await begin(shelf, passphrase, undefined, made)));
    if (!failed) return;
    setTold(failed);
    setBoth(false);
    if (failed === "notebook.key.cannot") setPossible(false);
  };
  const start = async (form: HTMLFormElement) => {
    const typed = new FormData(form);
    const found = amiss(typed);
    setWrong(found);
    setTold("");
    if (found) return;
    const passphrase = String(typed.get("passphrase"));
    if (both) return withPasskey(passphrase);
    try {
      begun(await begin(shelf, passphrase));
    } catch {
      setWrong("notebook.no_place");
    }
  };
  return (
    <>
      <form class="stack" autocomplete="off" onSubmit={(event) => submitted(event, start)}>
        <p>{t("notebook.begin.b")}</p>
        <Fresh wrong={wrong} />
        {both && <p class="small muted">{t("notebook.key.too")}</p>}
        <button class="btn btn--main btn--wide">{t("notebook.begin")}</button>
      </form>
      <p class="small" role="status">
        {told && t(told)}
      </p>
      {possible && !both && (
        <Keyed
          busy={busy}
          alone={() => once(() => withPasskey(null))}
          both={() => {
            setTold("");
            setBoth(true);
            document.getElementById("nb-passphrase")?.focus();
          }}
        />
      )}
    </>
  );
}

/** The other way: first what it means, then the choice. */
function Keyed({ busy, alone, both }: { busy: boolean; alone: () => void; both: () => void }) {
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <div class="gap">
        <p class="small muted">{t("passkey.b")}</p>
        <p>
          <button type="button" class="btn btn--wide" onClick={() => setAsked(true)}>
            {t("notebook.key.begin")}
          </button>
        </p>
      </div>
    );
  }
  return (
    <div class="note gap" role="group" aria-label={t("notebook.key.begin")} aria-busy={busy}>
      <p>{t("notebook.key.warn")}</p>
      <p class="two-ways">
        <button type="button" class="btn" autofocus onClick={both}>
          {t("notebook.key.both")}
        </button>
        <button type="button" class="btn" onClick={alone}>
          {t("notebook.key.alone")}
        </button>
      </p>
    </div>
  );
}
