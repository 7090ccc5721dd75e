// Dialogs: the native element keeps the focus inside and gives it back.

import { button, h } from "./dom.js";
import { form } from "./form.js";

/**
 * Shows a dialog until it is closed; gives what it was closed with.
 *
 * `build` gets the function that closes it. While it is `firm`, Escape does not close it.
 */
export function dialog(title, build, { firm = () => false } = {}) {
  return new Promise((resolve) => {
    let result;
    const close = (value) => {
      result = value;
      element.close();
    };
    const element = h("dialog", { "aria-labelledby": "dialog-title" },
      h("h2", { id: "dialog-title", tabindex: "-1" }, title),
      build(close));
    element.addEventListener("cancel", (event) => firm() && event.preventDefault());
    element.addEventListener("close", () => {
      element.remove();
      resolve(result);
    });
    document.body.append(element);
    element.showModal();
    // The first field, or else the title, so that what it is about is read out.
    (element.querySelector("input, select, textarea") ?? element.querySelector("h2")).focus();
  });
}

/**
 * Asks in a dialog with fields; `act` does it, and its error is shown there. Gives what `act` gave.
 *
 * What has begun is waited for, since its answer may be a key that is shown once; unless it is `stoppable`.
 */
export function ask(title, { words = [], fields = [], yes, danger = false, stoppable = false, act }) {
  const firm = () => !stoppable && document.querySelector("dialog [aria-disabled]") !== null;
  return dialog(title, (close) => form({
    before: words,
    fields,
    yes,
    danger,
    also: [button("Cancel", () => firm() || close(undefined))],
    act: async (values, progress) => close((await act(values, progress)) ?? true),
  }), { firm });
}
