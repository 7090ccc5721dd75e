import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { go, hears, reload, sees, service, settled, signIn, test, texts } from "./browser.js";
import { extension, patch, person } from "./service.js";
import { until } from "./until.js";

/** More than fit on a page. */
const USERS = 60;
const DAY = 24 * 60 * 60 * 1000;

const dateOf = (instant) => new Date(instant).toISOString().slice(0, 10);

for (let made = 1; made <= USERS; made += 1) await service.provision(`Person${made}`);
const ada = await service.provision("Ada", { familyName: "Lovelace" });
await service.scim("PATCH", `/Users/${ada.id}`, patch(extension("klueRole"), "curator"));
const other = await service.key("Entra");

/** Pushes that Klue refuses: what Okta sends, what the log says of it, and the advice. */
const REFUSALS = [
  {
    why: "a role that there is not",
    push: ["POST", "/Users", person("Bea", { userName: "bea@example.com", klueRole: "boss" })],
    says: "klueRole 'boss' does not exist; the roles are: admin, curator, consumer.",
    advice: "Map klueRole to one of them. In Okta: Directory → Profile Editor → the Klue app → Mappings. Then retry the task.",
    sent: [extension("klueRole"), "boss"],
  },
  {
    why: "a visibility group that there is not",
    push: ["POST", "/Users", person("Bea", { userName: "bea@example.com", visibilityGroup: "Nowhere" })],
    says: "visibilityGroup 'Nowhere' does not exist in this Klue instance; the groups are: Full Access.",
    advice: "Groups are for consumers only, and have to exist here first: Visibility groups.",
    link: ["Visibility groups", "#/groups"],
    sent: [extension("visibilityGroup"), "Nowhere"],
  },
  {
    why: "a userName that is taken",
    push: ["POST", "/Users", person("Bea", { userName: "ADA@example.com", email: "bea@example.com" })],
    says: "A user with the userName 'ADA@example.com' already exists in this Klue instance.",
    advice: "if it is the same person, let Okta match the two: Import → Import Now, then Confirm Assignments.",
    link: ["Find ADA@example.com under Manage users", "#/users?q=ADA%40example.com"],
    sent: ["userName", "ADA@example.com"],
  },
  {
    why: "a person without an address",
    push: ["POST", "/Users", person("Bea", { userName: "bea@example.com", email: "" })],
    says: "emails (one of type work) is required and must not be empty.",
    advice: "A user has exactly one work e-mail address.",
  },
  {
    why: "a person without a last name",
    push: ["POST", "/Users", person("Bea", { userName: "bea@example.com", familyName: "" })],
    says: "name.familyName",
    advice: "First and last name are required. Fill them in on the person's profile in Okta.",
  },
  {
    why: "a pushed group",
    push: ["POST", "/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [{ method: "POST", path: "/Groups", bulkId: "group", data: { displayName: "Everyone" } }],
    }],
    says: "Klue does not manage groups over SCIM.",
    advice: "untick Import Groups and remove the groups under Push Groups.",
    sent: ["displayName", "Everyone"],
  },
  {
    why: "an attribute that cannot be removed",
    push: ["PATCH", `/Users/${ada.id}`, { ...patch("active"), Operations: [{ op: "remove", path: "active" }] }],
    says: "active",
    advice: "The request removes a value that every user has.",
  },
  {
    why: "a search by what there is not",
    push: ["GET", "/Users?filter=shoeSize%20eq%2042"],
    says: "shoeSize",
    advice: "Check the unique identifier field for users on the Klue app: it has to be userName.",
  },
  {
    why: "a user who is not here",
    push: ["GET", "/Users/00000000-0000-8000-8000-000000000000"],
    says: "There is no user with the id '00000000-0000-8000-8000-000000000000' in this Klue instance.",
    advice: "if the user was made by an older integration, Import → Import Now matches it anew.",
  },
  {
    why: "a key of another scope",
    push: ["GET", "/Users", undefined, service.adminKey],
    by: "First admin key",
    says: "This API key has the scope 'admin'; this address needs a key with the scope 'scim'.",
    advice: "Okta needs one with the scope scim: Manage API keys.",
    link: ["Manage API keys", "#/keys"],
  },
];

