import assert from "node:assert/strict";
import { go, hears, reload, sees, service, settled, signIn, test, visit } from "./browser.js";

const form = (page) => page.getByLabel("Admin key", { exact: true });

const stored = (page) => page.evaluate(() => ({
  session: Object.values(sessionStorage),
  local: Object.values(localStorage),
  cookies: document.cookie,
}));
const NOTHING = { session: [], local: [], cookies: "" };

test("a key that is none or of another scope is refused in words, and not kept", async (page) => {
  await visit(page);
  const cutOff = "This is not a Klue API key: it was cut off or changed when it was copied.";
  const refused = [
    ["klue_wrong", cutOff],
    [`${service.adminKey.slice(0, -1)}${service.adminKey.endsWith("a") ? "b" : "a"}`, cutOff],
    ["klue_ключ", "This is not a Klue API key: it has characters that no key has. Copy the whole key again."],
    [service.scimKey, "This API key has the scope 'scim'; this address needs a key with the scope 'admin'."],
  ];
  for (const [key, words] of refused) {
    await form(page).fill(key);
    await page.getByRole("button", { name: "Sign in" }).click();
    await settled(page);
    await sees(page.getByRole("alert"), words);
    assert.deepEqual(await stored(page), NOTHING, `after ${key.slice(0, 6)}…`);
  }
});

test("the key is in the session storage of the tab and nowhere else", async (page, context) => {
  await signIn(page);

  assert.deepEqual(await stored(page), { session: [service.adminKey], local: [], cookies: "" });
  assert.deepEqual(await context.storageState({ indexedDB: true }), { cookies: [], origins: [] });
  assert.ok(!(await page.content()).includes(service.adminKey), "the key is in the page");
});

test("who loads the page again stays signed in, where they were", async (page) => {
  await signIn(page);
  await go(page, "Visibility groups");

  await reload(page);

  await page.getByRole("heading", { level: 1, name: "Visibility groups" }).waitFor();
});

test("a new tab is not signed in", async (page, context) => {
  await signIn(page);
  const other = await context.newPage();

  await visit(other, "#/users");

  await form(other).waitFor();
  assert.equal(await other.getByRole("navigation").count(), 0);
  assert.deepEqual(await stored(other), NOTHING);
});

test("whoever signs in comes to the place of the address", async (page) => {
  await signIn(page, { place: "#/activity?outcome=refused" });

  await page.getByRole("heading", { level: 1, name: "Activity" }).waitFor();
  assert.equal(await page.getByLabel("Outcome").inputValue(), "refused");
});

test("signing out forgets the key", async (page) => {
  await signIn(page);
  await go(page, "Manage users");

  await page.getByRole("button", { name: "Sign out" }).click();

  await form(page).waitFor();
  await hears(page, "You are signed out.");
  assert.deepEqual(await stored(page), NOTHING);
  await page.goBack();
  await reload(page);
  await form(page).waitFor();
  assert.equal(await page.getByRole("navigation").count(), 0);
});

test("a key that is revoked meanwhile ends the session, and the page says so", async (page) => {
  const { id, key } = await service.key("Somebody's console", { scope: "admin" });
  await signIn(page, { key });
  await service.admin("DELETE", `api-keys/${id}`);

  await page.getByRole("navigation").getByRole("link", { name: "Manage users" }).click();

  await form(page).waitFor();
  await sees(page.getByRole("alert"), /revoked/);
  assert.deepEqual(await stored(page), NOTHING);
});

test("every answer to the browser allows scripts and styles of the console only", async (page) => {
  const answers = [];
  page.on("response", (response) => response.url().includes("/v1/") || answers.push(response));
  await signIn(page);

  assert.ok(answers.length > 15, `${answers.length} files`);
  for (const answer of answers) {
    const policy = (await answer.allHeaders())["content-security-policy"];
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/, answer.url());
    assert.doesNotMatch(policy, /unsafe|https?:|\*/, answer.url());
  }
});
