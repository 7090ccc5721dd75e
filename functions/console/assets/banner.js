// The warning that stands above every page while a key is about to end.

import { get, session } from "./api.js";
import { h, time } from "./dom.js";

const DAY = 24 * 60 * 60 * 1000;
/** Time to make a new key, and to find the person who may put it into Okta. */
const SOON = 20 * DAY;
/** The keys are read again at most so often. */
const FRESH = 5 * 60 * 1000;

/** Where the warning is shown. */
export const banner = h("section", { "aria-label": "Warnings" });
let read = 0;

/** Whether a key works, but not for long; one that has been replaced may end. */
export function endsSoon(key) {
  return key.state === "active" && key.expires && !key.replacedBy && Date.parse(key.expires) - Date.now() <= SOON;
}

/** Shows the warning for some keys, which have just been read. */
export function warnOf(keys) {
  read = Date.now();
  banner.replaceChildren(...keys.filter(endsSoon).map((key) => {
    const end = key.scope === "scim" ? "After that Okta cannot reach Klue any more." : "After that nobody can sign in with it.";
    return h("p", { class: "notice warning" },
      h("strong", null, `The API key “${key.description}” expires `, time(key.expires), ". "),
      `${end} Rotate it under `, h("a", { href: "#/keys" }, "Manage API keys"), ".");
  }));
}

/** Forgets the keys: of another session nothing is known. */
export function clearBanner() {
  read = 0;
  banner.replaceChildren();
}

/** Reads the keys where that was a while ago. */
export async function refreshBanner() {
  if (Date.now() - read < FRESH) return;
  read = Date.now();
  const key = session.key;
  try {
    const { keys } = await get("api-keys");
    if (session.key === key) warnOf(keys);
  } catch {
    // The page itself says what does not work; the next page tries again.
    read = 0;
  }
}
