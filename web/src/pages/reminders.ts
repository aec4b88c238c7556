// Turns reminders on in this browser. Shows its button only where the browser can show any,
// and asks for permission only once it is pressed.

import { register } from "../trusted";

/** Bytes of base64url. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

export type Outcome = "done" | "denied" | "failed";

/** Ask, subscribe, and tell the server where to knock. */
export async function turnOn(to: string, key: string): Promise<Outcome> {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  await register();
  const registration = await navigator.serviceWorker.ready;
  const known = await registration.pushManager.getSubscription();
  // One that was made for another key reaches nobody.
  await known?.unsubscribe();
  const made = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(key),
  });
  const answer = await fetch(to, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ endpoint: made.endpoint }),
  });
  if (answer.ok) return "done";
  await made.unsubscribe();
  return "failed";
}

function start(part: HTMLElement): void {
  const button = part.querySelector("button");
  const told = part.querySelector("p");
  const { to, key, back } = part.dataset;
  if (!button || !told || !to || !key || !back) return;
  let busy = false;
  button.addEventListener("click", () => {
    if (busy) return;
    busy = true;
    told.textContent = "";
    turnOn(to, key)
      .catch((): Outcome => "failed")
      .then((outcome) => {
        busy = false;
        if (outcome === "done") location.assign(back);
        else told.textContent = part.dataset[outcome] ?? "";
      });
  });
  part.hidden = false;
  document.getElementById("remind-none")?.setAttribute("hidden", "");
}

const part = document.getElementById("remind");
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
if (part && able) start(part);
