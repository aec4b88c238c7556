// The door for a member who greets tonight: who waits, let in or turned away kindly. No lock.
import "../../styles/facilitator.css";
import { t } from "../../words";
import { Sheet } from "../Sheet";
import { closeSheet, isOpen } from "../sheets";
import { you } from "../store";
import { Guests } from "./Door";

export function GreetSheet() {
  const waiting = you.value?.waiting ?? null;
  return (
    <Sheet title={t("fac.door.h")} open={isOpen("greet") && waiting !== null} onClose={closeSheet}>
      <Guests waiting={waiting ?? []} />
    </Sheet>
  );
}
