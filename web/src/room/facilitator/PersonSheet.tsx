// Everything a facilitator may do for one person, in one place. The server decides what is allowed.
import type { Command, FacilitatorView, MeetingView, SeatView, YouView } from "../../wire.gen";
import { t } from "../../words";
import { situation } from "../may";
import { Sheet } from "../Sheet";
import { sheet } from "../sheets";
import { facilitating, meeting, nameOf, openLine, seatOf, send, you } from "../store";
import { openHandOver } from "./Holding";
import { about } from "./Everyone";
import { closeOwn, openOwn, own } from "./parts";
import { byNeed, isFree } from "./people";

export function PersonSheet() {
  const open = own.value;
  const seat = open?.name === "person" ? seatOf(open.memberId) : null;
  const view = facilitating.value;
  const now = meeting.value;
  const me = you.value;
  if (!seat || !view || !now || !me) return null;
  const person = byNeed(view, now).find((one) => one.seat.member_id === seat.member_id);
  return (
    <Sheet title={seat.name} open onClose={closeOwn}>
      <p class="muted">
        {[t(`role.${seat.role}`), ...(person ? about(person, now) : []), ...beside(seat, view, now)].join(" · ")}
      </p>
      <div class="ways">
        {seat.member_id === me.member_id ? <Own /> : <Ways seat={seat} view={view} now={now} me={me} />}
      </div>
    </Sheet>
  );
}

/** Who accompanies them, and whether they greet at the door or type what is spoken. */
function beside(seat: SeatView, view: FacilitatorView, now: MeetingView): string[] {
  const pair = view.pairs.find((one) => one.newcomer === seat.member_id);
  return [
    ...(pair ? [t("fac.pair", { name: nameOf(pair.companion) })] : []),
    ...(now.greeter === seat.member_id ? [t("fac.greets")] : []),
    ...(now.typist === seat.member_id ? [t("fac.types")] : []),
  ];
}

function Way({ words, run }: { words: string; run: () => void }) {
  return (
    <button type="button" class="btn btn--wide" onClick={run}>
      {words}
    </button>
  );
}

function ask(command: Command): () => void {
  return () => {
    closeOwn();
    void send(command);
  };
}

function Own() {
  return <Way words={t("fac.hold.open")} run={() => openHandOver(null, true)} />;
}

interface WaysProps {
  seat: SeatView;
  view: FacilitatorView;
  now: MeetingView;
  me: YouView;
}

function Ways(props: WaysProps) {
  const { seat } = props;
  return (
    <>
      <OfTheStick {...props} />
      {seat.role !== "facilitator" && <Write of={seat.member_id} />}
      {seat.role !== "facilitator" && <OfTheFloor {...props} />}
      {seat.role !== "facilitator" && <OfTheRole {...props} />}
      <button
        type="button"
        class="btn btn--wide btn--danger"
        onClick={() => {
          closeOwn();
          sheet.value = { name: "remove", memberId: seat.member_id };
        }}
      >
        {t("fac.remove", { name: seat.name })}
      </button>
    </>
  );
}

function Write({ of }: { of: string }) {
  const open = () => {
    closeOwn();
    openLine({ line: "facilitators", of });
  };
  return <Way words={t("fac.line.to")} run={open} />;
}

function OfTheStick({ seat, view, now, me }: WaysProps) {
  const id = seat.member_id;
  const here = seat.presence === "here" && seat.role !== "observer";
  const first = view.order[0];
  const offered = now.stick.kind === "offered" && now.stick.member_id === id;
  return (
    <>
      {situation(now, me) === "holding" && now.round === null && here && me.turn_id !== null && (
        <Way
          words={t("room.pass.to", { name: seat.name })}
          run={ask({ type: "pass_stick", turn_id: me.turn_id, to: id })}
        />
      )}
      {isFree(now) && here && !offered && <Way words={t("fac.offer.to")} run={ask({ type: "offer", member_id: id })} />}
      {first !== undefined && first !== id && view.order.includes(id) && (
        <Way words={t("fac.makenext")} run={ask({ type: "reorder", member_id: id, before: first })} />
      )}
      {(view.order.includes(id) || offered) && (
        <Way words={t("fac.skip", { name: seat.name })} run={ask({ type: "excuse", member_id: id })} />
      )}
      {view.asked.some((one) => one.member_id === id) && (
        <Way words={t("fac.lower.of", { name: seat.name })} run={ask({ type: "lower_hand", member_id: id })} />
      )}
    </>
  );
}

function OfTheFloor({ seat, view }: WaysProps) {
  const id = seat.member_id;
  if (seat.role === "observer") return null;
  const quiet = view.people.some((one) => one.member_id === id && one.quietened);
  return quiet ? (
    <Way words={t("fac.unquieten")} run={ask({ type: "quieten", member_id: id, on: false })} />
  ) : (
    <Way words={t("fac.quieten")} run={() => openOwn({ name: "quieten", memberId: id })} />
  );
}

function OfTheRole({ seat, view, now }: WaysProps) {
  const id = seat.member_id;
  const greets = now.greeter === id;
  const types = now.typist === id;
  const named = view.successor === id;
  return (
    <>
      {seat.presence === "here" && <Way words={t("fac.co.add")} run={() => openHandOver(id, true)} />}
      {seat.presence === "here" && <Way words={t("fac.give.away")} run={() => openHandOver(id, false)} />}
      {seat.role === "member" && (
        <Way
          words={t(named ? "fac.successor.unset" : "fac.successor.set")}
          run={ask({ type: "name_successor", member_id: named ? null : id })}
        />
      )}
      {seat.role === "member" && (
        <Way
          words={t(greets ? "fac.greeter.unset" : "fac.greeter.set")}
          run={ask({ type: "name_greeter", member_id: greets ? null : id })}
        />
      )}
      {seat.role === "member" && (now.sound || types) && (
        <Way
          words={t(types ? "fac.typist.unset" : "fac.typist.set")}
          run={ask({ type: "name_typist", member_id: types ? null : id })}
        />
      )}
    </>
  );
}

/** Says what happens and what all will read, before it does. */
export function QuietenSheet() {
  const open = own.value;
  const seat = open?.name === "quieten" ? seatOf(open.memberId) : null;
  if (!seat) return null;
  const stick = meeting.value?.stick;
  const turn = stick?.member_id === seat.member_id && (stick.kind === "held" || stick.kind === "place_held");
  return (
    <Sheet title={t("fac.quieten")} open onClose={closeOwn}>
      <p>{t(turn ? "fac.quieten.b" : "fac.quieten.other", { name: seat.name })}</p>
      <div class="ways">
        <button
          type="button"
          class="btn btn--main btn--wide"
          onClick={ask({ type: "quieten", member_id: seat.member_id, on: true })}
        >
          {t("fac.quieten")}
        </button>
        <Way words={t("fac.cancel")} run={closeOwn} />
      </div>
    </Sheet>
  );
}
