// Lists that grow page by page.

import { button, failure, fill, h, say, waiting } from "./dom.js";

/**
 * Fills a place with the first page, and a button for each further one.
 *
 * `read(cursor)` gives `{ items, next }`; `draw(items)` shows all of them so far, `none()` that there
 * are none; `tell(items, page, isAll)` says how many they are.
 */
export function pages(place, { what, read, draw, none, tell }) {
  return fill(place, what, () => filled(read), (page) => {
    const told = h("p", { class: "told", tabindex: "-1" });
    const list = h("div");
    const more = h("div", { class: "buttons" });
    let items = [];

    const show = ({ items: found, ...page }) => {
      items = [...items, ...found];
      told.textContent = tell(items, page, !page.next);
      list.replaceChildren(items.length === 0 && !page.next ? none() : draw(items));
      const next = button("Load more", () => load(page.next));
      more.replaceChildren(...(page.next ? [next] : []));
      return next;
    };
    const load = async (cursor) => {
      more.replaceChildren(waiting(what));
      try {
        const next = show(await filled(read, cursor));
        (next.isConnected ? next : told).focus();
        say(told.textContent);
      } catch (error) {
        more.replaceChildren(failure(error, () => load(cursor)));
      }
    };
    show(page);
    const words = items.length === 0 ? list.textContent : told.textContent;
    // Without words, what has just been said of a change is left alone.
    if (words) say(words);
    return [told, list, more];
  });
}

/** As many pages are skipped before the admin is asked whether to go on. */
const MAX_SKIPPED = 20;

/** Reads up to a page with something on it: a selective list may read far and find nothing. */
async function filled(read, cursor) {
  let page = await read(cursor);
  for (let skipped = 0; page.items.length === 0 && page.next && skipped < MAX_SKIPPED; skipped += 1) {
    page = await read(page.next);
  }
  return page;
}
