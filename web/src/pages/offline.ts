// Lets this device keep help lines and the notebook for when there is no network. Without it the
// pages are the same, as long as there is one.

import { register } from "../trusted";

/**
 * A newer version waits until no page of the old one is open, and whoever looks at a quiet page may
 * have it sooner. Nobody is asked in a room, at a door or where something is typed.
 */
function offer(registration: ServiceWorkerRegistration): void {
  const part = document.getElementById("fresh");
  const [go, later] = part?.querySelectorAll("button") ?? [];
  const waits = () => {
    // The very first version is no news.
    if (part && registration.waiting && navigator.serviceWorker.controller) part.hidden = false;
  };
  waits();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", waits);
  });
  later?.addEventListener("click", () => part?.setAttribute("hidden", ""));
  go?.addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    registration.waiting?.postMessage({ now: true });
  });
}

async function keepForLater(): Promise<void> {
  offer(await register());
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ lang: document.documentElement.lang, path: location.pathname });
}

// A device that refuses (private mode, full) goes on without.
if ("serviceWorker" in navigator) keepForLater().catch(() => null);
