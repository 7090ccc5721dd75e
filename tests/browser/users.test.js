import assert from "node:assert/strict";
import { closeBy, dialogBy, go, hears, reload, sees, service, settled, signIn, test, texts, visit } from "./browser.js";
import { accessOf, patch } from "./service.js";

await service.admin("POST", "visibility-groups", { name: "Sales", description: "The sales regions" });
const ada = await service.provision("Ada", { familyName: "Lovelace", visibilityGroup: "Sales" });
const grace = await service.provision("Grace", { familyName: "Hopper", klueRole: "curator" });
const alan = await service.provision("Alan", { familyName: "Turing", klueRole: "admin" });
const mary = await service.provision("Mary", { familyName: "Somerville" });
await service.scim("PATCH", `/Users/${mary.id}`, patch("active", false));
const removed = await service.provision("Kurt", { familyName: "Removed" });
await service.scim("DELETE", `/Users/${removed.id}`);

const read = async ({ id }) => (await service.scim("GET", `/Users/${id}`)).body;

/** What the entries of the timeline say, the newest first: each change as "attribute: old → new". */
async function timeline(page) {
  await settled(page);
  const entries = await page.locator(".entry").all();
  return Promise.all(entries.map(async (entry) => ({
    what: await entry.locator(".head strong").innerText(),
    changes: await entry.locator(".changes > div").evaluateAll((changes) => changes.map((change) => {
      const [from, to] = change.querySelectorAll(".datum, i");
      return `${change.querySelector("dt").textContent}: ${from.textContent} → ${to.textContent}`;
    })),
  })));
}

