// One user: what Klue knows, what an admin may change, and what has happened.

import { call, get } from "./api.js";
import { ask } from "./dialog.js";
import { button, empty, fill, h, heldFocus, say, time } from "./dom.js";
import { entries } from "./entries.js";
import { field, form, select } from "./form.js";
import { pages } from "./list.js";
import { ROLES, groupsInto, stateOf } from "./users.js";

const PAGE = 20;

/** The page of a user. */
export function user(main, id) {
  const path = `users/${id}`;
  const facts = h("div");
  const timeline = h("div");
  const change = async (found, body) => {
    try {
      const changed = await call("PATCH", path, { body, ifMatch: found.version });
      const restoreFocus = heldFocus(facts);
      facts.replaceChildren(...shown(changed));
      restoreFocus();
      readTimeline();
      return changed;
    } catch (error) {
      if (error.status !== 412) throw error;
      facts.replaceChildren(
        h("p", { class: "notice warning", role: "alert" }, "Somebody changed this user since you opened the page. This is how the user is now; look, and change again what is still to be changed."),
        ...shown(await get(path)));
      readTimeline();
      return false;
    }
  };
  const shown = (found) => {
    main.querySelector("h1").textContent = `${found.givenName} ${found.familyName}`;
    document.title = `${found.givenName} ${found.familyName} – Klue console`;
    return [known(found), h("h2", null, "Access"), access(found, change), presence(found, change)];
  };
  const readTimeline = () => pages(timeline, {
    what: "Loading the timeline…",
    read: async (cursor) => {
      const page = await get("activity", { user: decodeURIComponent(id), count: PAGE, cursor });
      return { items: page.entries, next: page.nextCursor };
    },
    draw: (items) => entries(items, { withUser: false }),
    none: () => empty("The log has nothing on this user any more: entries are kept for a limited time."),
    tell: () => "",
  });

  main.append(h("p", null, h("a", { href: "#/users" }, "← All users")), facts, h("h2", null, "Timeline"), timeline);
  fill(facts, "Loading the user…", () => get(path), shown);
  readTimeline();
}

function known(found) {
  const rows = [
    ["State", stateOf(found)],
    ["userName", found.userName],
    ["E-mail", found.email],
    ["Employee id", found.employeeId ?? "–"],
    ["External id (Okta's)", found.externalId ?? "–"],
    ["Klue id", h("code", null, found.id)],
    ["Created", time(found.created)],
    ["Last changed", time(found.lastModified)],
  ];
  return h("dl", { class: "facts" }, rows.map(([term, fact]) => h("div", null, h("dt", null, term), h("dd", null, fact))));
}

function access(found, change) {
  const role = select("klueRole", ROLES, found.klueRole);
  const group = select("visibilityGroup", found.visibilityGroup ? [[found.visibilityGroup, found.visibilityGroup]] : [["", "The default group"]], found.visibilityGroup ?? "");
  groupsInto(group, found.visibilityGroup);
  const grouped = field("Visibility group", group, "Of consumers only: it decides what they see.");
  const follow = () => {
    const isConsumer = role.value === "consumer";
    grouped.hidden = !isConsumer;
    group.disabled = !isConsumer;
  };
  role.addEventListener("change", follow);
  follow();
  return form({
    class: "filters",
    fields: [field("Role", role), grouped],
    yes: "Save",
    act: async (values) => {
      const body = { klueRole: values.klueRole };
      if (values.visibilityGroup) body.visibilityGroup = values.visibilityGroup;
      if (await change(found, body)) say("Saved.");
    },
  });
}

function presence(found, change) {
  const name = `${found.givenName} ${found.familyName}`;
  const isActive = found.state === "active";
  const ends = "The person cannot sign in to Klue any more. While they are assigned in Okta, Okta may activate them again: unassign them there too.";
  const begins = "The person can sign in to Klue again. If they are not assigned in Okta, assign them there too, or Okta may deactivate them again.";
  const press = async () => {
    const done = await ask(isActive ? `Deactivate ${name}?` : `Reactivate ${name}?`, {
      words: [h("p", null, isActive ? ends : begins)],
      yes: isActive ? "Deactivate" : "Reactivate",
      danger: isActive,
      act: () => change(found, { active: !isActive }),
    });
    if (!done) return;
    say(isActive ? `${name} is deactivated.` : `${name} is active again.`);
    document.querySelector("main h1")?.focus();
  };
  return h("div", { class: "buttons" }, button(isActive ? "Deactivate…" : "Reactivate…", press, { class: isActive ? "danger" : null }));
}
