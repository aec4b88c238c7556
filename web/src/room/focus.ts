// A net under the keyboard's place: where what had the focus is gone and nothing else took it, the
// nearest thing that is still there does. Declines to move a focus that is somewhere, and to press.

/** Others who know better where the focus belongs have so long to put it there. */
const AFTER_MS = 60;

/** Look after the focus until the returned function is called. */
export function keepFocus(page: Document = document): () => void {
  let around: Element[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const note = (event: FocusEvent) => {
    around = [];
    for (let at = event.target as Element | null; at instanceof Element; at = at.parentElement) around.push(at);
  };
  const look = () => {
    timer = undefined;
    if (isLost(page, around)) near(page, around)?.focus({ preventScroll: true });
  };
  const watch = new MutationObserver(() => {
    if (timer === undefined && isLost(page, around)) timer = setTimeout(look, AFTER_MS);
  });
  page.addEventListener("focusin", note);
  watch.observe(page.body, { childList: true, subtree: true });
  return () => {
    clearTimeout(timer);
    watch.disconnect();
    page.removeEventListener("focusin", note);
  };
}

/** Taken away with what had it; somebody who only pressed beside everything has lost nothing. */
function isLost(page: Document, around: readonly Element[]): boolean {
  const nowhere = page.activeElement === null || page.activeElement === page.body;
  return nowhere && around[0]?.isConnected === false;
}

/** In the open sheet its title, else the group that it was in, else the room's middle. */
function near(page: Document, around: readonly Element[]): HTMLElement | null {
  const sheet = [...page.querySelectorAll("dialog[open]")].at(-1);
  if (sheet) return sheet.querySelector("h2");
  const left = around.find((one) => one.isConnected);
  return left?.closest<HTMLElement>("[tabindex]") ?? page.getElementById("isi");
}
