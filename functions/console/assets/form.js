// Forms: labels, a button that waits, errors in words.

import { failure, h, say, waiting } from "./dom.js";

let numbered = 0;

/** A label with its control and a hint. */
export function field(label, control, hint) {
  const id = `field-${(numbered += 1)}`;
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "field" },
    h("label", { for: id }, label),
    control,
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint));
}

/** A drop-down of values and labels. */
export function select(name, options, chosen = "") {
  const choices = options.map(([value, label]) => h("option", { value, selected: value === chosen }, label));
  return h("select", { name }, choices);
}

/** A line of text. */
export function input(name, properties) {
  return h("input", { name, autocomplete: "off", ...properties });
}

/** What a form's controls say, by their names. */
export function values(element) {
  return Object.fromEntries([...new FormData(element)].map(([name, value]) => [name, value.trim()]));
}

/**
 * A form whose `act` gets the values, and a place for what it tells of its progress.
 *
 * While it acts the button waits; an error is shown, and the form stays.
 */
export function form({ before = [], fields, yes, danger = false, also = [], act, ...properties }) {
  const outcome = h("div", { class: "outcome" });
  const submit = h("button", { type: "submit", class: danger ? "danger" : "primary" }, yes);
  const element = h("form", {
    ...properties,
    onsubmit: async (event) => {
      event.preventDefault();
      if (submit.getAttribute("aria-disabled")) return;
      // Not `disabled`, which would take the focus away.
      submit.setAttribute("aria-disabled", "true");
      outcome.replaceChildren(waiting("One moment…"));
      try {
        await act(values(element), outcome);
        outcome.replaceChildren();
      } catch (error) {
        outcome.replaceChildren(failure(error));
        say(error.message);
      }
      submit.removeAttribute("aria-disabled");
    },
  }, before, fields, outcome, h("div", { class: "buttons" }, submit, also));
  return element;
}

/** How long a key works: a drop-down, and a date where that is chosen. */
export function expiry(chosen = "90 days") {
  const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  const date = input("date", { type: "date", min: tomorrow, disabled: true });
  const dated = field("Last day", date, "The key works to the end of this day (UTC).");
  dated.hidden = true;
  const choice = select("expires", [
    ["30 days", "30 days"], ["90 days", "90 days"], ["1 year", "1 year"], ["never", "Never"], ["date", "On a date…"],
  ], chosen);
  choice.addEventListener("change", () => {
    const isDate = choice.value === "date";
    dated.hidden = !isDate;
    Object.assign(date, { disabled: !isDate, required: isDate });
  });
  return [field("Expiration", choice, "A key that never expires should be rotated by hand once a year."), dated];
}

/** What `expiry` says, as the API takes it. */
export const expires = (values) => (values.expires === "date" ? values.date : values.expires);
