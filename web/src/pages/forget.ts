// Clears what a browser keeps for this site, for those that do not do it when the server asks.
// Declines to touch anything unless the page says that all is to go.

async function forgetAll(): Promise<void> {
  for (const one of await navigator.serviceWorker?.getRegistrations() ?? []) await one.unregister();
  if ("caches" in window) for (const name of await caches.keys()) await caches.delete(name);
  indexedDB.deleteDatabase("lingkar-catatan");
  localStorage.clear();
  sessionStorage.clear();
}

if (document.querySelector("[data-forget]")) forgetAll().catch(() => null);
