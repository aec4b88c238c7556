// A facilitator's console for its tests: a circle of six, and short ways to press and to read.
import { fireEvent, render, screen, within } from "@testing-library/preact";
import type { FacilitatorView, MeetingView } from "../../wire.gen";
import { sheet } from "../sheets";
import { facilitating, guide, link, meeting, onYou } from "../store";
import { aFacilitating, aGuide, aMeeting, aPerson, aYou, fakeServer, fresh, seat, wording, type Asked } from "../testing";
import { Console } from "./Console";
import { own, part, wide } from "./parts";

export const MINUTE = 60_000;
let asked: Asked[] = [];

/** Every command that was sent, in order. */
export const commands = () => asked.filter((one) => one.event === "command").map((one) => one.payload.command);
export const button = (name: string | RegExp) => screen.getByRole("button", { name });
export const press = (name: string | RegExp) => fireEvent.click(button(name));
/** A laptop has some buttons twice: in its bar or agenda, and where the hand is. */
export const pressFirst = (name: string) => fireEvent.click(screen.getAllByRole("button", { name })[0] as HTMLElement);
export const list = (name: string) => screen.getByRole("list", { name });
export const inSheet = async (name: string | RegExp) =>
  fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name }));

export const seats = [
  seat("fac", { role: "facilitator" }), seat("rina"), seat("tono"), seat("bima"), seat("yuli"),
  seat("awan", { role: "observer" }),
];
export const people = [aPerson("rina"), aPerson("tono"), aPerson("bima"), aPerson("yuli")];

export function begin(columns: boolean): void {
  fresh();
  sheet.value = own.value = part.value = null;
  wide.value = columns;
  link.value = "live";
  asked = fakeServer().asked;
  // The test's browser knows no dialogs over the page.
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
}

export function show(now: Partial<MeetingView> = {}, view: Partial<FacilitatorView> = {}) {
  meeting.value = aMeeting({ seats, round: null, ...now });
  onYou(aYou({ member_id: "fac", role: "facilitator" }));
  facilitating.value = aFacilitating({ people, ...view });
  guide.value = aGuide({
    prompts: [wording("Apa kabar?", "How are you?"), wording("Apa yang baik?")],
    agenda: [
      { phase: "gathering", minutes: 10, title: wording("Duduk", "Sitting"), script: wording("") },
      { phase: "sharing", minutes: 20, title: wording("Satu", "First"), script: wording("Mari.", "Let us.\nBegin.") },
      { phase: "sharing", minutes: 20, title: wording("Dua", "Second"), script: wording("Lagi.", "Again.") },
      { phase: "closing", minutes: 10, title: wording("Pulang", "Home"), script: wording("") },
    ],
  });
  return render(<Console />);
}