/** Signs in and opens the log; after `filter`, only what it asks for is listed. */
async function open(page, filter = async () => {}) {
  await signIn(page);
  await go(page, "Activity");
  await filter();
  await page.getByRole("button", { name: "Show" }).click();
  await settled(page);
}

const kinds = async (page) => [...new Set(await texts(page, ".entry .head strong"))].sort();

for (const { why, push, by = "First SCIM key", says, advice, link, sent } of REFUSALS) {
  test(`refused for ${why}: the log says why, and what to do in Okta`, async (page) => {
    const answer = await service.scim(...push);
    // In a bulk request that is taken, an operation is refused.
    const { status, response: body = answer.body } = answer.body.Operations?.[0] ?? answer;
    assert.ok(Number(status) >= 400, `${status}`);
    assert.ok(body.detail.includes(says), body.detail);

    await open(page, () => page.getByLabel("Outcome").selectOption("refused"));

    const entry = page.locator(".entry").first();
    await sees(entry, `refused, ${status}`);
    await sees(entry, `by the key “${by}”`);
    assert.equal(await entry.locator(".detail").innerText(), body.detail);
    const told = await entry.locator(".advice").innerText();
    assert.ok(told.startsWith("What to do: ") && told.includes(advice), told);
    if (link) assert.equal(await entry.getByRole("link", { name: link[0] }).getAttribute("href"), link[1]);
    if (sent) {
      await entry.getByText("What was sent").click();
      const values = await entry.locator("details .changes > div").evaluateAll((all) =>
        all.map((one) => [one.querySelector("dt").textContent, one.querySelector("dd").textContent]));
      assert.deepEqual(values.find(([attribute]) => attribute === sent[0]), sent);
    }
  });
}

test("the advice for a taken userName leads to whoever has it", async (page) => {
  await service.scim("POST", "/Users", person("Bea", { userName: "ada@example.com", email: "bea@example.com" }));
  await open(page, () => page.getByLabel("Outcome").selectOption("refused"));

  await page.locator(".entry").first().getByRole("link", { name: "Find ada@example.com" }).click();

  await page.getByRole("heading", { level: 1, name: "Manage users" }).waitFor();
  await settled(page);
  assert.deepEqual(await texts(page, "td[data-label=Name]"), ["Ada Lovelace"]);
});

test("the log is filtered by outcome, kind and key", async (page) => {
  await service.scim("PATCH", `/Users/${ada.id}`, patch(extension("klueRole"), "boss"), other.key);
  await open(page, () => page.getByLabel("Outcome").selectOption("done"));
  assert.ok(!(await kinds(page)).includes("Request refused"));

  await page.getByLabel("Outcome").selectOption("");
  await page.getByLabel("What happened").selectOption({ label: "User changed" });
  await page.getByRole("button", { name: "Show" }).click();
  await settled(page);
  assert.deepEqual(await kinds(page), ["User changed"]);
  assert.equal(await page.locator(".entry").count(), 1);

  await page.getByLabel("What happened").selectOption("");
  await page.getByLabel("By which key").selectOption({ label: `Entra (${other.id})` });
  await page.getByRole("button", { name: "Show" }).click();
  await settled(page);
  assert.deepEqual(await texts(page, ".entry .by"), ["by the key “Entra” · see the user"]);

  await reload(page);
  assert.deepEqual(await texts(page, ".entry .by"), ["by the key “Entra” · see the user"], "the filter is in the address");
});

test("the log is filtered by a period, with both days inclusive", async (page) => {
  const today = dateOf(Date.now());
  const period = async (from, to) => {
    await page.getByLabel("From").fill(from);
    await page.getByLabel("To", { exact: true }).fill(to);
    await page.getByRole("button", { name: "Show" }).click();
    await settled(page);
    return page.locator(".entry").count();
  };
  await open(page);

  assert.ok(await period(today, today) > 0);
  assert.equal(await period(dateOf(Date.now() - 3 * DAY), dateOf(Date.now() - 2 * DAY)), 0);
  await sees(page, "Nothing in the log is like this.");
  assert.ok(await period(dateOf(Date.now() - 3 * DAY), "") > 0);
});

