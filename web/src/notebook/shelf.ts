// Where the notebook lies on this device: ciphertext and what it takes to try a passphrase.
// Declines to know a key, and to send anything anywhere.

export interface Locked {
  /** The notebook's key, wrapped under a key made from the passphrase. */
  salt: Uint8Array<ArrayBuffer>;
  rounds: number;
  iv: Uint8Array<ArrayBuffer>;
  key: Uint8Array<ArrayBuffer>;
}

export interface Sealed {
  id: string;
  iv: Uint8Array<ArrayBuffer>;
  data: Uint8Array<ArrayBuffer>;
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
    lock: async () => ((await ask("lock", "readonly", (s) => s.get("lock"))) as Locked | undefined) ?? null,
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
