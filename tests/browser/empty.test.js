// A new instance: every page tells the next step. The tests are in an order, from nothing to something.

import assert from "node:assert/strict";
import { go, hears, sees, service, signIn, test } from "./browser.js";

test("without users the page of users leads to an API key for Okta", async (page) => {
  await signIn(page);
  await go(page, "Manage users");

  await sees(page, "There are no users yet. ");
  await sees(page, "for Okta, and assign people to the Klue app there.");
  await page.getByRole("link", { name: "Create an API key" }).click();
  await page.getByRole("heading", { level: 1, name: "Manage API keys" }).waitFor();
});

test("with the default group alone the page of groups tells what others are for, and how Okta names them", async (page) => {
  await signIn(page);
  await go(page, "Visibility groups");

  await sees(page, "So far everybody sees the same. Create another group, then map visibilityGroup in Okta's profile editor.");
});

test("a search that finds nothing tells how to search", async (page) => {
  await signIn(page);
  await go(page, "Manage users");

  await page.getByLabel("Name or e-mail").fill("nobody");
  await page.getByRole("button", { name: "Search" }).click();

  const words = "No user is like this. A name is found by any part of it, an address with an @ only by its start.";
  await sees(page.getByRole("main"), words);
  await hears(page, words);
});

test("a filter that nothing fits tells to choose more", async (page) => {
  await signIn(page);
  await go(page, "Activity");
  await sees(page.getByRole("listitem"), "Instance created");

  await page.getByLabel("Outcome").selectOption("refused");
  await page.getByRole("button", { name: "Show" }).click();

  await sees(page, "Nothing in the log is like this. Choose a longer time or another outcome.");
});

test("without a key for an identity provider the page of keys asks for one", async (page) => {
  const { keys } = await service.admin("GET", "api-keys");
  await service.admin("DELETE", `api-keys/${keys.find(({ scope }) => scope === "scim").id}`);
  await signIn(page);

  await sees(page, "No key connects an identity provider at the moment. Create one with the scope scim and paste it into Okta.");
  await page.getByRole("main").getByRole("button", { name: "Create New API Key" }).last().click();
  assert.equal(await page.getByRole("dialog").getByLabel("Scope").inputValue(), "scim");
});
