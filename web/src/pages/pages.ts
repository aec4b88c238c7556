// What every page gains with a script: quick exit at once, copy, print. All pages work without it.
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/pages.css";
import "../styles/fit.css";
import "../styles/finding.css";
import "../styles/schedule.css";
import "../styles/desk.css";
import "./zone";

const SAFE_PLACE = "https://www.bmkg.go.id/";
const PRESSES = 3;
const WITHIN_MS = 1500;

/** Empty the page and go; Back does not lead here again. */
function quickExit(): void {
  document.title = "BMKG";
  document.body.replaceChildren();
  location.replace(SAFE_PLACE);
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target.closest("[data-exit]") : null;
  if (!target) return;
  event.preventDefault();
  quickExit();
});

let presses: number[] = [];
document.addEventListener("keydown", (event) => {
  if (event.key !== "Shift") {
    // Typing a capital letter is no call for help.
    presses = [];
    return;
  }
  if (event.repeat) return;
  presses = [...presses.filter((at) => event.timeStamp - at < WITHIN_MS), event.timeStamp];
  if (presses.length >= PRESSES) quickExit();
});

for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy ?? "");
  const told = document.getElementById("copied");
  // Only over TLS or on this machine; elsewhere the text can be selected by hand.
  if (!(source instanceof HTMLTextAreaElement) || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(source.value).then(() => {
      if (told) told.textContent = told.dataset.words ?? "";
    });
  });
}

for (const note of document.querySelectorAll<HTMLElement>("[data-offline]")) {
  const tell = (): void => {
    note.hidden = navigator.onLine;
  };
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  tell();
}

// A page from the browser's own cache may show what is no longer so.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("#lobby")) location.reload();
});
