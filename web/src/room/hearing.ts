// What a screen reader would say of a page, for tests: reads its live regions as they change.
// Nothing in the room imports this; the journeys load the same function into a real browser.

export type Heard = [how: string, text: string];

/** Watch the page. The function returned gives all that was heard until then, in order. */
export function hearing(page: Document): () => Heard[] {
  const REGIONS = "[aria-live], [role=status], [role=log], [role=alert], [role=timer]";
  const HOW: Record<string, string> = { status: "polite", log: "log", alert: "assertive", timer: "off" };
  const heard: Heard[] = [];
  const howOf = (region: Element) => {
    const role = region.getAttribute("role") ?? "";
    return role === "log" ? "log" : (region.getAttribute("aria-live") ?? HOW[role] ?? "off");
  };
  const isHidden = (node: Element) => {
    // All our dialogs are modal: while one is open, the rest of the page is inert.
    const over = [...page.querySelectorAll("dialog[open]")].at(-1);
    return node.closest("[aria-hidden=true], [hidden], [inert]") !== null || (over && !over.contains(node)) === true;
  };
  const textOf = (node: Node): string => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent ?? "";
    if (!(node instanceof Element) || node.getAttribute("aria-live") === "off" || isHidden(node)) return "";
    return Array.from(node.childNodes, textOf).join("");
  };
  const listen = (records: MutationRecord[]) => {
    // What changes at once is said at once, the whole region where it is atomic.
    const said = new Set<Node>();
    for (const record of records) {
      const nodes = record.type === "characterData" ? [record.target] : [...record.addedNodes];
      for (const node of nodes) {
        const at = node instanceof Element ? node : node.parentElement;
        const region = at?.isConnected ? at.closest(REGIONS) : null;
        const alert = node instanceof Element ? node.querySelector("[role=alert]") : null;
        const whole = region?.matches("[role=status], [role=alert], [aria-atomic=true]");
        // A region that comes with its words says nothing; only an alert does.
        const fresh = region === node && !region.matches("[role=alert]");
        const spoken = alert ?? (whole ? region : node);
        if ((!region && !alert) || fresh || said.has(spoken as Node) || (at && isHidden(at))) continue;
        said.add(spoken as Node);
        const how = howOf((alert ?? region) as Element);
        const text = textOf(spoken as Node).replace(/\s+/g, " ").trim();
        if (how !== "off" && text !== "") heard.push([how, text]);
      }
    }
  };
  const watch = new MutationObserver(listen);
  watch.observe(page, { subtree: true, childList: true, characterData: true });
  return () => {
    listen(watch.takeRecords());
    return heard;
  };
}
