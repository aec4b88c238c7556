// Help lines inside the room, bundled so that they show without a network.
// Source: public pages of Kemenkes (healing119.id), KemenPPPA (SAPA 129) and the 112 service.
import { t } from "../words";
import { Sheet } from "./Sheet";
import { closeSheet, isOpen } from "./sheets";

interface HelpLine {
  key: string;
  say: string;
  href: string;
}

const LINES: readonly HelpLine[] = [
  { key: "lines.112", say: "112", href: "tel:112" },
  { key: "lines.119", say: "119 ext 8", href: "tel:119,8" },
  { key: "lines.129", say: "129", href: "tel:129" },
  { key: "lines.129wa", say: "08111-129-129", href: "https://wa.me/628111129129" },
];

export function HelpLines() {
  return (
    <ul class="lines">
      {LINES.map((line) => (
        <li key={line.key}>
          <a href={line.href} rel="noreferrer" target={line.href.startsWith("https") ? "_blank" : undefined}>
            <b>{line.say}</b> <span>{t(line.key)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

export function HelpSheet({ help }: { help: string }) {
  return (
    <Sheet title={t("lines.h")} open={isOpen("help")} onClose={closeSheet}>
      <p class="small">{t("lines.b")}</p>
      <HelpLines />
      <p class="small">
        <a href={help} target="_blank" rel="noreferrer">
          {t("lines.all")}
        </a>
      </p>
    </Sheet>
  );
}
