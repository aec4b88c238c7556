// Where the notebook lies on this device: ciphertext and what it takes to try a
// passphrase or a passkey. Declines to know a key, and to send anything anywhere.

type Bytes = Uint8Array<ArrayBuffer>;

/** The notebook's key, wrapped under one made from the passphrase. */
export interface ByPassphrase {
  salt: Bytes;
  rounds: number;
  iv: Bytes;
  key: Bytes;
}

/** The same key, wrapped under one that the device's passkey `id` gives for that salt. */
export interface ByPasskey {
  id: Bytes;
  salt: Bytes;
  iv: Bytes;
  key: Bytes;
}

/** Each way opens by itself. There is always one at least. */
export interface Locked {
  passphrase?: ByPassphrase;
  passkey?: ByPasskey;
}

export interface Sealed {
  id: string;
  iv: Bytes;
  data: Bytes;
}

export interface Shelf {
  lock(): Promise<Locked | null>;
  putLock(lock: Locked): Promise<void>;
  pages(): Promise<Sealed[]>;
  put(page: Sealed): Promise<void>;
  remove(id: string): Promise<void>;
  erase(): Promise<void>;
}

const NAME = "lingkar-catatan";

/** On this browser's own disk. Opened anew each time, so that erasing never waits for anybody. */
export function onThisDevice(): Shelf {
  return {
    lock: async () => today((await ask("lock", "readonly", (s) => s.get("lock"))) as Locked | undefined),
    putLock: async (lock) => void (await ask("lock", "readwrite", (s) => s.put(lock, "lock"))),
    pages: async () => (await ask("pages", "readonly", (s) => s.getAll())) as Sealed[],
    put: async (page) => void (await ask("pages", "readwrite", (s) => s.put(page, page.id))),
    remove: async (id) => void (await ask("pages", "readwrite", (s) => s.delete(id))),
    erase: () => new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(NAME);
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    }),
  };
}

/** A lock from before passkeys was the passphrase's alone. It lies as it was until a way is added. */
export function today(lying: Locked | ByPassphrase | undefined): Locked | null {
  if (!lying) return null;
  return "rounds" in lying ? { passphrase: lying } : lying;
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("lock");
      request.result.createObjectStore("pages");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function ask(
  store: string,
  mode: IDBTransactionMode,
  what: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const db = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const doing = db.transaction(store, mode);
      const request = what(doing.objectStore(store));
      // Written means written: not before the whole transaction is through.
      doing.oncomplete = () => resolve(request.result);
      doing.onabort = doing.onerror = () => reject(doing.error);
    });
  } finally {
    db.close();
  }
}
