// Draws what /now says, once a second, and says so where nothing comes. Shows no word of anybody's.
const WORDS = {
  id: {
    held: "Tongkat bicara", offered: "Tongkat ditawarkan kepada", place_held: "Tempatnya dijaga",
    resting: "Tongkat beristirahat", next: "Setelah itu:", nobody: "Belum ada yang masuk",
    paused: "Kita berhenti sejenak", lost: "Menyambung lagi…",
    gathering: "Berkumpul", opening: "Pembukaan", sharing: "Berbagi", closing: "Penutup", ended: "Selesai",
  },
  en: {
    held: "The talking stick", offered: "The stick is offered to", place_held: "A place is kept",
    resting: "The stick rests", next: "After that:", nobody: "Nobody is here yet",
    paused: "We pause for a moment", lost: "Reconnecting…",
    gathering: "Gathering", opening: "Opening", sharing: "Sharing", closing: "Closing", ended: "Over",
  },
};
/** More names than this would lie on each other. */
const RING = 12;
const by = (id) => document.getElementById(id);
const put = (id, text) => { if (by(id).textContent !== text) by(id).textContent = text; };

/** Around an ellipse, clockwise from the top. */
function place(item, at, of) {
  const angle = (2 * Math.PI * at) / of - Math.PI / 2;
  item.style.left = `${50 + 38 * Math.cos(angle)}%`;
  item.style.top = `${50 + 43 * Math.sin(angle)}%`;
}

function show(now) {
  const words = WORDS[now.language];
  document.documentElement.lang = now.language;
  document.body.classList.toggle("lost", !now.live);
  const name = (id) => now.seats.find((seat) => seat.id === id)?.name ?? "";
  put("title", now.title ?? "");
  put("phase", now.live ? (words[now.phase] ?? "") : words.lost);
  put("question", now.question ?? "");
  const kind = now.paused ? "paused" : (now.stick?.kind ?? "resting");
  const who = now.paused ? "" : name(now.stick?.who);
  by("middle").className = kind;
  put("what", now.seats.length ? words[kind] : words.nobody);
  put("who", who);
  by("who").style.setProperty("--name", who.length > 16 ? "7.5vh" : "11vh");
  put("after", now.next && !now.paused ? `${words.next} ${name(now.next)}` : "");
  const ring = by("ring");
  const many = now.seats.length > RING;
  document.body.classList.toggle("many", many);
  ring.replaceChildren(...now.seats.map((seat, at) => {
    const item = document.createElement("li");
    item.textContent = seat.name;
    item.dir = "auto";
    item.classList.toggle("away", !seat.here);
    item.classList.toggle("holds", kind === "held" && seat.id === now.stick.who);
    item.classList.toggle("next", seat.id === now.next);
    if (!many) place(item, at, now.seats.length);
    return item;
  }));
}

let last = { language: "id", seats: [] };
async function look() {
  try {
    last = await (await fetch("now")).json();
  } catch {
    last = { ...last, live: false };
  }
  show(last);
  setTimeout(look, 1000);
}
void look();
