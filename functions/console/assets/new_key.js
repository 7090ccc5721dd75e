// A key that has just been made: shown once, with what to do with it.

import { get } from "./api.js";
import { dialog } from "./dialog.js";
import { button, fill, h, say, time } from "./dom.js";

/** Shows a new key until the admin says that it is copied. */
export function showNewKey(key) {
  return dialog("Copy your new API key now", (close) => [
    h("p", null, "Klue does not show it again. Put it into Okta or a password manager before you close this."),
    copied("API key", key.key),
    key.replaces && h("p", { class: "notice" }, ...replaced(key)),
    key.scope === "scim" ? inOkta(Boolean(key.replaces)) : h("p", null, "Sign in here with it, or send it to the admin API as a Bearer token."),
    h("div", { class: "buttons" }, button("I have copied the key", () => close(true), { class: "primary" })),
  ], { firm: () => true });
}

/** What has become of the key that this one replaces. */
function replaced({ created, replaces }) {
  const hasEnded = replaces.expires && Date.parse(replaces.expires) <= Date.parse(created);
  return hasEnded ? ["The old key no longer works."] : ["The old key works until ", time(replaces.expires, "it is revoked"), "."];
}

/** A value with a button that copies it. */
function copied(label, value) {
  const text = h("code", { class: "value", tabindex: "0" }, value);
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(value);
      copy.textContent = "Copied";
      say(`${label}: copied.`);
    } catch {
      getSelection().selectAllChildren(text);
      say("Your browser does not allow it. The text is selected: copy it by hand.");
    }
  }, { "aria-label": `Copy: ${label}` });
  return h("div", { class: "copied" }, h("span", { class: "label" }, label), h("div", null, text, copy));
}

function inOkta(isRotation) {
  const url = h("div");
  fill(url, "Loading the SCIM base URL…", () => get("instance"), (instance) => copied("SCIM base URL", instance.scimBaseUrl));
  const steps = isRotation
    ? [
        ["On the Klue app in Okta: ", "Provisioning → Integration → Edit", ". Paste the new key as the API token, then ", "Test API Credentials", " and ", "Save", "."],
        ["When “Last used” of the new key shows a time in the list here, the old one is no longer needed."],
      ]
    : [
        ["On the Klue app: ", "Provisioning → Configure API Integration → Enable API Integration", ". Paste the key as the API token. A custom app also asks for the SCIM base URL and the unique identifier field for users: ", "userName", ". Leave ", "Import Groups", " unticked. ", "Test", ", then ", "Save", "."],
        ["", "Provisioning → To App → Edit", ": tick Create Users (leave it unticked where people shall be created when they first sign in), Update User Attributes and Deactivate Users. ", "Save", "."],
        ["", "Sign On → Credentials Details → Application username format", ": Email. ", "Save", "."],
        ["", "Assignments → Assign", " to people or groups."],
        ["", "Provisioning → To Okta", ": schedule an import."],
      ];
  // Every other part is what Okta calls it.
  const step = (parts) => h("li", null, parts.map((part, at) => (at % 2 ? h("b", null, part) : part)));
  return h("div", null,
    url,
    h("h3", null, "Next, in Okta"),
    h("ol", null, steps.map(step)),
    !isRotation && h("p", { class: "hint" },
      "Moving from an older integration: after these steps choose Import → Import Now, so that Okta matches Klue's users with its own; review, Confirm Assignments, then schedule the import."));
}
