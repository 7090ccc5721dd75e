// Names that want to be more than names: shown as they are on every page, and never run.

import assert from "node:assert/strict";
import { NARROW, audit, closeBy, dialogBy, go, picture, sees, service, settled, signIn, test, visit } from "./browser.js";
import { person } from "./service.js";

const HOSTILE = [
  "<script>window.ran = 1</script>",
  "<img src=x onerror=\"window.ran = 1; alert(1)\">",
  "\"><svg onload=alert(1)>",
  "' onmouseover='window.ran=1' x='",
  "javascript:window.ran=1",
  "{{constructor.constructor('window.ran=1')()}}",
  "</title></dialog><iframe src=//evil.test>",
  "\u202Egnitautca\u202C \u2066left\u2069",
  "zero\u200Bwidth\u200D\uFEFF joined",
  "&lt;b&gt; &amp; %3Cscript%3E",
];
/** As long as the service takes, without a space. */
const LONG = "W".repeat(128);

const users = [];
for (const [at, text] of [...HOSTILE, LONG].entries()) {
  const group = text.slice(0, 60);
  await service.admin("POST", "visibility-groups", { name: group, description: `${text} described` });
  const userName = `${text.slice(0, 50)}-${at}`;
  const sent = { userName, email: `hostile${at}@example.com`, familyName: text, visibilityGroup: group, employeeId: text };
  const { status, body } = await service.scim("POST", "/Users", { ...person(text, sent), externalId: text });
  assert.equal(status, 201, `${text}: ${body.detail}`);
  users.push({ text, group, userName, id: body.id, key: await makeKey(text) });
}

/** There may be five keys a scope, so they are revoked at once: the list shows them all the same. */
async function makeKey(text) {
  const { id } = await service.key(text.slice(0, 100));
  await service.admin("DELETE", `api-keys/${id}`);
  return text.slice(0, 100);
}

/** Nothing has run, and each text stands in the page as it is. */
async function harmless(page, wanted, where) {
  await settled(page);
  const found = await page.evaluate(() => ({
    ran: window.ran,
    made: document.querySelectorAll(":is(main, dialog, section) :is(script, img, svg, iframe)").length,
    links: [...document.querySelectorAll("a")].map((link) => link.getAttribute("href")).filter((to) => !to.startsWith("#/")),
    texts: document.body.textContent,
  }));
  assert.deepEqual([found.ran, found.made, found.links], [undefined, 0, []], where);
  for (const text of wanted) assert.ok(found.texts.includes(text), `${JSON.stringify(text)} stands as it is in ${where}`);
}

for (const width of [1280, NARROW]) {
  test(`every page shows hostile texts as they are, ${width} pixels wide`, { viewport: { width, height: 900 } }, async (page) => {
    await signIn(page);
    await page.getByText("that no longer").first().click();
    await harmless(page, users.map(({ key }) => key), "the keys");
    await audit(page, "hostile keys");

    await go(page, "Manage users");
    await harmless(page, users.flatMap(({ text, userName, group }) => [`${text} ${text}`, userName, group]), "the users");
    await audit(page, "hostile users");
    await picture(page, `hostile users ${width}`);

    await go(page, "Visibility groups");
    await harmless(page, users.flatMap(({ text, group }) => [group, `${text} described`]), "the groups");
    await audit(page, "hostile groups");
    await picture(page, `hostile groups ${width}`);

    await go(page, "Activity");
    await harmless(page, users.flatMap(({ text, userName }) => [text, userName]), "the activity");
    await audit(page, "hostile activity");

    for (const { id, text, userName, group } of users) {
      await visit(page, `#/users/${id}`);
      await harmless(page, [`${text} ${text}`, userName, group], `the user ${text}`);
      assert.equal(await page.title(), `${text} ${text} – Klue console`.replace(/[ \t\n]+/g, " "));
    }
    await audit(page, "a hostile user");
    await picture(page, `hostile user ${width}`);
  });
}

test("dialogs show hostile texts as they are", async (page) => {
  await signIn(page);
  await go(page, "Visibility groups");
  for (const { group, text } of users) {
    const titles = [["Describe", `Describe “${group}”`], ["Make default", `Make “${group}” the default group?`],
      ["Delete", `Delete “${group}”?`]];
    for (const [button, title] of titles) {
      const dialog = await dialogBy(page, `${button}: ${group}`);
      await harmless(page, [title], `${button} ${text}`);
      await closeBy(page, "Cancel");
    }
  }
  for (const { id, text } of users) {
    await visit(page, `#/users/${id}`);
    await dialogBy(page, "Deactivate…");
    await harmless(page, [`Deactivate ${text} ${text}?`], "the dialog of a user");
    await closeBy(page, "Cancel");
  }
});

test("refusals and their advice show hostile texts as they are", async (page) => {
  for (const { userName } of users) {
    const { status } = await service.scim("POST", "/Users", person("Eve", { userName, email: "eve@example.com" }));
    assert.equal(status, 409);
  }
  await signIn(page, { place: "#/activity?outcome=refused" });

  await harmless(page, users.map(({ userName }) => userName), "the refusals");
  await audit(page, "hostile refusals");
  const { userName } = users[0];
  await page.getByRole("link", { name: `Find ${userName} under Manage users` }).click();
  await page.getByRole("heading", { level: 1, name: "Manage users" }).waitFor();
  await settled(page);
  assert.equal(await page.getByRole("row").count(), 2, "the link finds whoever has the name");
});

test("hostile addresses are searches like others", async (page) => {
  await signIn(page);
  for (const text of HOSTILE.filter((text) => text.includes("window.ran"))) {
    const encoded = encodeURIComponent(text);
    for (const place of [`#/users?q=${encoded}`, `#/users?group=${encoded}&role=${encoded}`, `#/users/${encoded}`,
      `#/activity?user=${encoded}&key=${encoded}&from=${encoded}`, `#/${encoded}`]) {
      await visit(page, place);
      await harmless(page, [], place);
    }
  }
});

test("a key of a hostile description is made, shown, rotated and warned of", async (page) => {
  const soon = new Date(Date.now() + 10 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  const [, description] = HOSTILE;
  await service.key(description, { expires: soon });
  await signIn(page);

  await sees(page.getByRole("region", { name: "Warnings" }), `The API key “${description}” expires`);
  for (const button of ["Rotate", "Revoke"]) {
    await dialogBy(page, `${button}: ${description}`);
    await harmless(page, [`${button} “${description}”`], button);
    await closeBy(page, "Cancel");
  }
});
