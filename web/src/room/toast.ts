// Short words that come and go, or wait for a yes. Declines to know what they are about.
import { signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  again?: () => void;
}

const TOAST_MS = 7000;
let count = 0;

export const toasts = signal<readonly Toast[]>([]);

export function toast(text: string, again?: () => void): void {
  count += 1;
  const one: Toast = again ? { id: count, text, again } : { id: count, text };
  toasts.value = [...toasts.value.filter((old) => old.text !== text), one].slice(-3);
  // One that asks for a decision stays until it is answered.
  if (!again) setTimeout(() => dismiss(one.id), TOAST_MS);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}
