// Signing in with an admin key.

import { call, session } from "./api.js";
import { h } from "./dom.js";
import { field, form, input } from "./form.js";

/** The page for who is not signed in; `done` gets the instance. `reason` says why the last session ended. */
export function signIn(done, reason) {
  const key = input("key", { type: "password", required: true, spellcheck: "false", autocomplete: "off" });
  return h("main", { class: "sign-in" },
    h("h1", { tabindex: "-1" }, "Klue console"),
    reason && h("div", { class: "notice bad", role: "alert" }, h("p", null, reason)),
    h("p", null, "Connect Okta, manage its API keys, and see what it changed and what Klue refused."),
    form({
      fields: field("Admin key", key,
        "An API key with the scope admin; it starts with klue_. The first one comes with the instance. It is kept in this tab only."),
      yes: "Sign in",
      act: async (values) => {
        const instance = await call("GET", "instance", { key: values.key });
        session.open(values.key);
        done(instance);
      },
    }));
}
