// What a person may do now, read from what the server sent. The server decides; this only keeps
// a screen from offering what would be refused. Every no is a reason that has words.
import type { MeetingView, Reason, YouView } from "../wire.gen";

type Meeting = Pick<MeetingView, "phase" | "floor" | "stick" | "paused" | "nods_off" | "typist">;
type You = Pick<YouView, "member_id" | "role" | "presence" | "quietened">;

/**
 * Why free text may not be written now, or null where it may. Mirrors `domain/chat.py`.
 * `elsewhere`: another tab or device is the one this person speaks from.
 */
export function maySay(meeting: Meeting, you: You, elsewhere = false): Reason | null {
  const no = mayUtter(meeting, you);
  if (no !== null) return no;
  const { stick } = meeting;
  const holding = stick.kind === "held" && stick.member_id === you.member_id;
  if (holding && elsewhere) return "elsewhere";
  if (you.role === "facilitator" || meeting.floor === "open") return null;
  if (meeting.typist === you.member_id) return null;
  if (meeting.floor === "quiet") return "floor_quiet";
  return stick.kind === "resting" || holding ? null : "floor_held";
}

/** Why a warm phrase may not be sent now: every member may, also while somebody holds. */
export function mayPhrase(meeting: Meeting, you: You): Reason | null {
  const no = mayUtter(meeting, you);
  if (no !== null || you.role === "facilitator") return no;
  return meeting.floor === "quiet" ? "floor_quiet" : null;
}

/** What any words need: a seat inside, no observer, the floor not taken away, no pause. */
function mayUtter(meeting: Meeting, you: You): Reason | null {
  const no = mayBeInside(meeting, you);
  if (no !== null) return no;
  if (you.role === "observer") return "observers_listen";
  if (meeting.paused && you.role !== "facilitator") return "paused";
  return you.quietened ? "quietened" : null;
}

function mayBeInside(meeting: Meeting, you: You): Reason | null {
  if (meeting.phase === "ended") return "ended";
  if (you.presence === "stepped_out") return "stepped_out";
  return you.presence === "here" ? null : "not_seated";
}

/** Why a nod may not be sent now. Observers nod too. */
export function mayNod(meeting: Meeting, you: You): Reason | null {
  return mayBeInside(meeting, you) ?? (meeting.nods_off ? "nods_off" : null);
}

/** What the actions at the thumb are about. One at a time: one decision a screen. */
export type Situation =
  | "holding"
  | "offered"
  | "unfinished"
  | "next"
  | "asked"
  | "quietened"
  | "invited"
  | "ask"
  | "observer"
  | "listening";

/** The only person here: nothing is offered to oneself. */
export function isAlone(meeting: Pick<MeetingView, "seats">): boolean {
  return meeting.seats.filter((seat) => seat.presence === "here").length === 1;
}

/** Who is here, as far as the words of the room depend on it. */
export type Company = "alone" | "two" | "listeners" | "circle";

export function company(meeting: Pick<MeetingView, "seats">): Company {
  const here = meeting.seats.filter((seat) => seat.presence === "here");
  if (here.length < 2) return "alone";
  // Everybody but the facilitators has come to listen: nobody is to feel asked.
  const others = here.filter((seat) => seat.role !== "facilitator");
  if (others.length > 0 && others.every((seat) => seat.role === "observer")) return "listeners";
  return here.length === 2 ? "two" : "circle";
}

/** No facilitator is here: the meeting waits, and says so. */
export function isUnattended(meeting: Pick<MeetingView, "seats">): boolean {
  return !meeting.seats.some((seat) => seat.role === "facilitator" && seat.presence === "here");
}

/** Where a person stands, in the order in which it matters to them. */
export function situation(meeting: MeetingView, you: YouView): Situation {
  const { stick } = meeting;
  if (stick.kind === "held" && stick.member_id === you.member_id) return "holding";
  if (you.offered) return "offered";
  if (you.role === "observer") return "observer";
  if (meeting.phase === "ended") return "listening";
  if (you.unfinished) return "unfinished";
  // Asked beforehand only while somebody else has the stick: else the offer itself will ask.
  if (meeting.next === you.member_id && stick.member_id !== null) return "next";
  if (you.place !== null) return "asked";
  if (you.quietened) return "quietened";
  if (you.invited) return "invited";
  if (you.role === "facilitator") return "listening";
  return "ask";
}
