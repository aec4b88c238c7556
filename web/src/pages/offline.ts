// Lets this device keep help lines and the notebook for when there is no network. Without it the
// pages are the same, as long as there is one.

import { register } from "../trusted";

async function keepForLater(): Promise<void> {
  await register();
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ lang: document.documentElement.lang, path: location.pathname });
}

// A device that refuses (private mode, full) goes on without.
if ("serviceWorker" in navigator) keepForLater().catch(() => null);
