// A passkey instead of a passphrase: at set-up, at sign-in, or one more.
// Shows nothing where the browser or the address allows none, and keeps nothing.

/** Bytes of base64url, as the server writes them. */
export function fromText(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0)).buffer as ArrayBuffer;
}

/** Base64url of bytes, as the server reads them. */
export function toText(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

interface Known {
  id: string;
  type: "public-key";
}
interface Asked {
  challenge: string;
  user?: { id: string; name: string; displayName: string };
  excludeCredentials?: Known[];
}
export type Words = "cancelled" | "failed" | "unknown" | "exists" | "name" | "fast";

/** Something in the way, with the words for it. */
export class Told extends Error {
  constructor(readonly words: Words) {
    super(words);
  }
}

/** The words for what the server declined. */
export function declined(status: number, reason: unknown): Words {
  if (status === 429) return "fast";
  if (reason === "name") return "name";
  if (reason === "exists") return "exists";
  return reason === "key" ? "unknown" : "failed";
}

/** The words for what the browser or the key declined. */
export function stopped(fault: unknown): Words {
  if (fault instanceof Told) return fault.words;
  const name = fault instanceof Error || fault instanceof DOMException ? fault.name : "";
  if (name === "InvalidStateError") return "exists";
  return name === "NotAllowedError" || name === "AbortError" ? "cancelled" : "failed";
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (!answer.ok) throw new Told(declined(answer.status, said.reason));
  return said;
}

/** Let the device make a key; what it says, in the shape that the server takes. */
async function make(asked: Asked): Promise<object> {
  const options = {
    ...asked,
    challenge: fromText(asked.challenge),
    user: { ...asked.user, id: fromText(asked.user?.id ?? "") },
    excludeCredentials: (asked.excludeCredentials ?? []).map((one) => ({ ...one, id: fromText(one.id) })),
  } as unknown as PublicKeyCredentialCreationOptions;
  const key = (await navigator.credentials.create({ publicKey: options })) as PublicKeyCredential | null;
  if (!key) throw new Told("cancelled");
  const { clientDataJSON, attestationObject } = key.response as AuthenticatorAttestationResponse;
  const response = { clientDataJSON: toText(clientDataJSON), attestationObject: toText(attestationObject) };
  return { id: key.id, rawId: toText(key.rawId), type: key.type, response };
}

/** Let the device answer with a key that it has. */
async function answer(asked: Asked): Promise<object> {
  const options = {
    ...asked,
    challenge: fromText(asked.challenge),
    allowCredentials: [],
  } as unknown as PublicKeyCredentialRequestOptions;
  const key = (await navigator.credentials.get({ publicKey: options })) as PublicKeyCredential | null;
  if (!key) throw new Told("cancelled");
  const { clientDataJSON, authenticatorData, signature, userHandle } =
    key.response as AuthenticatorAssertionResponse;
  const response = {
    clientDataJSON: toText(clientDataJSON),
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null,
  };
  return { id: key.id, rawId: toText(key.rawId), type: key.type, response };
}

/** From the press to the path to go on to. */
async function ceremony(part: HTMLElement, name: string): Promise<string> {
  const _token = part.querySelector<HTMLInputElement>("input[name=_token]")?.value ?? "";
  const entering = part.dataset.mode === "enter";
  const asked = await post(entering ? "/kunci/tantangan" : "/kunci/mulai", { _token, name });
  const key = await (entering ? answer : make)(asked as unknown as Asked);
  const evening = document.querySelector<HTMLInputElement>("#evening")?.checked ?? false;
  const body = { _token, name, key, ke: part.dataset.back, evening };
  const said = await post(entering ? "/kunci/masuk" : "/kunci/simpan", body);
  return String(said.to);
}

/** Whether keys of this place work under the address in the address bar. */
function possible(part: HTMLElement): boolean {
  return "PublicKeyCredential" in window && location.origin === part.dataset.origin;
}

/** On to the path, or on with the form that was waiting for the proof. */
function goOn(part: HTMLElement, to: string): void {
  const waiting = document.getElementById(part.dataset.form ?? "");
  // The key was the proof, so the passphrase beside it may stay empty.
  if (waiting instanceof HTMLFormElement) waiting.submit();
  else location.assign(to);
}

export function start(part: HTMLElement): void {
  const button = part.querySelector<HTMLButtonElement>("#passkey-go");
  const wrong = part.querySelector<HTMLElement>("#passkey-wrong");
  const wait = part.querySelector<HTMLElement>("#passkey-wait");
  if (!button || !wrong || !wait || !possible(part)) return;
  const field = part.dataset.mode === "setup" ? document.querySelector<HTMLInputElement>("#name") : null;
  let busy = false;
  const tell = (words: Words | null): void => {
    wrong.textContent = words ? (part.dataset[words] ?? "") : "";
    wait.textContent = "";
    if (words !== "name" || !field) return;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", wrong.id);
    field.focus();
  };
  button.addEventListener("click", () => {
    if (busy) return;
    if (field && !field.value.trim()) return tell("name");
    field?.removeAttribute("aria-invalid");
    field?.removeAttribute("aria-describedby");
    busy = true;
    tell(null);
    wait.textContent = part.dataset.wait ?? "";
    ceremony(part, field?.value ?? "")
      .then((to) => goOn(part, to))
      .catch((fault: unknown) => tell(stopped(fault)))
      .finally(() => {
        busy = false;
      });
  });
  part.hidden = false;
}

const part = document.getElementById("passkey");
if (part) start(part);
