// The notebook's lock: a key that only the passphrase opens, and pages sealed under it.
// Declines to keep a passphrase, and to open anything without it: what is forgotten stays shut.
import type { Locked, Sealed, Shelf } from "./shelf";

/** As OWASP advises for PBKDF2 with SHA-256. */
export const ROUNDS = 600_000;
export const SHORTEST = 8;

export interface Page {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  text: string;
}

export class WrongPassphrase extends Error {}
export class NotANotebook extends Error {}

type Bytes = Uint8Array<ArrayBuffer>;

export async function isOn(shelf: Shelf): Promise<boolean> {
  return (await shelf.lock()) !== null;
}

/** Begin a notebook on this device. */
export async function begin(shelf: Shelf, passphrase: string, rounds = ROUNDS): Promise<Vault> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  await shelf.putLock(await wrapped(key, passphrase, rounds));
  return new Vault(shelf, key);
}

/** Throws `WrongPassphrase`. */
export async function unlock(shelf: Shelf, passphrase: string): Promise<Vault> {
  const lock = await shelf.lock();
  if (!lock) throw new NotANotebook();
  return new Vault(shelf, await keyOf(lock, passphrase));
}

/** An open notebook. */
export class Vault {
  constructor(
    private readonly shelf: Shelf,
    private readonly key: CryptoKey,
  ) {}

  /** The newest first. A page that cannot be read is left where it is, and out. */
  async pages(): Promise<Page[]> {
    const found = await Promise.all((await this.shelf.pages()).map((sealed) => this.read(sealed)));
    return found.filter((page) => page !== null).sort((a, b) => b.at - a.at);
  }

  async write(page: Page): Promise<void> {
    const iv = random(12);
    const plain = new TextEncoder().encode(JSON.stringify(page));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, plain);
    await this.shelf.put({ id: page.id, iv, data: new Uint8Array(data) });
  }

  async remove(id: string): Promise<void> {
    await this.shelf.remove(id);
  }

  private async read(sealed: Sealed): Promise<Page | null> {
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, this.key, sealed.data);
      return JSON.parse(new TextDecoder().decode(plain)) as Page;
    } catch {
      return null;
    }
  }

  /** As a text that anybody can read. */
  async plainText(date: (at: number) => string): Promise<string> {
    return (await this.pages()).map((page) => `${date(page.at)}\n${page.text}\n`).join("\n");
  }
}

// --- A sealed copy, for another device ---

/** The whole notebook as a file that only the passphrase opens. */
export async function sealedCopy(shelf: Shelf): Promise<string> {
  const lock = await shelf.lock();
  if (!lock) throw new NotANotebook();
  const pages = (await shelf.pages()).map((page) => ({ ...page, iv: text64(page.iv), data: text64(page.data) }));
  const shut = { ...lock, salt: text64(lock.salt), iv: text64(lock.iv), key: text64(lock.key) };
  return JSON.stringify({ lingkar: "notebook", version: 1, lock: shut, pages });
}

/** Take the pages of a sealed copy into an open notebook. Throws `WrongPassphrase`, `NotANotebook`. */
export async function takeIn(into: Vault, copy: string, passphrase: string): Promise<number> {
  const { lock, pages } = parsed(copy);
  const other = new Vault(memory(pages), await keyOf(lock, passphrase));
  const found = await other.pages();
  for (const page of found) await into.write(page);
  return found.length;
}

function parsed(copy: string): { lock: Locked; pages: Sealed[] } {
  try {
    const all = JSON.parse(copy) as { lingkar: string; lock: Record<string, string | number>; pages: Record<string, string>[] };
    if (all.lingkar !== "notebook") throw new NotANotebook();
    const { salt, iv, key, rounds } = all.lock;
    const lock = { salt: bytes64(salt), iv: bytes64(iv), key: bytes64(key), rounds: Math.min(Number(rounds), 5_000_000) };
    const pages = all.pages.map((page) => ({ id: String(page.id), iv: bytes64(page.iv), data: bytes64(page.data) }));
    return { lock, pages };
  } catch {
    throw new NotANotebook();
  }
}

/** A shelf that only lasts as long as somebody looks at it. */
export function memory(pages: Sealed[] = []): Shelf {
  let lock: Locked | null = null;
  const all = new Map(pages.map((page) => [page.id, page]));
  return {
    lock: async () => lock,
    putLock: async (given) => void (lock = given),
    pages: async () => [...all.values()],
    put: async (page) => void all.set(page.id, page),
    remove: async (id) => void all.delete(id),
    erase: async () => {
      lock = null;
      all.clear();
    },
  };
}

// --- Keys ---

async function wrapped(key: CryptoKey, passphrase: string, rounds: number): Promise<Locked> {
  const salt = random(16);
  const iv = random(12);
  const outer = await stretched(passphrase, salt, rounds);
  const raw = await crypto.subtle.exportKey("raw", key);
  const shut = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, outer, raw);
  return { salt, rounds, iv, key: new Uint8Array(shut) };
}

async function keyOf(lock: Locked, passphrase: string): Promise<CryptoKey> {
  const outer = await stretched(passphrase, lock.salt, lock.rounds);
  try {
    const raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv: lock.iv }, outer, lock.key);
    return await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  } catch {
    throw new WrongPassphrase();
  }
}

async function stretched(passphrase: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  // The same letters typed on another keyboard are the same passphrase.
  const typed = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

function random(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

function text64(bytes: Bytes): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function bytes64(text: string | number | undefined): Bytes {
  return Uint8Array.from(atob(String(text)), (char) => char.charCodeAt(0));
}
