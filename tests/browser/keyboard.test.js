// Everything by the keyboard: no test here uses a mouse.

import assert from "node:assert/strict";
import { closed, focus, hears, reload, sees, service, settled, signIn, test, visit } from "./browser.js";
import { until } from "./until.js";

const TABS = 60;

/** Presses Tab until the element of a name has the focus; each one on the way can be seen. */
async function tabTo(page, name, key = "Tab") {
  for (let pressed = 0; pressed < TABS; pressed += 1) {
    await page.keyboard.press(key);
    const held = await focus(page);
    if (held.tag !== "body") assert.ok(held.isSeen, `the focus cannot be seen on ${held.tag} “${held.name}”`);
    if (held.name === name) return held;
  }
  throw new Error(`“${name}” is not reached by ${key}`);
}

/** Waits until the element of a name has the focus. */
const focused = (page, name) => until(`“${name}” has the focus`, async () => (await focus(page)).name === name);

async function press(page, name) {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}

/** Follows a link of the navigation; the title of the page then has the focus. */
async function follow(page, name) {
  await press(page, name);
  await until(`the title ${name} has the focus`, async () => {
    const held = await focus(page);
    return held.tag === "h1" && held.name === name;
  });
  await settled(page);
}

/** Signs in by typing. */
async function enter(page, place) {
  await visit(page, place);
  await focused(page, "Admin key");
  await page.keyboard.type(service.adminKey);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation").waitFor();
  await settled(page);
}

test("an admin signs in, creates a key, copies it and closes the dialog", async (page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(service.consoleUrl).origin });
  await enter(page);
  await focused(page, "Manage API keys");

  await press(page, "Create New API Key");
  await focused(page, "Description");
  await page.keyboard.type("Okta, typed");
  await tabTo(page, "Expiration");
  await page.keyboard.type("30");
  await press(page, "Save");

  await focused(page, "Copy your new API key now");
  await press(page, "Copy: API key");
  await hears(page, "API key: copied.");
  await focused(page, "Copy: API key");
  const key = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal((await service.scim("GET", "/Users", undefined, key)).status, 200);
  const { keys } = await service.admin("GET", "api-keys");
  const { created, expires } = keys.find(({ description }) => description === "Okta, typed");
  assert.equal(Date.parse(expires) - Date.parse(created), 30 * 24 * 60 * 60 * 1000);
  await press(page, "I have copied the key");

  await closed(page);
  await focused(page, "Create New API Key");
});

test("Escape closes a dialog, nothing happens, and the focus is where it was", async (page) => {
  await enter(page);
  for (const name of ["Create New API Key", "Rotate: First SCIM key", "Revoke: First SCIM key"]) {
    await press(page, name);
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await closed(page);
    await focused(page, name);
  }
  assert.equal((await service.scim("GET", "/Users")).status, 200);
});

test("a dialog keeps the focus inside", async (page) => {
  await enter(page);
  await press(page, "Create New API Key");
  await page.getByRole("dialog").waitFor();

  for (let pressed = 0; pressed < 12; pressed += 1) {
    await page.keyboard.press(pressed % 3 === 2 ? "Shift+Tab" : "Tab");
    // Between the last field and the first one, browsers offer their own buttons.
    const isInside = await page.evaluate(() =>
      document.activeElement === document.body || document.querySelector("dialog").contains(document.activeElement));
    assert.ok(isInside, JSON.stringify(await focus(page)));
  }
});

test("an admin goes through the pages, finds a user, deactivates it and reactivates it", async (page) => {
  const { id } = await service.provision("Ada", { familyName: "Lovelace" });
  await service.provision("Grace", { familyName: "Hopper" });
  const isActive = async () => (await service.scim("GET", `/Users/${id}`)).body.active;
  await enter(page);
  for (const name of ["Visibility groups", "Activity", "Manage API keys", "Manage users"]) await follow(page, name);

  await tabTo(page, "Name or e-mail");
  await page.keyboard.type("lovelace");
  await page.keyboard.press("Enter");
  await hears(page, "1 user.");
  await follow(page, "Ada Lovelace");

  await press(page, "Deactivate…");
  await focused(page, "Deactivate Ada Lovelace?");
  await press(page, "Deactivate");
  await closed(page);
  await hears(page, "Ada Lovelace is deactivated.");
  assert.equal(await isActive(), false);
  await focused(page, "Ada Lovelace");

  await press(page, "Reactivate…");
  await press(page, "Reactivate");
  await closed(page);
  await hears(page, "Ada Lovelace is active again.");
  assert.equal(await isActive(), true);
});

test("the first press of Tab offers to skip the navigation", async (page) => {
  await signIn(page);
  await reload(page);
  await page.keyboard.press("Tab");
  assert.equal((await focus(page)).name, "Skip to the content");
  const { y } = await page.getByRole("button", { name: "Skip to the content" }).boundingBox();
  assert.ok(y >= 0, "it can be seen");

  await page.keyboard.press("Enter");

  assert.equal((await focus(page)).tag, "main");
  await page.keyboard.press("Tab");
  assert.equal((await focus(page)).name, "Create New API Key");
});

test("a group is created, and deleted, and the focus goes on", async (page) => {
  await enter(page, "#/groups");
  await press(page, "Create group");
  await focused(page, "Name");
  await page.keyboard.type("Typed");
  await page.keyboard.press("Enter");
  await closed(page);
  await hears(page, "The group Typed is created.");
  await focused(page, "Create group");

  await press(page, "Delete: Typed");
  await press(page, "Delete");
  await closed(page);

  await hears(page, "The group Typed is deleted.");
  await focused(page, "Visibility groups");
});

test("the log is asked for one user's entries", async (page) => {
  await enter(page, "#/activity");
  await tabTo(page, "User");
  await page.keyboard.type("hopper");
  await page.keyboard.press("Enter");
  await settled(page);

  await sees(page, "1 entry, newest first.");
  await tabTo(page, "Export CSV");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.equal(download.suggestedFilename(), "klue-activity.csv");
  await hears(page, "The file is saved.");
  await focused(page, "Export CSV");
});
