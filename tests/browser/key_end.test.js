import assert from "node:assert/strict";
import { closeBy, dialogBy, hears, reload, sees, service, signIn, test } from "./browser.js";
import { until } from "./until.js";

const statusOf = async (key) => (await service.scim("GET", "/Users?count=1", undefined, key)).status;

const ended = (page, description) =>
  page.getByRole("table", { name: "API keys that no longer work" }).getByRole("row").filter({ hasText: description });

const stored = (page) => page.evaluate(() => Object.values(sessionStorage));

/** Rotates a key as an admin does; gives the new one and what is said of the old one. */
async function rotate(page, description, grace, renamed) {
  const dialog = await dialogBy(page, `Rotate: ${description}`);
  assert.equal(await dialog.getByLabel("Description").inputValue(), description);
  await dialog.getByLabel("Description").fill(renamed);
  await dialog.getByLabel("The old key goes on working").selectOption({ label: grace });
  await dialog.getByRole("button", { name: "Rotate" }).click();
  await dialog.getByText("I have copied the key").waitFor();
  const key = await dialog.locator(".value").first().innerText();
  const told = await dialog.locator(".notice").innerText();
  await closeBy(page, "I have copied the key");
  return { key, told };
}

test("the next request with a revoked key is refused", async (page) => {
  const { key } = await service.key("Okta, old");
  assert.equal(await statusOf(key), 200);
  await signIn(page);

  const dialog = await dialogBy(page, "Revoke: Okta, old");
  await sees(dialog, "cannot reach Klue any more from the next request on");
  await closeBy(page, "Revoke");

  assert.equal(await statusOf(key), 401);
  await hears(page, "The key is revoked.");
  await page.getByText("that no longer").first().click();
  await sees(ended(page, "Okta, old"), "revoked");
});

test("an expired key is refused, and is listed as such", async (page) => {
  const { key } = await service.key("Okta, for a moment", { expires: new Date(Date.now() + 2000).toISOString() });
  assert.equal(await statusOf(key), 200);

  await until("the key has expired", async () => await statusOf(key) === 401);

  await signIn(page);
  await page.getByText("that no longer").first().click();
  await sees(ended(page, "Okta, for a moment"), "expired");
  assert.equal(await ended(page, "Okta, for a moment").getByRole("button").count(), 0, "nothing can be done with it");
});

test("a revocation that is not confirmed changes nothing", async (page) => {
  const { id, key } = await service.key("Okta, kept");
  await signIn(page);

  await dialogBy(page, "Revoke: Okta, kept");
  await closeBy(page, "Cancel");

  assert.equal(await statusOf(key), 200);
  await service.admin("DELETE", `api-keys/${id}`);
});

test("the last active admin key cannot be revoked, and the dialog says what to do", async (page) => {
  await signIn(page);

  const dialog = await dialogBy(page, "Revoke: First admin key");
  await dialog.getByRole("button", { name: "Revoke" }).click();

  await sees(dialog.getByRole("alert"), "This is the last active admin key of the instance. Create another one before you revoke it.");
  await closeBy(page, "Cancel");
  await reload(page);
  await page.getByRole("navigation").waitFor();
});

test("after a rotation with overlap both keys work", async (page) => {
  const { key: old } = await service.key("Okta, rotated");
  await signIn(page);

  const { key, told } = await rotate(page, "Okta, rotated", "for 24 hours", "Okta, next");

  assert.match(told, /^The old key works until .*\d{4}.*\.$/);
  assert.deepEqual([await statusOf(old), await statusOf(key)], [200, 200]);
  const row = page.getByRole("row").filter({ hasText: "Okta, rotated" });
  await sees(row, "active, replaced");
  assert.equal(await row.getByRole("button", { name: /Rotate/ }).count(), 0, "it has been rotated");
});

test("after a rotation without overlap only the new key works", async (page) => {
  const { key: old } = await service.key("Okta, leaked");
  await signIn(page);

  const { key, told } = await rotate(page, "Okta, leaked", "not at all: end it at once", "Okta, sound");

  assert.equal(told, "The old key no longer works.");
  assert.deepEqual([await statusOf(old), await statusOf(key)], [401, 200]);
});

test("whoever rotates the key of the session goes on with the new one", async (page) => {
  const { key: old } = await service.key("My own", { scope: "admin" });
  await signIn(page, { key: old });

  const { key } = await rotate(page, "My own", "not at all: end it at once", "My new one");

  assert.deepEqual(await stored(page), [key]);
  await page.getByRole("row").filter({ hasText: "My new one" }).waitFor();
  await reload(page);
  await page.getByRole("navigation").waitFor();
});
