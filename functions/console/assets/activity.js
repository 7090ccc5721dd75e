// Activity: what was done, what was refused and why.

import { download, get } from "./api.js";
import { button, count, empty, h, say } from "./dom.js";
import { KINDS, entries } from "./entries.js";
import { field, form, input, select, values } from "./form.js";
import { pages } from "./list.js";
import { userOf } from "./users.js";

const PAGE = 50;
const FILTERS = ["outcome", "kind", "key", "user", "from", "to"];
const OUTCOMES = [["", "Done and refused"], ["done", "Done"], ["refused", "Refused"]];

/** The log of the instance, with filters. */
export function activity(main, query) {
  const list = h("div");
  const chosen = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  const key = select("key", [["", "Every key"], ...(chosen.key ? [[chosen.key, chosen.key]] : [])], chosen.key);
  keysInto(key, chosen.key);
  const user = userField(chosen.user);
  const filters = form({
    class: "filters",
    fields: [
      field("Outcome", select("outcome", OUTCOMES, chosen.outcome)),
      field("What happened", select("kind", [["", "Everything"], ...KINDS], chosen.kind)),
      field("By which key", key),
      field("From", input("from", { type: "date", value: chosen.from })),
      field("To", input("to", { type: "date", value: chosen.to })),
      user.field,
    ],
    yes: "Show",
    also: [exportAs("csv", "Export CSV"), exportAs("jsonl", "Export JSON lines")],
    act: async (typed) => {
      const asked = { ...typed, user: await user.id() };
      history.replaceState(null, "", `#/activity?${new URLSearchParams(known(asked))}`);
      await show(list, asked);
    },
  });
  main.append(filters, list);
  show(list, chosen);

  function exportAs(format, label) {
    return button(label, async (event) => {
      const pressed = event.currentTarget;
      if (pressed.getAttribute("aria-disabled")) return;
      pressed.setAttribute("aria-disabled", "true");
      const outcome = filters.querySelector(".outcome");
      outcome.replaceChildren(h("p", { class: "waiting" }, "Making the file…", h("progress", { "aria-label": "Making the file" })));
      try {
        const asked = { ...known({ ...values(filters), user: await user.id() }), format };
        const response = await download("activity/export", asked, `klue-activity.${format}`);
        const isPart = response.headers.has("next-cursor");
        const told = isPart ? "The file is saved. It has the newest entries only: choose a shorter time for all of them." : "The file is saved.";
        outcome.replaceChildren(h("p", { class: "notice" }, told));
        say(told);
      } catch (error) {
        outcome.replaceChildren(h("p", { class: "notice bad", role: "alert" }, error.message));
      }
      pressed.removeAttribute("aria-disabled");
    });
  }
}

const known = (asked) => Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ""));

function show(list, asked) {
  const isFiltered = Object.keys(known(asked)).length > 0;
  return pages(list, {
    what: "Loading the activity…",
    read: async (cursor) => {
      const page = await get("activity", { ...asked, count: PAGE, cursor });
      return { items: page.entries, next: page.nextCursor };
    },
    draw: (items) => entries(items),
    none: () => isFiltered
      ? empty("Nothing in the log is like this. Choose a longer time or another outcome.")
      : empty("Nothing has happened yet. Connect Okta first: ", h("a", { href: "#/keys" }, "create an API key"), "."),
    tell: (items, _, isAll) => items.length === 0 ? "" : `${count(items.length, "entry", "entries")}${isAll ? "" : ", and there are more"}, newest first.`,
  });
}

/** The filter by a user, whom people name by words and the log by an id: `id()` gives that, or "" for all users. */
function userField(chosen) {
  const control = input("user", { value: chosen, placeholder: "all users" });
  let known = { text: chosen, id: chosen };
  const show = ({ id, userName }) => {
    control.value = userName;
    known = { text: userName, id };
  };
  if (chosen) userOf(chosen).then((found) => control.value === chosen && show(found), () => {});
  return {
    field: field("User", control, "A userName, an e-mail address or a name."),
    async id() {
      const text = control.value.trim();
      if (text !== "" && text !== known.text) show(await userOf(text));
      return text === "" ? "" : known.id;
    },
  };
}

/** The keys by their descriptions; without them the filter has only those of the address. */
async function keysInto(list, chosen) {
  try {
    const { keys } = await get("api-keys");
    const options = keys.map((key) => h("option", { value: key.id, selected: key.id === chosen }, `${key.description} (${key.id})`));
    list.replaceChildren(list.firstElementChild, ...options);
  } catch {
    list.append(h("option", { disabled: true }, "The keys could not be loaded"));
  }
}
