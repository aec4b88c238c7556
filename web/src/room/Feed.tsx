// The words of this meeting, while they last. Declines to keep, copy or search them.
import { useEffect, useRef, useState } from "preact/hooks";
import icons from "../icons.json";
import { t } from "../words";
import { feed, isFacilitator, retract, sayAgain, type FeedItem, type Words } from "./store";

export function Feed() {
  const [open, setOpen] = useState(false);
  const section = useRef<HTMLElement>(null);
  useEffect(() => stayAbove(section.current), []);
  return (
    <section class={`feed${open ? " is-open" : ""}`} aria-labelledby="feed-title" ref={section}>
      <div class="h">
        <h2 id="feed-title" class="feed__title">
          <span class="vh">{t("feed.title")}: </span>
          {t("room.chatgone")}
        </h2>
        <button type="button" class="feed__more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t("feed.less") : t("feed.more")}
        </button>
      </div>
      <Log />
    </section>
  );
}

/** Tells the styles how high the actions are under the words, which stay in sight above them. */
function stayAbove(words: HTMLElement | null): (() => void) | undefined {
  const actions = words?.nextElementSibling;
  if (!words || !actions) return;
  const watch = new ResizeObserver(() =>
    words.style.setProperty("--acts", `${Math.floor(actions.getBoundingClientRect().height)}px`),
  );
  watch.observe(actions);
  return () => watch.disconnect();
}

export function Log() {
  const list = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  const [behind, setBehind] = useState(false);
  const items = feed.value;
  useEffect(() => {
    const box = list.current;
    if (!box) return;
    if (stick.current || isMine(items.at(-1))) box.scrollTop = box.scrollHeight;
    else setBehind(true);
  }, [items]);
  // Where it becomes lower, as when a circle fills, the newest words stay in sight.
  useEffect(() => {
    const box = list.current;
    if (!box) return;
    const watch = new ResizeObserver(() => {
      if (stick.current) box.scrollTop = box.scrollHeight;
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  const onScroll = () => {
    const box = list.current;
    if (!box) return;
    stick.current = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
    if (stick.current) setBehind(false);
  };
  const toEnd = () => {
    const box = list.current;
    if (box) box.scrollTop = box.scrollHeight;
    box?.focus();
  };
  return (
    <>
      <div class="log" role="log" aria-label={t("feed.title")} tabIndex={0} ref={list} onScroll={onScroll}>
        {items.length === 0 && <p class="muted">{t("feed.empty")}</p>}
        {items.map(line)}
      </div>
      {behind && (
        <button type="button" class="feed__new" onClick={toEnd}>
          {t("feed.new")}
        </button>
      )}
    </>
  );
}

function isMine(item: FeedItem | undefined): boolean {
  return item !== undefined && "mine" in item && item.mine;
}

/** No component of its own: with every word said it would be asked again for hundreds of old ones. */
function line(item: FeedItem) {
  // Lines about the words, and about people, are there to read: the log tells new words alone.
  if (item.kind === "missed") return <Quiet key={item.id}>{t("feed.missed")}</Quiet>;
  if (item.kind === "notice") return <Quiet key={item.id}>{t(item.key, item.params)}</Quiet>;
  return <Said key={item.id} item={item} />;
}

function Quiet({ children }: { children: string }) {
  return (
    <p class="quiet" aria-live="off">
      {children}
    </p>
  );
}

function Said({ item }: { item: Words }) {
  const mayTake = (item.mine || isFacilitator.value) && item.state !== "sending";
  return (
    <div class={`line${item.kind === "phrase" ? " warm" : ""}`} data-state={item.state}>
      <p>
        <b>
          <bdi>{item.name}</bdi>
        </b>{" "}
        {item.kind === "phrase" ? (
          <>
            <svg class="i" viewBox="-20 -31 40 62" aria-hidden="true">
              <path d={icons.petal} />
            </svg>
            {t(item.text)}
          </>
        ) : (
          <bdi class="said">{item.text}</bdi>
        )}
      </p>
      {item.state === "unsent" && (
        <button type="button" class="line__again" aria-live="off" onClick={() => sayAgain(item.id)}>
          {t("st.unsent")}
        </button>
      )}
      {mayTake && (
        // New words are told, and not what may be done with them.
        <button type="button" class="line__take" aria-live="off" onClick={() => void retract(item.id)}>
          {item.mine ? t("feed.take") : t("feed.hide")}
          <span class="vh">: {item.kind === "phrase" ? t(item.text) : item.text.slice(0, 40)}</span>
        </button>
      )}
    </div>
  );
}