test("the log is filtered by a user, whom the admin names by address, userName or name", async (page) => {
  await open(page, () => page.getByLabel("What happened").selectOption({ label: "User changed" }));

  for (const words of ["ada@example.com", "ADA@EXAMPLE.COM", "lovelace", ada.id]) {
    await page.getByLabel("User", { exact: true }).fill(words);
    await page.getByRole("button", { name: "Show" }).click();
    await settled(page);
    assert.equal(await page.getByLabel("User", { exact: true }).inputValue(), "ada@example.com", `for ${words}`);
    assert.equal(await page.locator(".entry").count(), 1, `for ${words}`);
    assert.equal(new URLSearchParams(page.url().split("?")[1]).get("user"), ada.id, `for ${words}`);
  }

  await reload(page);
  await until("the address has an id, and the page a name", async () =>
    await page.getByLabel("User", { exact: true }).inputValue() === "ada@example.com");
  await settled(page);
  assert.equal(await page.locator(".entry").count(), 1);
});

test("a name of several users, or of none, is answered in words", async (page) => {
  await open(page);

  for (const [words, answer] of [
    ["person1", "More than one user is like “person1”. Give the whole userName or e-mail address."],
    ["nobody", "No user is like “nobody”. Give the userName or the e-mail address, as Manage users shows it."],
  ]) {
    await page.getByLabel("User", { exact: true }).fill(words);
    for (const button of ["Show", "Export CSV"]) {
      await page.getByRole("button", { name: button }).click();
      await settled(page);
      await sees(page.getByRole("alert"), answer);
    }
  }
});

test("further entries are loaded, each once, and the focus goes on", async (page) => {
  await open(page, () => page.getByLabel("What happened").selectOption({ label: "User created" }));
  await sees(page, "50 entries, and there are more, newest first.");

  await page.getByRole("button", { name: "Load more" }).click();

  await hears(page, `${USERS + 1} entries, newest first.`);
  const links = await page.getByRole("link", { name: "see the user" }).evaluateAll((all) => all.map((link) => link.href));
  assert.deepEqual([links.length, new Set(links).size], [USERS + 1, USERS + 1]);
  assert.equal(await page.evaluate(() => document.activeElement.className), "told");
  assert.equal(await page.getByRole("button", { name: "Load more" }).count(), 0);
});

for (const [button, name] of [["Export CSV", "klue-activity.csv"], ["Export JSON lines", "klue-activity.jsonl"]]) {
  test(`${button}: the file has what the filters ask for, and more than a page of it`, async (page) => {
    await open(page, () => page.getByLabel("What happened").selectOption({ label: "User created" }));

    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);

    await sees(page, "The file is saved.");
    assert.equal(download.suggestedFilename(), name);
    const lines = readFileSync(await download.path(), "utf8").trim().split(/\r?\n/);
    if (name.endsWith("csv")) {
      assert.equal(lines.shift().slice(0, 29), "time,kind,outcome,user,keyId,");
      assert.ok(lines.every((line) => line.split(",")[1] === "userCreated"));
    } else {
      assert.ok(lines.every((line) => JSON.parse(line).kind === "userCreated"));
    }
    assert.equal(lines.length, USERS + 1);
    assert.ok(lines[0].includes(ada.id) && lines[0].includes("Lovelace"), lines[0]);
  });
}

const IN_NEPAL = { timezoneId: "Asia/Kathmandu", locale: "en-GB" };

test("times are those of the admin's zone, and tell the exact instant", IN_NEPAL, async (page) => {
  await open(page, () => page.getByLabel("What happened").selectOption({ label: "User changed" }));
  const { entries: [entry] } = await service.admin("GET", "activity?kind=userUpdated");

  const time = page.locator(".entry time").first();

  assert.equal(await time.getAttribute("datetime"), entry.time);
  const wanted = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Kathmandu", dateStyle: "medium", timeStyle: "short" });
  const plain = (text) => text.replace(/[\s,]+(at )?/g, " ");
  assert.equal(plain(await time.innerText()), plain(wanted.format(new Date(entry.time))));
});
