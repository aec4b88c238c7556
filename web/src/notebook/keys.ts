// The keys of the notebook: its own one, and those that it is wrapped under.
// Declines to keep any.

type Bytes = Uint8Array<ArrayBuffer>;

export interface Wrapped {
  iv: Bytes;
  key: Bytes;
}

export async function wrapped(key: CryptoKey, outer: CryptoKey): Promise<Wrapped> {
  const iv = random(12);
  const raw = await crypto.subtle.exportKey("raw", key);
  const shut = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, outer, raw);
  return { iv, key: new Uint8Array(shut) };
}

/** The key inside, or null where `outer` is not the one it was wrapped under. */
export async function unwrapped({ iv, key }: Wrapped, outer: CryptoKey): Promise<CryptoKey | null> {
  try {
    const raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, outer, key);
    // Another way in wraps it again. A script that could take it out could read the pages as well.
    return await crypto.subtle.importKey("raw", raw, "AES-GCM", true, ["encrypt", "decrypt"]);
  } catch {
    return null;
  }
}

/** From a passphrase, slowly, so that guessing is slow as well. */
export async function stretched(passphrase: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  // The same letters typed on another keyboard are the same passphrase.
  const typed = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  return derived(base, { name: "PBKDF2", hash: "SHA-256", salt, iterations });
}

/** From what a passkey gives, which is random already. */
export async function fromPasskey(secret: Bytes, salt: Bytes): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode("lingkar notebook");
  return derived(base, { name: "HKDF", hash: "SHA-256", salt, info });
}

function derived(base: CryptoKey, how: Pbkdf2Params | HkdfParams): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export function random(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}
