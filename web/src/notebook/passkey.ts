// The device's passkey as a way into the notebook: a key for the notebook alone, which gives the
// same secret for the same salt (WebAuthn's PRF). Declines to sign anybody in and to ask a server:
// the challenge is random, and what is signed with it is thrown away.
import { random } from "./keys";
import type { ByPasskey } from "./shelf";
import type { Made } from "./vault";

type Bytes = Uint8Array<ArrayBuffer>;

/** This device or this browser gives no secret: a passphrase it is. */
export class Cannot extends Error {}

/** What TypeScript's own types of the browser do not know yet. */
interface Signalling {
  signalUnknownCredential?(options: { rpId: string; credentialId: string }): Promise<void>;
  getClientCapabilities?(): Promise<Record<string, boolean>>;
}

/** Whether offering it makes sense at all. Whether it works shows when a key was made. */
export async function possible(): Promise<boolean> {
  // Keys belong to a name: under a bare address there are none.
  if (!("PublicKeyCredential" in window) || /^[\d.]+$|:/.test(location.hostname)) return false;
  try {
    const can = await (PublicKeyCredential as Signalling).getClientCapabilities?.();
    if (can?.["extension:prf"] === false) return false;
    return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
  } catch {
    return false;
  }
}

/** Let the device make a key for the notebook. Throws `Cannot` where the key gives no secret. */
export async function make(name: string): Promise<Made> {
  const salt = random(32);
  const made = (await navigator.credentials.create({
    publicKey: {
      rp: { name: "Lingkar", id: location.hostname },
      // Nobody's account: another one for every notebook.
      user: { id: random(32), name, displayName: name },
      challenge: random(32),
      pubKeyCredParams: [-7, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: {
        authenticatorAttachment: "platform",
        residentKey: "required",
        userVerification: "required",
      },
      attestation: "none",
      extensions: { prf: { eval: { first: salt } } },
    },
  })) as PublicKeyCredential | null;
  if (!made) throw new Cannot();
  const id = new Uint8Array(made.rawId);
  try {
    const prf = made.getClientExtensionResults().prf;
    if (!prf?.enabled) throw new Cannot();
    // Some give the secret at once, others when they are asked for it.
    return { id, salt, secret: bytesOf(prf.results?.first) ?? (await secretOf({ id, salt })) };
  } catch (error) {
    await forget(id);
    throw error;
  }
}

/** The secret of the notebook's key, after a finger, a face or a PIN. */
export async function secretOf({ id, salt }: Pick<ByPasskey, "id" | "salt">): Promise<Bytes> {
  const answer = (await navigator.credentials.get({
    publicKey: {
      rpId: location.hostname,
      challenge: random(32),
      allowCredentials: [{ type: "public-key", id, transports: ["internal"] }],
      userVerification: "required",
      extensions: { prf: { eval: { first: salt } } },
    },
  })) as PublicKeyCredential | null;
  const secret = bytesOf(answer?.getClientExtensionResults().prf?.results?.first);
  if (!secret) throw new Cannot();
  return secret;
}

/** Let the device drop a key that opens nothing any more. Where it cannot, the key stays, idle. */
export async function forget(id: Bytes): Promise<void> {
  const credentialId = btoa(Array.from(id, (byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
  try {
    const device = PublicKeyCredential as Signalling;
    await device.signalUnknownCredential?.({ rpId: location.hostname, credentialId });
  } catch {
    // It is a courtesy to the device, no more.
  }
}

function bytesOf(given: BufferSource | undefined): Bytes | null {
  if (!given) return null;
  return ArrayBuffer.isView(given)
    ? new Uint8Array(given.buffer.slice(given.byteOffset, given.byteOffset + given.byteLength) as ArrayBuffer)
    : new Uint8Array(given as ArrayBuffer);
}
