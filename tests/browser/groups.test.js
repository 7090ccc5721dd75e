import assert from "node:assert/strict";
import { closeBy, dialogBy, go, hears, sees, service, settled, signIn, test, texts } from "./browser.js";
import { accessOf, extension, patch } from "./service.js";

const rowOf = (page, name) => page.getByRole("row").filter({ has: page.getByRole("cell", { name, exact: true }) });

const groups = async () => (await service.admin("GET", "visibility-groups")).visibilityGroups;

const groupOf = async ({ id }) => accessOf((await service.scim("GET", `/Users/${id}`)).body).visibilityGroup;

/** Signs in and opens the page of groups. */
async function open(page) {
  await signIn(page);
  await go(page, "Visibility groups");
}

const create = (name, description = "") => service.admin("POST", "visibility-groups", { name, description });

test("a group is created, described, and taken by Okta's next push", async (page) => {
  await open(page);

  const dialog = await dialogBy(page, "Create group");
  await dialog.getByLabel("Name").fill("Partners");
  await closeBy(page, "Create");

  await hears(page, "The group Partners is created.");
  const user = await service.provision("Ada", { visibilityGroup: "Partners" });
  assert.equal(await groupOf(user), "Partners");

  const describing = await dialogBy(page, "Describe: Partners");
  await describing.getByLabel("Description").fill("Resellers, without the roadmap");
  await closeBy(page, "Save");

  await hears(page, "The description is saved.");
  await sees(rowOf(page, "Partners"), "Resellers, without the roadmap");
  assert.equal((await groups()).find(({ name }) => name === "Partners").description, "Resellers, without the roadmap");
});

test("a name that is taken is refused in words, and the dialog stays", async (page) => {
  await create("Taken");
  await open(page);

  const dialog = await dialogBy(page, "Create group");
  await dialog.getByLabel("Name").fill("TAKEN");
  await dialog.getByRole("button", { name: "Create" }).click();

  await sees(dialog.getByRole("alert"), "already exists in this Klue instance.");
  assert.equal(await dialog.getByLabel("Name").inputValue(), "TAKEN");
  await closeBy(page, "Cancel");
});

test("the members of each group are counted, and the count leads to them", async (page) => {
  await create("Counted");
  for (const name of ["Bert", "Berta"]) await service.provision(name, { visibilityGroup: "Counted" });
  await open(page);

  await rowOf(page, "Counted").getByRole("link", { name: "2 members" }).click();

  await page.getByRole("heading", { level: 1, name: "Manage users" }).waitFor();
  await settled(page);
  assert.deepEqual(await texts(page, "td[data-label=Name]"), ["Bert Example", "Berta Example"]);
});

test("a group without members is deleted", async (page) => {
  await create("Unused");
  await open(page);

  const dialog = await dialogBy(page, "Delete: Unused");
  await sees(dialog, "It has no members.");
  assert.equal(await dialog.getByRole("combobox").count(), 0, "nobody has to go anywhere");
  await closeBy(page, "Delete");

  await hears(page, "The group Unused is deleted.");
  assert.equal(await rowOf(page, "Unused").count(), 0);
  assert.ok((await groups()).every(({ name }) => name !== "Unused"));
});

test("the members of a deleted group go to the group that is chosen", async (page) => {
  await create("Closing");
  await create("Receiving");
  const user = await service.provision("Carl", { visibilityGroup: "Closing" });
  await open(page);

  const dialog = await dialogBy(page, "Delete: Closing");
  await sees(dialog, "Klue first moves its 1 member to another group.");
  await dialog.getByLabel("Its members go to").selectOption({ label: "Receiving" });
  await closeBy(page, "Delete");

  await hears(page, "The group Closing is deleted.");
  assert.equal(await groupOf(user), "Receiving");
  await rowOf(page, "Receiving").getByRole("link", { name: "1 member" }).waitFor();
  assert.equal(await rowOf(page, "Closing").count(), 0);
  const { status, body } = await service.scim("PATCH", `/Users/${user.id}`, patch(extension("visibilityGroup"), "Closing"));
  assert.deepEqual([status, body.scimType], [400, "invalidValue"], "Okta cannot push the name any more");
});

test("the default group cannot be deleted, until another one is the default", async (page) => {
  await create("Newcomers");
  await open(page);
  assert.equal(await page.getByRole("button", { name: "Delete: Full Access" }).count(), 0);

  const dialog = await dialogBy(page, "Make default: Newcomers");
  await sees(dialog, "Nobody is moved.");
  await closeBy(page, "Make default");

  await hears(page, "Newcomers is the default group.");
  assert.equal(await page.getByRole("button", { name: "Delete: Newcomers" }).count(), 0);
  await page.getByRole("button", { name: "Delete: Full Access" }).waitFor();
  assert.equal(await groupOf(await service.provision("Dora")), "Newcomers");
});
