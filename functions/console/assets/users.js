// Manage users: who is in Klue, and in which role.

import { ApiError, get } from "./api.js";
import { badge, count, empty, h, table, time } from "./dom.js";
import { field, form, input, select } from "./form.js";
import { pages } from "./list.js";

const PAGE = 50;
const FILTERS = ["q", "role", "group", "state"];

/** The roles, from the least to the most. */
export const ROLES = [["consumer", "Consumer"], ["curator", "Curator"], ["admin", "Admin"]];
const STATES = [["active", "Active"], ["inactive", "Inactive"], ["deleted", "Deleted"]];

/** The visibility groups, by their names, for a drop-down. */
export async function groupsInto(list, chosen) {
  try {
    const { visibilityGroups } = await get("visibility-groups");
    const open = visibilityGroups.filter((group) => group.state === "open" && group.name !== chosen);
    list.append(...open.map(({ name }) => h("option", { value: name }, name)));
  } catch {
    list.append(h("option", { disabled: true }, "The groups could not be loaded"));
  }
}

/** The one user that somebody means by a userName, an e-mail, a part of the name, or an id; an error in words for none or several. */
export async function userOf(text) {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return get(`users/${text}`);
  const { users: found, nextCursor } = await get("users", { q: text, count: PAGE });
  const isExact = ({ userName, email }) => [userName, email].some((name) => name.toLowerCase() === text.toLowerCase());
  const exact = found.find(isExact);
  if (exact) return exact;
  if (found.length === 1 && !nextCursor) return found[0];
  throw new ApiError(found.length === 0
    ? `No user is like “${text}”. Give the userName or the e-mail address, as Manage users shows it.`
    : `More than one user is like “${text}”. Give the whole userName or e-mail address.`);
}

/** A user's state, in a colour. */
export const stateOf = ({ state }) => badge(state, { active: "good", deleted: "bad" }[state]);

/** The list of users, with a search. */
export function users(main, query) {
  const list = h("div");
  const chosen = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  const group = select("group", [["", "Every group"], ...(chosen.group ? [[chosen.group, chosen.group]] : [])], chosen.group);
  groupsInto(group, chosen.group);
  main.append(
    form({
      class: "filters",
      role: "search",
      fields: [
        field("Name or e-mail", input("q", { type: "search", value: chosen.q, maxlength: "200" })),
        field("Role", select("role", [["", "Every role"], ...ROLES], chosen.role)),
        field("Visibility group", group),
        field("State", select("state", [["", "Every state"], ...STATES], chosen.state)),
      ],
      yes: "Search",
      act: async (asked) => {
        const known = Object.entries(asked).filter(([, value]) => value !== "");
        history.replaceState(null, "", `#/users?${new URLSearchParams(known)}`);
        await show(list, asked);
      },
    }),
    list);
  show(list, chosen);
}

function show(list, asked) {
  const isFiltered = Object.values(asked).some((value) => value !== "");
  // Of the inactive ones the API counts the deleted ones too.
  const isCounted = !asked.state || asked.state === "active";
  return pages(list, {
    what: "Loading the users…",
    read: async (cursor) => {
      const page = await get("users", { ...asked, count: PAGE, cursor });
      return { items: page.users, next: page.nextCursor, total: page.total };
    },
    draw: drawn,
    none: () => isFiltered
      ? empty("No user is like this. A name is found by any part of it, an address with an @ only by its start.")
      : empty("There are no users yet. ", h("a", { href: "#/keys" }, "Create an API key"), " for Okta, and assign people to the Klue app there."),
    tell: (items, { total }, isAll) => {
      if (items.length === 0) return "";
      if (isAll) return `${count(items.length, "user")}.`;
      return isCounted ? `${items.length} of ${count(total, "user")}.` : `${count(items.length, "user")}, and there are more.`;
    },
  });
}

function drawn(items) {
  const columns = ["Name", "userName", "E-mail", "Role", "Visibility group", "State", "Last changed"];
  return table("Users", columns, items.map((user) => [
    h("a", { href: `#/users/${encodeURIComponent(user.id)}` }, `${user.givenName} ${user.familyName}`),
    user.userName,
    user.email,
    user.klueRole,
    user.visibilityGroup ?? "–",
    stateOf(user),
    time(user.lastModified),
  ]));
}
