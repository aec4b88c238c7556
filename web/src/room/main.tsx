// Opens the room in the page that the server rendered. Holds no state of the meeting itself.
import { render } from "preact";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/room.css";
import "../styles/ring.css";
import "../styles/actions.css";
import "../styles/states.css";
import "../styles/lines.css";
import "../styles/heard.css";
import { asLang, words } from "../words";
import { connect } from "./connection";
import { Room, type RoomPlaces } from "./Room";
import { applySettings } from "./settings";
import { forget } from "./store";

function places(root: HTMLElement): RoomPlaces {
  const slug = root.dataset.slug ?? "";
  return {
    slug,
    title: root.dataset.title ?? "",
    help: root.dataset.help ?? "/bantuan",
    lobby: root.dataset.lobby ?? `/c/${slug}/tunggu`,
    after: root.dataset.after ?? `/c/${slug}/usai`,
    circle: `/c/${slug}`,
    pledge: `/c/${slug}/masuk`,
  };
}

async function open(root: HTMLElement): Promise<void> {
  const where = places(root);
  applySettings();
  // The line opens while the words load: on a slow phone both take seconds.
  const close = connect({ ...where, release: root.dataset.release ?? "" });
  window.addEventListener("pagehide", () => {
    close();
    forget();
    render(null, root);
    root.replaceChildren();
  });
  // A page that the browser kept is empty: it starts again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  try {
    await words(asLang(root.dataset.lang));
  } catch {
    // Without words there is nothing to show: what the server rendered stays, and asks to reload.
    return;
  }
  root.replaceChildren();
  render(<Room places={where} />, root);
}

const root = document.getElementById("room");
if (root) void open(root);
