// What can be wrong with a page as it stands, measured inside it: too wide, clipped, overlapping,
// too small to hit, behind a bar. Gives findings, and the texts whose colours a picture will tell.
// Declines to change the page: what it scrolls it scrolls back.
({ width, text, order }) => {
  const found = [];
  const dialogs = [...document.querySelectorAll("dialog[open]")];
  const top = dialogs.at(-1) ?? document.body;
  const style = (el) => getComputedStyle(el);
  const shown = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const unseen = (el) => el.closest(".vh, .skip:not(:focus), script, style, noscript, title") !== null;
  const path = (el) => {
    const names = [];
    for (let at = el; at && at !== document.body && names.length < 3; at = at.parentElement) {
      const own = at.id ? `#${at.id}` : [...at.classList].slice(0, 2).map((c) => `.${c}`).join("");
      names.unshift(at.localName + own);
    }
    return names.join(" > ");
  };
  const words = (el) => (el.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, 30);
  const say = (rule, el, more = "") => found.push({ rule, where: path(el), words: words(el), more });
  const ACTIVE = "a[href],button,input:not([type=hidden]),select,textarea,summary,[role=button],[role=switch],[role=tab],[role=radio],[role=checkbox]";
  const bars = (el) => {
    for (let at = el; at && at !== document.body; at = at.parentElement) {
      if (["fixed", "sticky"].includes(style(at).position)) return at;
    }
    return null;
  };
  /** The boxes that clip an element, outermost last. */
  const clippers = (el) => {
    const all = [];
    for (let at = el; at && at !== document.body; at = at.parentElement) {
      if (style(at).overflowY !== "visible" || style(at).overflowX !== "visible") all.push(at);
      if (style(at).position === "fixed" || at.localName === "dialog") break;
    }
    return all;
  };
  const inside = (rect, box, slack = 1) =>
    rect.left >= box.left - slack && rect.right <= box.right + slack && rect.top >= box.top - slack && rect.bottom <= box.bottom + slack;

  // ---- sideways
  const wide = document.documentElement.scrollWidth;
  if (wide > width) {
    const far = [...top.querySelectorAll("*")].filter((el) => shown(el) && !unseen(el) && el.getBoundingClientRect().right > width + 1);
    say("wide", far.at(-1) ?? document.body, `by ${wide - width} px`);
  }

  // ---- a room that is as high as the window, and a page that is not
  const high = document.documentElement.scrollHeight - innerHeight;
  const room = document.querySelector(".room, .fac--columns");
  if (room && style(room).overflowY === "hidden" && high > 0) say("tall", room, `by ${high} px`);

  for (const el of document.querySelectorAll("*")) {
    const aside = ["auto", "scroll"].includes(style(el).overflowX) && el.scrollWidth > el.clientWidth + 1;
    if (aside && shown(el) && !el.matches("textarea, pre, table")) say("wide", el, `inside by ${el.scrollWidth - el.clientWidth} px`);
  }

  // ---- every piece of text and where it is
  const texts = [];
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement;
    if (!node.data.trim() || unseen(el) || !shown(el)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((r) => r.width > 1 && r.height > 1);
    if (rects.length) texts.push({ el, rects, words: node.data.trim().slice(0, 30), said: node.data.trim() });
  }
  const controls = [...top.querySelectorAll(ACTIVE)].filter((el) => shown(el) && !el.closest(".vh, .skip"));
  const areaOf = (el) => {
    let r = el.getBoundingClientRect();
    if (el.matches("input[type=checkbox],input[type=radio],input[type=file]")) {
      for (const label of el.labels ?? []) {
        const l = label.getBoundingClientRect();
        if (l.width * l.height > r.width * r.height) r = l;
      }
    }
    return r;
  };

  // A long name under its petal is shortened; the whole one is the petal's own, its tip and sheet. So
  // is the last line of the words under two rings; beside it is what opens them all.
  const SHORT = ".seat__n, .room--full .feed:not(.is-open) .log";
  // ---- clipped: words that are there and cannot be read
  for (const { el, rects, words: some } of texts) {
    if (el.closest(SHORT)) continue;
    for (const box of clippers(el)) {
      const s = style(box);
      const b = box.getBoundingClientRect();
      if (b.width < 2 || b.height < 2) break;
      const cutX = ["hidden", "clip"].includes(s.overflowX) && rects.some((r) => r.right > b.right + 1.5 || r.left < b.left - 1.5);
      const cutY = ["hidden", "clip"].includes(s.overflowY) && rects.some((r) => r.bottom - r.height * 0.25 > b.bottom || r.top + r.height * 0.25 < b.top);
      // Who can scroll it with the page's own means still reads it.
      const scrolls = ["auto", "scroll"].includes(s.overflowY) || ["auto", "scroll"].includes(s.overflowX);
      if ((cutX || cutY) && !scrolls) { say("clipped", box, `“${some}”`); break; }
      if (scrolls) break;
    }
    if (!clippers(el).length && rects.some((r) => r.right > width + 1 || r.left < -1)) say("outside", el, `“${some}”`);
    if (text === 100 && parseFloat(style(el).fontSize) < 12.9) say("tiny", el, style(el).fontSize);
  }
  for (const el of top.querySelectorAll("*")) {
    const s = style(el);
    if (!shown(el) || unseen(el) || !el.textContent.trim()) continue;
    const cut = s.textOverflow === "ellipsis" && el.scrollWidth > el.clientWidth + 1;
    const clamped = s.webkitLineClamp !== "none" && el.scrollHeight > el.clientHeight + parseFloat(s.fontSize) * 0.5;
    if ((cut || clamped) && !el.dataset.whole && !el.closest(SHORT)) say("shortened", el);
  }
  // Words that leave the thing that one presses.
  for (const { el, rects, words: some } of texts) {
    const holder = el.closest("a[href],button,summary,.chip,.btn");
    if (!holder || style(holder).display === "inline" || holder.closest(".ring")) continue;
    const box = holder.getBoundingClientRect();
    // A line is drawn a little higher than it counts.
    const leaves = (r) => r.left < box.left - 3 || r.right > box.right + 3 || r.top < box.top - r.height / 4 || r.bottom > box.bottom + r.height / 4;
    if (rects.some(leaves)) say("spilt", holder, `“${some}”`);
  }

  // ---- overlap
  const shrink = (r) => ({ left: r.left + 1, right: r.right - 1, top: r.top + r.height * 0.22, bottom: r.bottom - r.height * 0.22 });
  const meets = (a, b, by) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > by && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > by;
  const scroller = (el) => clippers(el).find((box) => ["auto", "scroll"].includes(style(box).overflowY)) ?? null;
  // Of a shortened line only what is drawn takes room.
  const drawn = (el, r) => {
    const b = style(el).textOverflow === "ellipsis" ? el.getBoundingClientRect() : r;
    return { left: Math.max(r.left, b.left), right: Math.min(r.right, b.right), top: r.top, bottom: r.bottom, height: r.height };
  };
  const pieces = texts.flatMap((one) => one.rects.map((r) => ({ ...one, box: shrink(drawn(one.el, r)), bar: bars(one.el), scroller: scroller(one.el) })))
    .sort((a, b) => a.box.top - b.box.top);
  const told = new Set();
  pieces.forEach((a, i) => {
    for (let j = i + 1; j < pieces.length && pieces[j].box.top < a.box.bottom; j++) {
      const b = pieces[j];
      if (a.el === b.el || a.bar !== b.bar || a.scroller !== b.scroller || !meets(a.box, b.box, 2)) continue;
      if (a.el.closest(".ring__tip, .breath, .toasts") || b.el.closest(".ring__tip, .breath, .toasts")) continue;
      const key = path(a.el) + path(b.el);
      if (!told.has(key)) { told.add(key); say("overlap", a.el, `“${a.words}” and “${b.words}”`); }
    }
  });
  const solid = controls.filter((el) => !el.closest(".ring"));
  solid.forEach((a, i) => {
    const box = areaOf(a);
    for (const b of solid.slice(i + 1)) {
      if (a.contains(b) || b.contains(a) || a.closest("label")?.contains(b) || bars(a) !== bars(b) || scroller(a) !== scroller(b)) continue;
      if (meets(box, areaOf(b), 3)) say("overlap", a, `with ${path(b)}`);
    }
  });

  // ---- targets
  for (const el of controls) {
    const box = areaOf(el);
    if (box.width < 1 || (box.width >= 43.5 && box.height >= 43.5)) continue;
    // WCAG 2.5.8: a link in a sentence is as tall as the sentence.
    const block = el.parentElement.closest("p,li,dd,label,figcaption,td,legend,.muted") ?? el.parentElement;
    if (style(el).display.startsWith("inline") && el.localName === "a" && block.textContent.trim().length > el.textContent.trim().length + 1 && style(el).display === "inline") continue;
    say("small", el, `${Math.round(box.width)}×${Math.round(box.height)}`);
  }

  // ---- behind a bar: after scrolling to it as the keyboard would, something else is on top
  const places = [...document.querySelectorAll("*")].filter((el) => el.scrollTop || el.scrollLeft).map((el) => [el, el.scrollTop, el.scrollLeft]);
  const covered = (el, rect) => {
    const x = (rect.left + rect.right) / 2, y = (rect.top + rect.bottom) / 2;
    const hit = document.elementFromPoint(x, y);
    if (!hit) return "the edge";
    const label = el.labels?.[0];
    if (hit === el || el.contains(hit) || hit.contains(el) || label?.contains(hit) || hit.closest("label")?.contains(el)) return null;
    // A card that is put away by its own button covers for as long as one likes, but never the way out.
    if (hit.closest(".toasts, .walk") && !el.closest(".exit")) return null;
    return bars(hit) || bars(el) ? path(hit) : null;
  };
  for (const el of controls) {
    if (el.closest(".ring") || bars(el)) continue;
    el.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    const own = el.getBoundingClientRect();
    const by = covered(el, own.width < 20 || style(el).opacity === "0" ? areaOf(el) : own);
    if (by) say("behind", el, by);
  }
  for (const { el, said } of texts) {
    if (bars(el) || el.closest(".ring, .breath, .toasts")) continue;
    el.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const range = document.createRange();
    range.selectNodeContents(el);
    const rect = [...range.getClientRects()].find((r) => r.width > 1);
    const by = rect && rect.height < innerHeight / 2 ? covered(el, rect) : null;
    if (by && by !== "the edge") say("behind", el, `${by}, “${said.slice(0, 20)}”`);
  }
  for (const el of document.querySelectorAll("*")) if (el.scrollTop || el.scrollLeft) el.scrollTo({ top: 0, left: 0, behavior: "instant" });
  for (const [el, y, x] of places) el.scrollTo({ top: y, left: x, behavior: "instant" });

  // ---- colours: what a picture has to be asked about
  const opacity = (el) => { let o = 1; for (let at = el; at; at = at.parentElement) o *= parseFloat(style(at).opacity); return o; };
  const onTop = (el, r) => {
    const x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
    if (clippers(el).some((box) => !inside(r, box.getBoundingClientRect(), 2))) return false;
    if (x < 0 || x > innerWidth || y < 0) return false;
    // On a picture of a long page a bar is elsewhere than in the window.
    if (bars(el) && document.documentElement.scrollHeight > innerHeight + 2) return false;
    // A bar may cover a part only, and its shadow is drawn further than it can be hit.
    const around = [[x, y], [r.left + 1, y], [r.right - 1, y], [x, r.top - 9], [x, r.bottom + 9]];
    if (around.some(([ax, ay]) => { const over = document.elementFromPoint(ax, ay); return over && bars(over) && bars(over) !== bars(el); })) return false;
    if (y > innerHeight) return !bars(el);
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (hit === el || el.contains(hit) || hit.contains(el) || (style(el).pointerEvents === "none" && bars(hit) === bars(el)));
  };
  const at = (r) => [r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY].map(Math.round);
  const asked = [];
  if (order) {
    for (const piece of document.querySelectorAll("*")) if (piece.scrollTop && piece !== document.documentElement) piece.scrollTop = piece.scrollTop;
    for (const { el, words: some } of texts) {
      if (el.closest("[disabled],[aria-disabled=true]")) continue;
      const range = document.createRange();
      range.selectNodeContents(el);
      const rect = [...range.getClientRects()].find((r) => r.width > 3 && r.height > 3 && onTop(el, r));
      if (!rect) continue;
      const s = style(el);
      const size = parseFloat(s.fontSize);
      const large = size >= 24 || (size >= 18.66 && parseInt(s.fontWeight, 10) >= 700);
      asked.push({ kind: "text", where: path(el), words: some, box: at(rect), colour: el instanceof SVGElement ? s.fill : s.color, opacity: opacity(el), need: large ? 3 : 4.5 });
    }
    for (const el of top.querySelectorAll("svg.i")) {
      const rect = el.getBoundingClientRect();
      if (!shown(el) || rect.width < 4 || !onTop(el, rect) || el.closest("[disabled],[aria-disabled=true]")) continue;
      asked.push({ kind: "drawing", where: path(el), words: "", box: at(rect), need: 3 });
    }
    for (const el of top.querySelectorAll("input:not([type=hidden]),select,textarea")) {
      const rect = el.getBoundingClientRect();
      if (!shown(el) || rect.width < 8 || opacity(el) < 0.1 || !onTop(el, rect) || el.closest("[disabled]")) continue;
      asked.push({ kind: "edge", where: path(el), words: "", box: at(rect), need: 3 });
    }
    for (const el of top.querySelectorAll(".petal")) {
      const rect = el.querySelector("svg")?.getBoundingClientRect();
      if (!rect || !onTop(el, rect)) continue;
      asked.push({ kind: "drawing", where: path(el), words: el.closest(".seat")?.className ?? "", box: at(rect), need: 3 });
    }
  }
  return { found, asked };
}
