// Opens the notebook in its page. Declines to ask a server for anything.
import { render } from "preact";
import "../styles/notebook.css";
import { asLang, words } from "../words";
import { Notebook } from "./Notebook";
import { onThisDevice } from "./shelf";

const root = document.getElementById("notebook");

async function open(into: HTMLElement): Promise<void> {
  await words(asLang(document.documentElement.lang));
  into.replaceChildren();
  render(<Notebook shelf={onThisDevice()} />, into);
  // What is on the screen is gone with the page; one that the browser kept starts again, shut.
  window.addEventListener("pagehide", () => render(null, into));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

if (root) void open(root);
