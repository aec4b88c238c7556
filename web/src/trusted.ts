// Trusted Types: what our pages may turn into markup and into a worker, and nothing else ever.
// Only constants of our own come through; a browser without Trusted Types takes them as they are.

const WORKER = "/worker.js";

interface Rules {
  createHTML(text: string): string;
  createScriptURL(url: string): string;
}

const rules: Rules = {
  createHTML: (drawing) => drawing,
  createScriptURL(url) {
    if (url !== WORKER) throw new TypeError("not ours");
    return url;
  },
};

// The name stands in the content policy (`server/security.py`), once.
const policy = (
  globalThis as { trustedTypes?: { createPolicy(name: string, rules: Rules): Rules } }
).trustedTypes?.createPolicy("lingkar", rules) ?? rules;

/** Drawings by name, as markup that a browser takes from us. */
export function drawings<Name extends string>(ours: Record<Name, string>): Record<Name, string> {
  const made = Object.entries<string>(ours).map(([name, drawing]) => [name, policy.createHTML(drawing)]);
  return Object.fromEntries(made) as Record<Name, string>;
}

/** Let this device have our worker: for what is there without a network, and for reminders. */
export function register(): Promise<ServiceWorkerRegistration> {
  return navigator.serviceWorker.register(policy.createScriptURL(WORKER));
}
