// The ways into an open notebook: add a passphrase, add or remove the device's passkey.
// Declines to remove a way before another has just opened it.
import { useState } from "preact/hooks";
import { t } from "../words";
import { amiss, withKey } from "./Begin";
import { Fresh, Secret, submitted, useOnce } from "./parts";
import { forget } from "./passkey";
import type { Shelf } from "./shelf";
import { type Vault, WrongPassphrase, unlock } from "./vault";

interface Props {
  shelf: Shelf;
  vault: Vault;
  keyed: boolean;
  /** Called when there is a way more or less. */
  changed: () => void;
}

export function Ways(props: Props) {
  const { passphrase, passkey } = props.vault.ways;
  const [told, setTold] = useState("");
  // Nothing to choose here: the passphrase is the only way that there can be.
  if (!passkey && !props.keyed && !told) return null;
  const tell = (words: string) => {
    setTold(words);
    props.changed();
  };
  return (
    <details class="gap">
      <summary>{t("notebook.ways")}</summary>
      {passkey && !passphrase && <AddPassphrase {...props} tell={tell} />}
      {passkey && passphrase && <RemovePasskey {...props} tell={tell} />}
      {!passkey && props.keyed && <AddPasskey {...props} tell={tell} />}
      <p class="small" role="status">
        {told && t(told)}
      </p>
    </details>
  );
}

type Telling = Props & { tell: (words: string) => void };

function AddPassphrase({ vault, tell }: Telling) {
  const [wrong, setWrong] = useState("");
  const add = async (form: HTMLFormElement) => {
    const typed = new FormData(form);
    const found = amiss(typed);
    setWrong(found);
    if (found) return;
    try {
      await vault.addPassphrase(String(typed.get("passphrase")));
      tell("notebook.pass.added");
    } catch {
      setWrong("notebook.no_place");
    }
  };
  return (
    <form class="stack" autocomplete="off" onSubmit={(event) => submitted(event, add)}>
      <p>{t("notebook.key.warn")}</p>
      <Fresh wrong={wrong} />
      <button class="btn">{t("notebook.pass.add")}</button>
    </form>
  );
}

function AddPasskey({ vault, tell }: Telling) {
  const [busy, once] = useOnce();
  const add = async () => {
    tell("passkey.wait");
    tell((await withKey((made) => vault.addPasskey(made))) || "notebook.key.added");
  };
  return (
    <>
      <p class="small muted">{t("passkey.b")}</p>
      <p>
        <button type="button" class="btn" aria-busy={busy} onClick={() => once(add)}>
          {t("notebook.key.add")}
        </button>
      </p>
    </>
  );
}

function RemovePasskey({ shelf, vault, tell }: Telling) {
  const [wrong, setWrong] = useState("");
  const remove = async (form: HTMLFormElement) => {
    const gone = vault.ways.passkey;
    try {
      await unlock(shelf, String(new FormData(form).get("passphrase")));
      await vault.removePasskey();
      if (gone) await forget(gone.id);
      tell("notebook.key.removed");
    } catch (error) {
      setWrong(error instanceof WrongPassphrase ? "notebook.wrong" : "notebook.no_place");
    }
  };
  return (
    <form class="stack" autocomplete="off" onSubmit={(event) => submitted(event, remove)}>
      <p>{t("notebook.ways.both")}</p>
      <Secret name="passphrase" label={t("notebook.passphrase")} hint={t("notebook.key.remove.b")} wrong={wrong} />
      <button class="btn">{t("notebook.key.remove")}</button>
    </form>
  );
}
