// Integrations → Manage API keys.

import { call, get, session } from "./api.js";
import { endsSoon, warnOf } from "./banner.js";
import { ask } from "./dialog.js";
import { badge, button, count, empty, fill, h, say, table, time } from "./dom.js";
import { expires, expiry, field, input, select } from "./form.js";
import { showNewKey } from "./new_key.js";

const SCOPES = [["scim", "Okta or another identity provider (scim)"], ["admin", "This console and the admin API (admin)"]];
const GRACES = [
  ["24 hours", "for 24 hours"], ["7 days", "for 7 days"], ["1 hour", "for one hour"], ["0 hours", "not at all: end it at once"],
];

/** The list of keys. */
export function keys(main) {
  const list = h("div");
  const reload = () => fill(list, "Loading the API keys…", () => get("api-keys"), ({ keys }) => {
    warnOf(keys);
    return drawn(keys, reload);
  });
  main.append(
    h("p", { class: "lead" }, "With an API key Okta reaches Klue. Klue shows a key once, when it is made, and keeps only a hash of it."),
    h("div", { class: "buttons" }, button("Create New API Key", () => create(reload), { class: "primary" })),
    list);
  reload();
}

function drawn(keys, reload) {
  const newest = [...keys].sort((one, other) => Date.parse(other.created) - Date.parse(one.created));
  const active = newest.filter((key) => key.state === "active");
  const ended = newest.filter((key) => key.state !== "active");
  const scims = active.filter((key) => key.scope === "scim").length;
  return [
    scims === 0 && empty("No key connects an identity provider at the moment. Create one with the scope scim and paste it into Okta.",
      button("Create New API Key", () => create(reload))),
    listed("API keys that work", active, reload),
    ended.length > 0 && h("details", null,
      h("summary", null, `${count(ended.length, "key")} that no longer ${ended.length === 1 ? "works" : "work"}`),
      listed("API keys that no longer work", ended, reload)),
  ];
}

function listed(caption, keys, reload) {
  const columns = ["Key", "Description", "Scope", "State", "Created", "Expires", "Last used", ""];
  return table(caption, columns, keys.map((key) => [
    h("code", null, key.prefix ? `${key.prefix}…` : key.id),
    key.description,
    key.scope,
    state(key),
    time(key.created),
    time(key.expires, "Never"),
    time(key.lastUsed, "Not yet"),
    key.state === "active" && h("div", { class: "buttons" },
      !key.replacedBy && button("Rotate", () => rotate(key, reload), { "aria-label": `Rotate: ${key.description}` }),
      button("Revoke", () => revoke(key, reload), { class: "danger", "aria-label": `Revoke: ${key.description}` })),
  ]));
}

function state(key) {
  if (key.state === "active" && key.replacedBy) return badge("active, replaced", "warning");
  if (endsSoon(key)) return badge("expires soon", "warning");
  return badge(key.state, key.state === "active" ? "good" : "plain");
}

const description = (value = "") => field("Description", input("description", { required: true, maxlength: "200", value }),
  "What the key is for, such as “Okta, production”.");

async function create(reload) {
  const created = await ask("Create New API Key", {
    fields: [description(), field("Scope", select("scope", SCOPES)), expiry()],
    yes: "Save",
    act: (values) => call("POST", "api-keys", {
      body: { description: values.description, scope: values.scope, expires: expires(values) },
    }),
  });
  if (!created) return;
  await showNewKey(created);
  reload();
}

async function rotate(key, reload) {
  const created = await ask(`Rotate “${key.description}”`, {
    words: [h("p", null, "A new key takes the place of this one. The old one goes on working for a while, so that nothing stops until the new one is in its place.")],
    fields: [
      description(key.description),
      expiry(),
      field("The old key goes on working", select("grace", GRACES)),
    ],
    yes: "Rotate",
    act: async (values) => {
      const created = await call("POST", `api-keys/${encodeURIComponent(key.id)}/rotate`, {
        body: { description: values.description, expires: expires(values), grace: values.grace },
      });
      // Whoever rotates the key of this session goes on with the new one.
      if (session.isOf(key.id)) session.open(created.key);
      return created;
    },
  });
  if (!created) return;
  await showNewKey(created);
  reload();
}

async function revoke(key, reload) {
  const loss = key.scope === "scim"
    ? "Whoever uses it, Okta for instance, cannot reach Klue any more from the next request on."
    : "Whoever uses it cannot sign in here any more from the next request on.";
  const done = await ask(`Revoke “${key.description}”?`, {
    words: [h("p", null, `${loss} A revoked key cannot be brought back.`), key.lastUsed && h("p", null, "It was last used ", time(key.lastUsed), ".")],
    yes: "Revoke",
    danger: true,
    act: () => call("DELETE", `api-keys/${encodeURIComponent(key.id)}`),
  });
  if (!done) return;
  say("The key is revoked.");
  reload();
}
