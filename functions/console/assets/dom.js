// Elements, times and words. Data becomes text nodes and attributes only, never markup.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "required", "selected"]);

/** An element with properties and children; `onclick` and its like take functions. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else if (PROPERTIES.has(name)) {
      element[name] = value;
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Tells a screen reader what has happened. */
export function say(text) {
  const place = document.getElementById("said");
  // The same words twice are two events.
  place.textContent = "";
  setTimeout(() => place.append(text), 50);
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const numbers = new Intl.NumberFormat();

/** A time in the admin's own zone; `none` where there is none. */
export function time(instant, none = "–") {
  return instant ? h("time", { datetime: instant, title: instant }, moment.format(new Date(instant))) : none;
}

/** "1 user", "1,000 users". */
export function count(number, one, many = `${one}s`) {
  return `${numbers.format(number)} ${number === 1 ? one : many}`;
}

/** A button that does something on this page. */
export function button(label, onclick, properties) {
  return h("button", { type: "button", onclick, ...properties }, label);
}

/** A short word with a colour; the word tells all. */
export function badge(word, kind = "plain") {
  return h("span", { class: `badge ${kind}` }, word);
}

const SLOW = 2000;

/** What is shown meanwhile: words at once, a progress indicator for what takes longer than two seconds. */
export function waiting(what) {
  const place = h("p", { class: "waiting" }, what);
  setTimeout(() => place.isConnected && place.append(h("progress", { "aria-label": what })), SLOW);
  return place;
}

/** An error in words, with a way to try again. */
export function failure(error, retry) {
  return h("div", { class: "notice bad", role: "alert" },
    h("p", null, error.message),
    retry && button("Try again", retry));
}

const nameOf = (element) => element.getAttribute("aria-label") ?? element.textContent;

/** Where the focus is inside a place that is about to be filled anew: gives what puts it back there, or on the title. */
export function heldFocus(place) {
  const held = document.activeElement;
  if (!place.contains(held)) return () => {};
  const name = nameOf(held);
  return () => {
    if (document.activeElement !== document.body) return;
    const same = [...place.querySelectorAll("button, a")].find((element) => nameOf(element) === name);
    (same ?? document.querySelector("main h1"))?.focus();
  };
}

const newest = new WeakMap();

/** Fills a place with what is read: meanwhile a word, afterwards what `show` makes of it, or the error. */
export async function fill(place, what, read, show) {
  const turn = {};
  newest.set(place, turn);
  // What comes after a later question, or when the page is another one, is not shown.
  const isWanted = () => newest.get(place) === turn && place.isConnected;
  const restoreFocus = heldFocus(place);
  place.replaceChildren(waiting(what));
  place.setAttribute("aria-busy", "true");
  try {
    const found = await read();
    if (isWanted()) place.replaceChildren(...[show(found)].flat(Infinity).filter(Boolean));
  } catch (error) {
    if (isWanted()) place.replaceChildren(failure(error, () => fill(place, what, read, show)));
  }
  if (newest.get(place) !== turn) return;
  place.removeAttribute("aria-busy");
  restoreFocus();
}

/** A table that becomes a card a row where it is narrow. A column is a heading; a row has a node for each. */
export function table(caption, columns, rows) {
  const cells = (row) => row.map((cell, at) => {
    const label = columns[at];
    return h("td", { role: "cell", "data-label": label, class: label ? null : "actions" }, cell);
  });
  const headings = columns.map((label) =>
    h("th", { role: "columnheader", scope: "col" }, label || h("span", { class: "unseen" }, "Actions")));
  // The roles are said, since a table that is laid out as cards loses them; what scrolls has to be reached by the keyboard.
  return h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": caption },
    h("table", { role: "table" },
      h("caption", { class: "unseen" }, caption),
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, headings)),
      h("tbody", { role: "rowgroup" }, rows.map((row) => h("tr", { role: "row" }, cells(row))))));
}

/** What stands where nothing is: what that means and what to do next. */
export function empty(sentence, ...next) {
  return h("div", { class: "empty" }, h("p", null, sentence), next);
}
