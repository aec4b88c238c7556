// Whether a person may be heard now, and from this tab: the client's copy of `floor.audible`.
// Declines to let anybody be heard: the server's gate does, whatever this says.
import type { MeetingView, YouView } from "../wire.gen";

type Meeting = Pick<MeetingView, "phase" | "floor" | "stick" | "paused" | "silence" | "interjecting">;
type You = Pick<YouView, "member_id" | "role" | "presence" | "quietened" | "speaks_from">;

export function mayBeHeard(meeting: Meeting, you: You, tab: string): boolean {
  if (meeting.phase === "ended" || you.presence !== "here" || you.quietened || you.role === "observer") return false;
  const facilitates = you.role === "facilitator";
  const interjects = facilitates && meeting.interjecting.includes(you.member_id);
  if (meeting.paused || meeting.silence) return interjects;
  if (meeting.floor === "open") return true;
  if (meeting.floor === "quiet") return facilitates;
  return interjects || (holds(meeting, you) && isHere(you, tab));
}

/** A facilitator could be heard now by stepping in: beside a holder, or in a pause. */
export function mayStepIn(meeting: Meeting, you: You, tab: string): boolean {
  if (meeting.phase === "ended" || you.presence !== "here" || you.role !== "facilitator" || you.quietened) return false;
  return !mayBeHeard(meeting, you, tab) && !(holds(meeting, you) && !meeting.paused);
}

function holds(meeting: Meeting, you: You): boolean {
  return meeting.stick.kind === "held" && meeting.stick.member_id === you.member_id;
}

/** The stick is with one tab of a person; an empty name is any. */
function isHere(you: You, tab: string): boolean {
  return you.speaks_from === "" || you.speaks_from === tab;
}
