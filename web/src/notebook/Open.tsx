// The open notebook: write, change, take out, carry away. Declines to send anything: a copy is a
// file that the person saves by themselves.
import { useEffect, useState } from "preact/hooks";
import { t } from "../words";
import { Ways } from "./Ways";
import { Erase, submitted } from "./parts";
import type { Shelf } from "./shelf";
import { type Page, Vault, WrongPassphrase, sealedCopy, takeIn } from "./vault";

interface Props {
  shelf: Shelf;
  vault: Vault;
  keyed: boolean;
  changed: () => void;
  shut: () => void;
  erased: () => Promise<void>;
}

export function Open({ shelf, vault, keyed, changed, shut, erased }: Props) {
  const [pages, setPages] = useState<Page[] | null>(null);
  const [editing, setEditing] = useState<Page | null>(null);
  const again = async () => setPages(await vault.pages());
  useEffect(() => void again(), []);
  const write = async (text: string) => {
    const page = editing ?? { id: crypto.randomUUID(), at: Date.now(), text: "" };
    if (text.trim()) await vault.write({ ...page, text });
    setEditing(null);
    await again();
  };
  return (
    <>
      <Writing key={editing?.id ?? "new"} page={editing} write={write} leave={() => setEditing(null)} />
      <ul class="leaves" aria-label={t("notebook.pages")}>
        {pages?.map((page) => (
          <Leaf
            key={page.id}
            page={page}
            edit={() => setEditing(page)}
            remove={async () => {
              await vault.remove(page.id);
              await again();
            }}
          />
        ))}
      </ul>
      {pages?.length === 0 && <p class="muted">{t("notebook.empty")}</p>}
      <p class="gap">
        <button type="button" class="btn btn--wide" onClick={shut}>
          {t("notebook.close")}
        </button>
      </p>
      <Ways shelf={shelf} vault={vault} keyed={keyed} changed={changed} />
      <Carrying shelf={shelf} vault={vault} taken={again} erased={erased} />
    </>
  );
}

interface WritingProps {
  page: Page | null;
  write: (text: string) => Promise<void>;
  leave: () => void;
}

function Writing({ page, write, leave }: WritingProps) {
  const [wrong, setWrong] = useState(false);
  const save = async (form: HTMLFormElement) => {
    try {
      await write(String(new FormData(form).get("text")));
      form.reset();
      setWrong(false);
    } catch {
      // What was typed stays in its field.
      setWrong(true);
    }
  };
  return (
    <form class="stack" autocomplete="off" onSubmit={(event) => submitted(event, save)}>
      <div class="field">
        <label for="nb-text">{t(page ? "notebook.change" : "notebook.write")}</label>
        <textarea id="nb-text" name="text" rows={6} autocomplete="off" spellcheck={false} defaultValue={page?.text} />
        <p class="small wrong" role="alert">
          {wrong && t("notebook.no_place")}
        </p>
      </div>
      <p class="two-ways">
        <button class="btn btn--main">{t("notebook.save")}</button>
        {page && (
          <button type="button" class="btn" onClick={leave}>
            {t("notebook.leave")}
          </button>
        )}
      </p>
    </form>
  );
}

function Leaf({ page, edit, remove }: { page: Page; edit: () => void; remove: () => Promise<void> }) {
  const [sure, setSure] = useState(false);
  const day = dated(page.at);
  return (
    <li class="card">
      <h2 class="small muted">
        <time dateTime={new Date(page.at).toISOString()}>{day}</time>
      </h2>
      <p class="leaf">{page.text}</p>
      <p class="two-ways">
        <button type="button" class="btn btn--s" aria-label={`${t("notebook.change")}: ${day}`} onClick={edit}>
          {t("notebook.change")}
        </button>
        <button
          type="button"
          class={`btn btn--s${sure ? " btn--danger" : ""}`}
          aria-label={`${t(sure ? "notebook.take_out.yes" : "notebook.take_out")}: ${day}`}
          onClick={() => (sure ? void remove() : setSure(true))}
        >
          {t(sure ? "notebook.take_out.yes" : "notebook.take_out")}
        </button>
      </p>
    </li>
  );
}

interface CarryingProps {
  shelf: Shelf;
  vault: Vault;
  taken: () => Promise<void>;
  erased: () => Promise<void>;
}

function Carrying({ shelf, vault, taken, erased }: CarryingProps) {
  const [told, setTold] = useState("");
  // The passkey stays on this device, and a copy that only it opens would open nowhere else.
  const portable = vault.ways.passphrase !== undefined;
  const take = async (form: HTMLFormElement) => {
    const typed = new FormData(form);
    const file = typed.get("copy");
    try {
      const copy = file instanceof File ? await file.text() : "";
      const n = await takeIn(vault, copy, String(typed.get("passphrase")));
      setTold(t("notebook.taken", { n }));
      form.reset();
      await taken();
    } catch (error) {
      setTold(t(error instanceof WrongPassphrase ? "notebook.wrong" : "notebook.no_copy"));
    }
  };
  return (
    <details class="gap">
      <summary>{t("notebook.more")}</summary>
      <p>{t(portable ? "notebook.sealed.b" : "notebook.sealed.first")}</p>
      <p class="two-ways">
        {portable && (
          <button type="button" class="btn" onClick={async () => save("catatan-lingkar.json", await sealedCopy(shelf))}>
            {t("notebook.sealed")}
          </button>
        )}
        <button type="button" class="btn" onClick={async () => save("catatan.txt", await vault.plainText(dated))}>
          {t("notebook.plain")}
        </button>
      </p>
      <p class="small muted">{t("notebook.plain.b")}</p>
      <form class="stack" autocomplete="off" onSubmit={(event) => submitted(event, take)}>
        <div class="field">
          <label for="nb-copy">{t("notebook.take_in")}</label>
          <input id="nb-copy" name="copy" type="file" accept="application/json,.json" required />
        </div>
        <div class="field">
          <label for="nb-copy-pass">{t("notebook.take_in.pass")}</label>
          <input id="nb-copy-pass" name="passphrase" type="password" autocomplete="off" required />
        </div>
        <button class="btn">{t("notebook.take_in.yes")}</button>
        <p class="small" role="status">
          {told}
        </p>
      </form>
      <Erase erased={erased} />
    </details>
  );
}

function dated(at: number): string {
  const words = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
  return new Date(at).toLocaleDateString(t("lang.locale"), words);
}

/** Let the browser save a file. It never leaves the device by our doing. */
function save(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
