// What has to be done again and again for the eye, and rests while nobody looks: a phone in a
// pocket is woken by nothing but the line itself. Declines to keep time that matters.

/** Do it every so often while the page is seen, and at once when it is seen again. Returns the end. */
export function whileSeen(everyMs: number, what: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const run = () => {
    clearInterval(timer);
    if (document.visibilityState !== "hidden") timer = setInterval(what, everyMs);
  };
  const turned = () => {
    run();
    if (document.visibilityState !== "hidden") what();
  };
  run();
  document.addEventListener("visibilitychange", turned);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", turned);
  };
}
