import assert from "node:assert/strict";
import { closeBy, closed, dialogBy, go, hears, reload, sees, service, signIn, test, texts } from "./browser.js";
import { person } from "./service.js";

const DAY = 24 * 60 * 60 * 1000;

const inDays = (days) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

/** Fills in the dialog for a new key. */
async function describe(dialog, { description, scope = "scim", expires, date }) {
  await dialog.getByLabel("Description").fill(description);
  await dialog.getByLabel("Scope").selectOption(scope);
  await dialog.getByLabel("Expiration").selectOption({ label: expires });
  if (date) await dialog.getByLabel("Last day").fill(date);
}

/** Makes a key as an admin does; gives what the dialog shows of it. */
async function create(page, asked) {
  const dialog = await dialogBy(page, "Create New API Key");
  await describe(dialog, asked);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("I have copied the key").waitFor();
  return dialog.locator(".value").first().innerText();
}

const keyBy = async (description) => (await service.admin("GET", "api-keys")).keys.find((key) => key.description === description);

const rowOf = (page, description) => page.getByRole("row").filter({ hasText: description });

const isAccepted = async (key) => (await service.scim("GET", "/Users?count=1", undefined, key)).status;

for (const [expires, days] of [["30 days", 30], ["90 days", 90], ["1 year", 365], ["Never", null], ["On a date…", 45]]) {
  test(`a key is made that expires: ${expires}`, async (page) => {
    const description = `Okta, ${expires}`;
    await signIn(page);
    const date = expires === "On a date…" ? inDays(days) : undefined;

    const key = await create(page, { description, expires, date });
    await closeBy(page, "I have copied the key");

    assert.equal(await isAccepted(key), 200);
    const made = await keyBy(description);
    const shown = await rowOf(page, description).locator("td[data-label=Expires]").innerText();
    if (days === null) {
      assert.deepEqual([made.expires, shown], [null, "Never"]);
    } else if (date) {
      assert.equal(made.expires, `${inDays(days + 1)}T00:00:00Z`, "the key works to the end of the day");
      assert.match(shown, /\d{4}/);
    } else {
      assert.equal(Date.parse(made.expires) - Date.parse(made.created), days * DAY);
      assert.match(shown, /\d{4}/);
    }
    await service.admin("DELETE", `api-keys/${made.id}`);
  });
}

test("a key that expires on a date wants one in the future", async (page) => {
  await signIn(page);
  const dialog = await dialogBy(page, "Create New API Key");
  await describe(dialog, { description: "Okta, dated", expires: "On a date…" });
  const date = dialog.getByLabel("Last day");

  for (const [filled, problem] of [["", "valueMissing"], [inDays(-1), "rangeUnderflow"]]) {
    await date.fill(filled);
    await dialog.getByRole("button", { name: "Save" }).click();
    assert.ok(await date.evaluate((input, problem) => input.validity[problem], problem), `with “${filled}”`);
    assert.equal(await dialog.count(), 1);
  }
  assert.equal(await keyBy("Okta, dated"), undefined);
});

test("a new key is shown once, with the next steps; copied into Okta, it provisions a user", async (page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(service.consoleUrl).origin });
  await signIn(page);

  const key = await create(page, { description: "Okta, production", expires: "1 year" });

  const dialog = page.getByRole("dialog");
  await sees(dialog, "Klue does not show it again.");
  await sees(dialog, service.scimUrl);
  for (const step of ["Provisioning → Configure API Integration", "Provisioning → To App → Edit", "Assignments → Assign", "Import Groups"]) {
    await sees(dialog, step);
  }
  await page.keyboard.press("Escape");
  assert.equal(await dialog.count(), 1, "Escape does not throw away a key that nobody has copied");

  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await dialog.getByRole("button", { name: "Copy: SCIM base URL" }).click();
  await hears(page, "SCIM base URL: copied.");
  assert.equal(await clipboard(), service.scimUrl);
  await dialog.getByRole("button", { name: "Copy: API key" }).click();
  await hears(page, "API key: copied.");
  assert.equal(await clipboard(), key);
  const { status, body } = await service.scim("POST", "/Users", person("Grace", { userName: "grace@example.com" }), await clipboard());
  assert.deepEqual([status, body.userName], [201, "grace@example.com"]);

  await closeBy(page, "I have copied the key");
  const isAnywhere = () => page.evaluate((key) => [document.documentElement.outerHTML, location.href,
    ...Object.values(sessionStorage), ...Object.values(localStorage)].some((text) => text.includes(key)), key);
  assert.equal(await isAnywhere(), false, "the key is gone from the page");
  await reload(page);
  await sees(rowOf(page, "Okta, production"), key.slice(0, 25));
  assert.notEqual(await rowOf(page, "Okta, production").locator("td[data-label='Last used']").innerText(), "Not yet");
  assert.equal(await isAnywhere(), false, "no answer has the key");
});

test("an admin key opens the console, and its dialog has no steps for Okta", async (page) => {
  await signIn(page);

  const key = await create(page, { description: "A second admin", scope: "admin", expires: "30 days" });
  assert.equal(await page.getByRole("dialog").getByText("SCIM base URL").count(), 0);
  await closeBy(page, "I have copied the key");
  await page.getByRole("button", { name: "Sign out" }).click();

  await signIn(page, { key });
});

test("a key that expires within 20 days warns on every page, until it is rotated", async (page) => {
  const { id } = await service.key("Okta, ending", { expires: inDays(10) });
  await service.key("Okta, lasting", { expires: "30 days" });
  await signIn(page);
  const warnings = page.getByRole("region", { name: "Warnings" });

  for (const name of ["Manage users", "Visibility groups", "Activity", "Manage API keys"]) {
    await go(page, name);
    assert.match(await warnings.innerText(), /^The API key “Okta, ending” expires .+\. After that Okta cannot reach Klue any more\./, `on ${name}`);
  }
  await sees(rowOf(page, "Okta, ending"), "expires soon");
  assert.equal(await rowOf(page, "Okta, lasting").getByText("expires soon").count(), 0);

  await service.admin("POST", `api-keys/${id}/rotate`, { expires: "1 year", grace: "24 hours" });
  await reload(page);
  assert.equal(await warnings.count() && await warnings.innerText(), "");
});

test("too many keys are refused in words, and the dialog keeps what was typed", async (page) => {
  const keys = (await service.admin("GET", "api-keys")).keys.filter(({ scope, state }) => scope === "admin" && state === "active");
  for (let made = keys.length; made < 5; made += 1) await service.key(`Admin ${made}`, { scope: "admin" });
  await signIn(page);

  const dialog = await dialogBy(page, "Create New API Key");
  await describe(dialog, { description: "One more", scope: "admin", expires: "30 days" });
  await dialog.getByRole("button", { name: "Save" }).click();

  await sees(dialog.getByRole("alert"), "This instance already has 5 active keys with the scope 'admin'. Revoke one that is no longer used.");
  assert.equal(await dialog.getByLabel("Description").inputValue(), "One more");
  await page.keyboard.press("Escape");
  await closed(page);
  assert.deepEqual(await texts(page, "td[data-label=Description]").then((all) => all.filter((text) => text === "One more")), []);
});
