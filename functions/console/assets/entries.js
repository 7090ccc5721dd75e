// Entries of the activity log, for the page of all and for the timeline of one user.

import { advice } from "./advice.js";
import { badge, h, time } from "./dom.js";

/** The kinds of entries, in words. */
export const KINDS = [
  ["userCreated", "User created"],
  ["userUpdated", "User changed"],
  ["userDeleted", "User deleted"],
  ["userRestored", "User restored"],
  ["userSignedUp", "User signed up"],
  ["keyCreated", "API key created"],
  ["keyRotated", "API key rotated"],
  ["keyRevoked", "API key revoked"],
  ["groupCreated", "Visibility group created"],
  ["groupUpdated", "Visibility group described"],
  ["groupDeleted", "Visibility group deleted"],
  ["instanceCreated", "Instance created"],
  ["instanceUpdated", "Instance changed"],
  ["requestRefused", "Request refused"],
];
const LABELS = new Map(KINDS);

/** A list of entries. A user's own timeline leaves the link to the user out. */
export function entries(list, { withUser = true } = {}) {
  return h("ol", { class: "entries" }, list.map((entry) => h("li", { class: entry.outcome === "refused" ? "entry refused" : "entry" },
    h("p", { class: "head" },
      h("strong", null, LABELS.get(entry.kind) ?? entry.kind),
      entry.outcome === "refused" && badge(`refused, ${entry.refusal?.status ?? ""}`, "bad"),
      h("span", { class: "when" }, time(entry.time))),
    h("p", { class: "by" },
      entry.by ? ["by the key “", entry.by.description ?? entry.by.keyId, "”"] : "by an operator of Klue",
      withUser && entry.user && [" · ", h("a", { href: `#/users/${encodeURIComponent(entry.user.id)}` }, "see the user")]),
    changed(entry.changes ?? []),
    entry.refusal && refused(entry.refusal, entry.requestId))));
}

function changed(changes) {
  if (changes.length === 0) return null;
  return h("dl", { class: "changes" }, changes.map(({ attribute, old, new: now }) => h("div", null,
    h("dt", null, attribute),
    h("dd", null, value(old), h("span", { "aria-hidden": "true" }, " → "), h("span", { class: "unseen" }, " became "), value(now)))));
}

function value(text) {
  return text === null || text === undefined || text === "" ? h("i", null, "nothing") : h("span", { class: "datum" }, text);
}

function refused(refusal, requestId) {
  const sent = refusal.values ?? [];
  return h("div", { class: "refusal" },
    h("p", { class: "detail" }, refusal.detail),
    h("p", { class: "advice" }, h("strong", null, "What to do: "), advice(refusal)),
    h("details", null,
      h("summary", null, "What was sent"),
      h("p", null, h("code", null, refusal.route), refusal.scimType && [" · ", h("code", null, refusal.scimType)], requestId && [" · request ", h("code", null, requestId)]),
      sent.length > 0 && h("dl", { class: "changes" }, sent.map(({ attribute, value: text }) =>
        h("div", null, h("dt", null, attribute), h("dd", { class: "datum" }, text))))));
}
