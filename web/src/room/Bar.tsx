// The top of the room: which circle, the promise, and the way out in a hurry; the button of the menu.
import type { ComponentChildren } from "preact";
import { t } from "../words";
import { Icon } from "./Icon";
import { QuickExit } from "./QuickExit";
import { sheet } from "./sheets";

interface Props {
  title: string;
  sub?: string;
  children?: ComponentChildren;
}

export function Bar({ title, sub, children }: Props) {
  return (
    <header class="bar">
      <div>
        <h1>
          <bdi>{title}</bdi>
        </h1>
        <p class="sub">
          <Icon name="lock" />
          {sub ?? t("room.private")}
        </p>
      </div>
      <div class="tools">
        {children}
        <QuickExit />
      </div>
    </header>
  );
}

export function MenuButton() {
  return (
    <button
      type="button"
      class="menu-button"
      aria-label={t("room.menu")}
      aria-haspopup="dialog"
      onClick={() => (sheet.value = { name: "settings" })}
    >
      <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3.4" />
      </svg>
    </button>
  );
}
