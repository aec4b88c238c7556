// The shut notebook: by each way that it has, and erasing for whoever has lost them all.
// Declines to say more than that it did not open.
import { useState } from "preact/hooks";
import { t } from "../words";
import { Erase, Secret, submitted, useOnce } from "./parts";
import { secretOf } from "./passkey";
import type { Locked, Shelf } from "./shelf";
import { type Vault, WrongPassphrase, unlock, unlockWith } from "./vault";

interface Props {
  shelf: Shelf;
  lock: Locked;
  keyed: boolean;
  opened: (vault: Vault) => void;
  erased: () => Promise<void>;
}

export function Shut({ shelf, lock, keyed, opened, erased }: Props) {
  const [wrong, setWrong] = useState("");
  const open = async (form: HTMLFormElement) => {
    try {
      opened(await unlock(shelf, String(new FormData(form).get("passphrase"))));
    } catch (error) {
      setWrong(error instanceof WrongPassphrase ? "notebook.wrong" : "notebook.no_place");
    }
  };
  return (
    <>
      {lock.passkey && keyed && <ByKey shelf={shelf} lock={lock} opened={opened} />}
      {lock.passkey && !keyed && !lock.passphrase && <p class="note">{t("notebook.key.later")}</p>}
      {lock.passphrase && (
        <form class="stack" autocomplete="off" onSubmit={(event) => submitted(event, open)}>
          <Secret name="passphrase" label={t("notebook.passphrase")} wrong={wrong} />
          <button class={`btn btn--wide${lock.passkey && keyed ? "" : " btn--main"}`}>{t("notebook.open")}</button>
        </form>
      )}
      <Erase erased={erased} />
    </>
  );
}

function ByKey({ shelf, lock, opened }: Pick<Props, "shelf" | "lock" | "opened">) {
  const [told, setTold] = useState("");
  const [busy, once] = useOnce();
  const open = async () => {
    setTold("passkey.wait");
    try {
      if (lock.passkey) opened(await unlockWith(shelf, await secretOf(lock.passkey)));
    } catch {
      // A browser does not tell a lost key from a finger taken away.
      setTold(lock.passphrase ? "notebook.key.cancelled" : "notebook.key.unopened");
    }
  };
  return (
    <div class="gap">
      <p>
        <button type="button" class="btn btn--main btn--wide" aria-busy={busy} onClick={() => once(open)}>
          {t("notebook.key.open")}
        </button>
      </p>
      <p class="small" role="status">
        {told && t(told)}
      </p>
    </div>
  );
}
