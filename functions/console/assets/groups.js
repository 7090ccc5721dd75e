// Visibility groups: what consumers see.

import { call, get } from "./api.js";
import { ask } from "./dialog.js";
import { badge, button, count, empty, fill, h, say, table } from "./dom.js";
import { field, input, select } from "./form.js";

/** The list of groups. */
export function groups(main) {
  const list = h("div");
  const reload = () => fill(list, "Loading the visibility groups…", () => get("visibility-groups"), ({ visibilityGroups }) => drawn(visibilityGroups, reload));
  main.append(
    h("p", { class: "lead" }, "A consumer belongs to one visibility group. Okta says to which by the attribute visibilityGroup, which has to be the exact name of a group here; who has none gets the default group."),
    h("div", { class: "buttons" }, button("Create group", () => create(reload), { class: "primary" })),
    list);
  reload();
}

function drawn(all, reload) {
  const rows = all.map((group) => [
    h("span", null, group.name, " ", group.isDefault && badge("default", "good"), " ", group.state === "closing" && badge("being deleted", "warning")),
    group.description || "–",
    h("a", { class: "count", href: `#/users?${new URLSearchParams({ group: group.name })}` }, count(group.members, "member")),
    h("div", { class: "buttons" },
      group.state === "open" && button("Describe", () => describe(group, reload), { "aria-label": `Describe: ${group.name}` }),
      group.state === "open" && !group.isDefault && button("Make default", () => makeDefault(group, reload), { "aria-label": `Make default: ${group.name}` }),
      !group.isDefault && button(group.state === "open" ? "Delete" : "Go on deleting", () => remove(group, all, reload), { class: "danger", "aria-label": `${group.state === "open" ? "Delete" : "Go on deleting"}: ${group.name}` })),
  ]);
  return [
    table("Visibility groups", ["Name", "Description", "Members", ""], rows),
    all.length === 1 && empty("So far everybody sees the same. Create another group, then map visibilityGroup in Okta's profile editor."),
  ];
}

const description = (value = "") => field("Description", input("description", { maxlength: "500", value }), "What the group is for; seen here only.");

async function create(reload) {
  const done = await ask("Create visibility group", {
    fields: [
      field("Name", input("name", { required: true, maxlength: "128" }), "As Okta shall send it. It cannot be changed later."),
      description(),
    ],
    yes: "Create",
    act: (body) => call("POST", "visibility-groups", { body }),
  });
  settled(done && `The group ${done.name} is created.`, reload);
}

async function describe(group, reload) {
  const done = await ask(`Describe “${group.name}”`, {
    fields: [description(group.description)],
    yes: "Save",
    act: (body) => call("PATCH", pathOf(group), { body }),
  });
  settled(done && "The description is saved.", reload);
}

async function makeDefault(group, reload) {
  const done = await ask(`Make “${group.name}” the default group?`, {
    words: [h("p", null, "Consumers whom Okta gives no group are put into it from now on. Nobody is moved.")],
    yes: "Make default",
    act: () => call("PATCH", "instance", { body: { defaultVisibilityGroup: group.id } }),
  });
  settled(done && `${group.name} is the default group.`, reload);
}

async function remove(group, all, reload) {
  const others = all.filter((other) => other.state === "open" && other.id !== group.id);
  const hasMembers = group.members > 0;
  const done = await ask(`Delete “${group.name}”?`, {
    words: [h("p", null, hasMembers ? `Klue first moves its ${count(group.members, "member")} to another group. ` : "It has no members. ",
      `While Okta still sends the name ${group.name}, its pushes are refused: change the mapping there.`)],
    fields: hasMembers
      ? [field("Its members go to", select("reassignTo", others.map(({ id, name }) => [id, name]), others.find((other) => other.isDefault)?.id))]
      : [],
    yes: "Delete",
    danger: true,
    stoppable: true,
    act: ({ reassignTo }, progress) => deleted(group, reassignTo, progress),
  });
  // An unfinished deletion has changed the list as well.
  settled(done === true && `The group ${group.name} is deleted.`, reload, { always: true });
}

/** Repeats the deletion until nobody is left in the group, or the dialog is closed: it can go on later. */
async function deleted(group, reassignTo, progress) {
  let left = group.members;
  let place = undefined;
  while (progress.isConnected) {
    const answer = await call("DELETE", pathOf(group), { query: { reassignTo, continue: place } });
    if (answer === null) return true;
    ({ remaining: left, continue: place } = answer);
    const moved = Math.max(0, group.members - left);
    const told = `${moved} of ${count(group.members, "member")} moved…`;
    progress.replaceChildren(h("p", { class: "waiting" }, told, h("progress", { max: group.members, value: moved, "aria-label": told })));
    say(told);
  }
  return false;
}

const pathOf = (group) => `visibility-groups/${encodeURIComponent(group.id)}`;

function settled(told, reload, { always = false } = {}) {
  if (told) say(told);
  if (told || always) reload();
}
