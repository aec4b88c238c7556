// A sheet over the room: one question at a time. The browser's own dialog keeps the focus inside,
// closes on Esc and makes the rest inert; this declines to do any of that by hand.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../words";
import { LiveRegions } from "./Announcer";
import { Icon } from "./Icon";
import { sounding } from "./store";

interface Props {
  title: string;
  open: boolean;
  onClose: () => void;
  children?: ComponentChildren;
}

export function Sheet(props: Props) {
  // Nothing of a closed sheet stays in the page; one whose words are a component of their own
  // follows nothing either.
  return props.open ? <OpenSheet {...props} /> : null;
}

function OpenSheet({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const name = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // The title is read first, unless the sheet itself says where to begin.
    if (!dialog.current?.querySelector("[autofocus]")) heading.current?.focus();
    return () => {
      // Back to where the person was; where that is gone, to the circle rather than nowhere.
      const there = before instanceof HTMLElement && before !== document.body && before.isConnected;
      (there ? before : document.getElementById("isi"))?.focus({ preventScroll: !there });
    };
  }, []);
  const outside = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose();
  };
  return (
    <dialog
      class="sheet"
      ref={dialog}
      aria-labelledby={name}
      onClick={outside}
      onCancel={(event) => {
        // The state decides what is open, so the browser does not close it first.
        event.preventDefault();
        onClose();
      }}
    >
      <div class="sheet__in">
        <header class="sheet__head">
          <h2 id={name} tabIndex={-1} ref={heading}>
            <bdi>{title}</bdi>
          </h2>
          <button type="button" class="sheet__close" aria-label={t("sheet.close")} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {/* Over the room too it is never out of sight that others hear. */}
        {sounding.value && <p class="sounding">{t("room.voice.sr")}</p>}
        {children}
      </div>
      {/* While it is open the rest of the page is not heard. */}
      <LiveRegions />
    </dialog>
  );
}
