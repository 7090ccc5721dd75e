// Every page and dialog, light and dark, wide and narrow: what axe-core finds, and a picture in target/browser.

import { NARROW, WIDE, audit, closeBy, closed, dialogBy, go, picture, sees, service, settled, signIn, test, visit } from "./browser.js";
import { person } from "./service.js";

const LOOKS = [];
for (const colorScheme of ["light", "dark"]) {
  LOOKS.push({ colorScheme, viewport: { width: WIDE, height: 900 } }, { colorScheme, viewport: { width: NARROW, height: 844 } });
}

/** One test a look; `act` gets the page, and what checks it and takes a picture of it under a name. */
function inEveryLook(what, act) {
  for (const look of LOOKS) {
    const words = `${look.colorScheme} ${look.viewport.width}`;
    test(`${what}: ${words}`, look, (page) => act(page, async (name) => {
      await settled(page);
      await audit(page, `${name}, ${words}`);
      await picture(page, `${name} ${words}`);
    }));
  }
}

inEveryLook("signing in and the empty pages are accessible", async (page, check) => {
  await visit(page);
  await check("sign-in");
  await page.getByLabel("Admin key", { exact: true }).fill("klue_wrong");
  await page.keyboard.press("Enter");
  await sees(page.getByRole("alert"), "This is not a Klue API key");
  await check("sign-in refused");

  await signIn(page);
  await check("keys empty");
  await go(page, "Manage users");
  await check("users empty");
  await go(page, "Visibility groups");
  await check("groups empty");
  await visit(page, "#/activity?outcome=refused");
  await check("activity empty");
});

let seeded;
/** People, groups, keys and refusals, made once, after the pages were empty. */
function seed() {
  seeded ??= (async () => {
    for (const [name, description] of [["Sales", "The sales regions, without the roadmap"], ["Partners", ""]]) {
      await service.admin("POST", "visibility-groups", { name, description });
    }
    const soon = new Date(Date.now() + 10 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    await service.key("Okta, production", { expires: soon });
    const { id } = await service.key("Okta, old");
    await service.admin("DELETE", `api-keys/${id}`);
    const ada = await service.provision("Ada", { familyName: "Lovelace", visibilityGroup: "Sales", employeeId: "1815" });
    await service.provision("Grace", { familyName: "Hopper", klueRole: "curator" });
    await service.provision("Alan", { familyName: "Turing", klueRole: "admin" });
    for (let made = 1; made <= 12; made += 1) await service.provision(`Person${made}`);
    await service.admin("PATCH", `users/${ada.id}`, { klueRole: "curator" });
    await service.admin("PATCH", `users/${ada.id}`, { klueRole: "consumer", visibilityGroup: "Partners" });
    for (const wrong of [{ klueRole: "boss" }, { visibilityGroup: "Nowhere" }, { familyName: "" }, { userName: "ada@example.com" }]) {
      await service.scim("POST", "/Users", person("Bea", { userName: "bea@example.com", ...wrong }));
    }
    return ada;
  })();
  return seeded;
}

inEveryLook("the pages are accessible", async (page, check) => {
  const ada = await seed();
  await signIn(page);
  await page.getByText("that no longer").first().click();
  await check("keys");
  await go(page, "Manage users");
  await check("users");
  await visit(page, `#/users/${ada.id}`);
  await check("user");
  await go(page, "Visibility groups");
  await check("groups");
  await go(page, "Activity");
  await page.getByText("What was sent").first().click();
  await check("activity");
  await page.getByLabel("User", { exact: true }).fill("person");
  await page.getByRole("button", { name: "Show" }).click();
  await sees(page.getByRole("alert"), "More than one user");
  await check("activity user unclear");
});

inEveryLook("the dialogs are accessible", async (page, check) => {
  const ada = await seed();
  await signIn(page);
  const creating = await dialogBy(page, "Create New API Key");
  await creating.getByLabel("Expiration").selectOption("date");
  await check("dialog new key");
  await creating.getByLabel("Expiration").selectOption("30 days");
  await creating.getByLabel("Description").fill("Okta, new");
  await creating.getByRole("button", { name: "Save" }).click();
  await sees(creating, "I have copied the key");
  await sees(page.getByRole("dialog"), service.scimUrl);
  await check("dialog key shown");
  await closeBy(page, "I have copied the key");

  await dialogBy(page, "Rotate: Okta, new");
  await check("dialog rotate");
  await closeBy(page, "Cancel");
  await dialogBy(page, "Revoke: First admin key");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await sees(page.getByRole("alert"), "This is the last active admin key");
  await check("dialog revoke refused");
  await closeBy(page, "Cancel");
  await dialogBy(page, "Revoke: Okta, new");
  await check("dialog revoke");
  await closeBy(page, "Revoke");

  await go(page, "Visibility groups");
  for (const [button, name] of [["Create group", "create group"], ["Describe: Sales", "describe group"],
    ["Make default: Sales", "default group"], ["Delete: Partners", "delete group"], ["Delete: Sales", "delete empty group"]]) {
    await dialogBy(page, button);
    await check(`dialog ${name}`);
    await page.keyboard.press("Escape");
    await closed(page);
  }
  await visit(page, `#/users/${ada.id}`);
  await dialogBy(page, "Deactivate…");
  await check("dialog deactivate");
});