/** Opens a user by a click in the list. */
async function openUser(page, name) {
  await go(page, "Manage users");
  await page.getByRole("link", { name }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await settled(page);
}

const SEARCHES = [
  [{ q: "love" }, ["Ada Lovelace"]],
  [{ q: "GRACE@EXAMPLE" }, ["Grace Hopper"]],
  [{ role: "Admin" }, ["Alan Turing"]],
  [{ role: "Consumer" }, ["Ada Lovelace", "Kurt Removed", "Mary Somerville"]],
  [{ group: "Sales" }, ["Ada Lovelace"]],
  [{ state: "Inactive" }, ["Mary Somerville"]],
  [{ state: "Deleted" }, ["Kurt Removed"]],
  [{ state: "Active", role: "Curator", q: "hop" }, ["Grace Hopper"]],
  [{}, ["Ada Lovelace", "Alan Turing", "Grace Hopper", "Kurt Removed", "Mary Somerville"]],
];

test("users are found by name, address, role, visibility group and state", async (page) => {
  await signIn(page);
  await go(page, "Manage users");

  for (const [asked, found] of SEARCHES) {
    await page.getByLabel("Name or e-mail").fill(asked.q ?? "");
    await page.getByLabel("Role").selectOption({ label: asked.role ?? "Every role" });
    await page.getByLabel("Visibility group").selectOption({ label: asked.group ?? "Every group" });
    await page.getByLabel("State").selectOption({ label: asked.state ?? "Every state" });
    await page.getByRole("button", { name: "Search" }).click();
    await settled(page);
    assert.deepEqual(await texts(page, "td[data-label=Name]"), found, JSON.stringify(asked));
  }
});

test("a search can be kept as a bookmark", async (page) => {
  await signIn(page);
  await go(page, "Manage users");
  await page.getByLabel("Name or e-mail").fill("hopper");
  await page.getByRole("button", { name: "Search" }).click();
  await settled(page);

  await reload(page);

  assert.deepEqual(await texts(page, "td[data-label=Name]"), ["Grace Hopper"]);
  assert.equal(await page.getByLabel("Name or e-mail").inputValue(), "hopper");
});

test("a deactivated user is inactive for Okta, stays in its list, and comes back", async (page) => {
  await signIn(page);
  await openUser(page, "Ada Lovelace");

  const dialog = await dialogBy(page, "Deactivate…");
  await sees(dialog, "Deactivate Ada Lovelace?");
  await sees(dialog, "unassign them there too");
  await closeBy(page, "Deactivate");

  await hears(page, "Ada Lovelace is deactivated.");
  await sees(page.locator(".facts"), "inactive");
  assert.equal((await read(ada)).active, false);
  const { body: list } = await service.scim("GET", "/Users?count=100");
  assert.equal(list.Resources.find(({ id }) => id === ada.id)?.active, false, "Okta's import has the user still");
  assert.deepEqual((await timeline(page))[0], { what: "User changed", changes: ["active: true → false"] });

  await dialogBy(page, "Reactivate…");
  await closeBy(page, "Reactivate");

  await hears(page, "Ada Lovelace is active again.");
  assert.equal((await read(ada)).active, true);
  assert.deepEqual((await timeline(page))[0], { what: "User changed", changes: ["active: false → true"] });
});

test("another role is what Okta reads, and the timeline tells both", async (page) => {
  await signIn(page);
  await openUser(page, "Grace Hopper");
  assert.equal(await page.getByLabel("Visibility group").isVisible(), false, "a curator has no group");

  await page.getByLabel("Role").selectOption("admin");
  await page.getByRole("button", { name: "Save" }).click();

  await hears(page, "Saved.");
  assert.deepEqual(accessOf(await read(grace)), { klueRole: "admin" });
  const entries = await timeline(page);
  assert.deepEqual(entries[0], { what: "User changed", changes: ["klueRole: curator → admin"] });
  assert.equal(entries.at(-1).what, "User created");
  assert.ok(entries.at(-1).changes.includes("userName: nothing → grace@example.com"), entries.at(-1).changes.join("; "));
});

test("a user who becomes a consumer gets the group that is chosen", async (page) => {
  await signIn(page);
  await openUser(page, "Alan Turing");

  await page.getByLabel("Role").selectOption("consumer");
  await page.getByLabel("Visibility group").selectOption("Sales");
  await page.getByRole("button", { name: "Save" }).click();

  await hears(page, "Saved.");
  assert.deepEqual(accessOf(await read(alan)), { klueRole: "consumer", visibilityGroup: "Sales" });
  assert.deepEqual((await timeline(page))[0].changes, ["klueRole: admin → consumer", "visibilityGroup: nothing → Sales"]);
});

test("a consumer is moved to another visibility group", async (page) => {
  await signIn(page);
  await openUser(page, "Ada Lovelace");

  await page.getByLabel("Visibility group").selectOption("Full Access");
  await page.getByRole("button", { name: "Save" }).click();

  await hears(page, "Saved.");
  assert.deepEqual(accessOf(await read(ada)), { klueRole: "consumer", visibilityGroup: "Full Access" });
  assert.deepEqual((await timeline(page))[0].changes, ["visibilityGroup: Sales → Full Access"]);
});

test("what somebody else changed meanwhile is not overwritten", async (page) => {
  await signIn(page);
  await openUser(page, "Mary Somerville");
  await service.scim("PATCH", `/Users/${mary.id}`, patch("name.familyName", "Greig"));

  await page.getByLabel("Role").selectOption("curator");
  await page.getByRole("button", { name: "Save" }).click();

  await sees(page.getByRole("alert"), "Somebody changed this user since you opened the page.");
  await page.getByRole("heading", { level: 1, name: "Mary Greig" }).waitFor();
  assert.equal(accessOf(await read(mary)).klueRole, "consumer");
  await page.getByLabel("Role").selectOption("curator");
  await page.getByRole("button", { name: "Save" }).click();
  await hears(page, "Saved.");
  assert.equal(accessOf(await read(mary)).klueRole, "curator");
});

test("an address of nobody is answered in words", async (page) => {
  await signIn(page);

  await visit(page, "#/users/00000000-0000-8000-8000-000000000000");

  await sees(page.getByRole("alert"), "There is no user with the id '00000000-0000-8000-8000-000000000000' in this Klue instance.");
});
