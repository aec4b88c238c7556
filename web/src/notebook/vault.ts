// The notebook's lock: a key that only the passphrase or the device's passkey opens, and pages
// sealed under it. Declines to keep either, to open anything without, and to give up its last way in.
import { fromPasskey, random, stretched, unwrapped, wrapped } from "./keys";
import type { ByPasskey, ByPassphrase, Locked, Sealed, Shelf } from "./shelf";

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
export class WrongPasskey extends Error {}
export class NotANotebook extends Error {}
/** Nothing else would open it. */
export class LastWay extends Error {}

type Bytes = Uint8Array<ArrayBuffer>;

export async function isOn(shelf: Shelf): Promise<boolean> {
  return (await shelf.lock()) !== null;
}

/** A passkey of this device, and what it gives for its salt and nothing else. */
export interface Made {
  id: Bytes;
  salt: Bytes;
  secret: Bytes;
}

/** Begin a notebook on this device, with a passphrase, a passkey or both. */
export async function begin(
  shelf: Shelf,
  passphrase: string | null,
  rounds = ROUNDS,
  passkey: Made | null = null,
): Promise<Vault> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const lock: Locked = {
    ...(passphrase !== null && { passphrase: await byPassphrase(key, passphrase, rounds) }),
    ...(passkey && { passkey: await byPasskey(key, passkey) }),
  };
  if (!lock.passphrase && !lock.passkey) throw new LastWay();
  await shelf.putLock(lock);
  return new Vault(shelf, key, lock);
}

/** Throws `WrongPassphrase`. */
export async function unlock(shelf: Shelf, passphrase: string): Promise<Vault> {
  const lock = await shelf.lock();
  if (!lock?.passphrase) throw new NotANotebook();
  return new Vault(shelf, await keyOf(lock.passphrase, passphrase), lock);
}

/** Open with what the passkey gives. Throws `WrongPasskey`. */
export async function unlockWith(shelf: Shelf, secret: Bytes): Promise<Vault> {
  const lock = await shelf.lock();
  if (!lock?.passkey) throw new NotANotebook();
  const key = await unwrapped(lock.passkey, await fromPasskey(secret, lock.passkey.salt));
  if (!key) throw new WrongPasskey();
  return new Vault(shelf, key, lock);
}

/** An open notebook. */
export class Vault {
  constructor(
    private readonly shelf: Shelf,
    private readonly key: CryptoKey,
    private lock: Locked,
  ) {}

  get ways(): Locked {
    return this.lock;
  }

  async addPassphrase(passphrase: string, rounds = ROUNDS): Promise<void> {
    const way = await byPassphrase(this.key, passphrase, rounds);
    await this.change((lock) => ({ ...lock, passphrase: way }));
  }

  async addPasskey(made: Made): Promise<void> {
    const way = await byPasskey(this.key, made);
    await this.change((lock) => ({ ...lock, passkey: way }));
  }

  /** Throws `LastWay` where nothing else opens it. */
  async removePasskey(): Promise<void> {
    await this.change(({ passkey: _, ...others }) => {
      if (!others.passphrase) throw new LastWay();
      return others;
    });
  }

  private async change(how: (lock: Locked) => Locked): Promise<void> {
    const lying = await this.shelf.lock();
    // Begun anew in another tab: a way to this key would open none of those pages.
    if (!lying || !shared(lying, this.lock)) throw new NotANotebook();
    const changed = how(lying);
    await this.shelf.putLock(changed);
    this.lock = changed;
  }

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

/** The whole notebook as a file that only the passphrase opens: no passkey comes along. */
export async function sealedCopy(shelf: Shelf): Promise<string> {
  const way = (await shelf.lock())?.passphrase;
  if (!way) throw new NotANotebook();
  const pages = (await shelf.pages()).map((page) => ({ ...page, iv: text64(page.iv), data: text64(page.data) }));
  const shut = { ...way, salt: text64(way.salt), iv: text64(way.iv), key: text64(way.key) };
  return JSON.stringify({ lingkar: "notebook", version: 1, lock: shut, pages });
}

/** Take the pages of a sealed copy into an open notebook. Throws `WrongPassphrase`, `NotANotebook`. */
export async function takeIn(into: Vault, copy: string, passphrase: string): Promise<number> {
  const { lock, pages } = parsed(copy);
  const other = new Vault(memory(pages), await keyOf(lock, passphrase), { passphrase: lock });
  const found = await other.pages();
  for (const page of found) await into.write(page);
  return found.length;
}

function parsed(copy: string): { lock: ByPassphrase; pages: Sealed[] } {
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

// --- Ways in ---

async function byPassphrase(key: CryptoKey, passphrase: string, rounds: number): Promise<ByPassphrase> {
  const salt = random(16);
  return { salt, rounds, ...(await wrapped(key, await stretched(passphrase, salt, rounds))) };
}

async function byPasskey(key: CryptoKey, { id, salt, secret }: Made): Promise<ByPasskey> {
  return { id, salt, ...(await wrapped(key, await fromPasskey(secret, salt))) };
}

async function keyOf(way: ByPassphrase, passphrase: string): Promise<CryptoKey> {
  const key = await unwrapped(way, await stretched(passphrase, way.salt, way.rounds));
  if (!key) throw new WrongPassphrase();
  return key;
}

/** Whether two locks have a way in common. */
function shared(one: Locked, other: Locked): boolean {
  return (["passphrase", "passkey"] as const).some((way) => {
    const [a, b] = [one[way]?.key, other[way]?.key];
    return a !== undefined && b !== undefined && text64(a) === text64(b);
  });
}

function text64(bytes: Bytes): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function bytes64(text: string | number | undefined): Bytes {
  return Uint8Array.from(atob(String(text)), (char) => char.charCodeAt(0));
}
