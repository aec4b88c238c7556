// The notebook, from off to open: one question at a time. It shuts by itself after five quiet
// minutes. Declines to know where pages lie (`shelf`) and how they are sealed (`vault`).
import { useEffect, useState } from "preact/hooks";
import { t } from "../words";
import { Begin } from "./Begin";
import { Open } from "./Open";
import { Shut } from "./Shut";
import { forget, possible } from "./passkey";
import type { Locked, Shelf } from "./shelf";
import type { Vault } from "./vault";

const QUIET_MS = 5 * 60_000;

export function Notebook({ shelf }: { shelf: Shelf }) {
  /** `undefined` until it is known; `null` where the notebook is off. */
  const [lock, setLock] = useState<Locked | null | undefined>();
  const [keyed, setKeyed] = useState(false);
  const [vault, setVault] = useState<Vault | null>(null);
  const [said, setSaid] = useState("");
  const look = async () => {
    setKeyed(await possible());
    setLock(await shelf.lock());
  };
  useEffect(() => {
    look().catch(() => setSaid("notebook.no_place"));
  }, []);
  useShutting(vault !== null, () => {
    setVault(null);
    setSaid("notebook.shut");
  });
  const opened = (found: Vault) => {
    setLock(found.ways);
    setVault(found);
    setSaid("");
  };
  const erased = async () => {
    const key = (await shelf.lock())?.passkey;
    await shelf.erase();
    if (key) await forget(key.id);
    setVault(null);
    setLock(null);
    setSaid("notebook.erased");
  };
  return (
    <>
      <p class="note" role="status" hidden={!said}>
        {said && t(said)}
      </p>
      {lock === null && <Begin shelf={shelf} keyed={keyed} begun={opened} />}
      {lock && !vault && <Shut shelf={shelf} lock={lock} keyed={keyed} opened={opened} erased={erased} />}
      {lock && vault && (
        <Open
          shelf={shelf}
          vault={vault}
          keyed={keyed}
          changed={() => setLock(vault.ways)}
          shut={() => setVault(null)}
          erased={erased}
        />
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
