// A browser that uses the console of a service of its own, and that minds what no page may do.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test as register } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { startService } from "./service.js";
import { until } from "./until.js";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const PICTURES = fileURLToPath(new URL("../../target/browser/", import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** A whole key; its prefix, which is no secret, is shorter. */
const KEY = /klue_[0-9A-Za-z]{40,}/;
/** Chromium drops what it is loading when an interface of the machine comes or goes, as those of containers do. */
const DROPPED = "net::ERR_NETWORK_CHANGED";
/** What Chromium says by itself of every answer with such a status, and of what it drops. */
const EXPECTED = new RegExp(`^Failed to load resource: (the server responded with a status of (400|401|403|404|409|412) |${DROPPED})`);

/** As wide as a desk's screen and as a phone's. */
export const WIDE = 1280;
export const NARROW = 390;

/** The service of this file of tests. */
export const service = await startService();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
after(async () => {
  await browser.close();
  await service.stop();
});

/**
 * A test whose `act` gets a page that nobody has used; `options` are those of a browser's context.
 *
 * It fails as well if a script or a request did what the console never does, whatever the test is about.
 */
export function test(name, options, act) {
  if (typeof options === "function") return test(name, {}, options);
  return register(name, { timeout: 120_000 }, async () => {
    const context = await browser.newContext({ viewport: { width: WIDE, height: 900 }, reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(30_000);
    const faults = mind(context);
    try {
      await act(await context.newPage(), context);
      assert.deepEqual(faults, [], "the page did what the console never does");
    } catch (error) {
      if (error.actual !== faults) error.message += `\nwhat the console never does: ${JSON.stringify(faults)}`;
      await Promise.all(context.pages().map((page, at) => picture(page, `failed ${name} ${at || ""}`).catch(() => {})));
      throw error;
    } finally {
      await context.close();
    }
  });
}

/** The list of what pages did that the console never does; it grows. */
function mind(context) {
  const faults = [];
  const own = new URL(service.consoleUrl).origin;
  context.on("page", (page) => {
    page.on("pageerror", (error) => faults.push(`an error in a script: ${error.message}`));
    page.on("dialog", (dialog) => {
      faults.push(`a dialog of a script: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    page.on("console", (message) => {
      if (message.type() === "error" && !EXPECTED.test(message.text())) faults.push(`an error in the console: ${message.text()}`);
    });
    page.on("framenavigated", (frame) => KEY.test(frame.url()) && faults.push(`a key in the address ${frame.url()}`));
  });
  context.on("request", (request) => {
    const url = request.url();
    if (new URL(url).origin !== own) faults.push(`a request to another origin: ${url}`);
    if (KEY.test(url)) faults.push(`a key in the request ${url}`);
  });
  return faults;
}

/** Opens the console at a place such as `#/users`, as if by a bookmark. */
export async function visit(page, place = "") {
  // From a page of the console alone the hash would change, and nothing be loaded.
  await page.goto("about:blank");
  await load(page, () => page.goto(`${service.consoleUrl}${place}`));
}

/** Loads the page anew. */
export const reload = (page) => load(page, () => page.reload());

/** Has the page loaded, again if a part of it was dropped, and waits until it is settled. */
async function load(page, begin) {
  for (let tries = 0; tries < 30; tries += 1) {
    let isDropped = false;
    const watch = (message) => {
      isDropped ||= message.text().includes(DROPPED);
    };
    page.on("console", watch);
    await begin().catch((error) => {
      if (!error.message.includes(DROPPED)) throw error;
      isDropped = true;
    });
    // A module that was dropped is not always told; then the script never ran.
    isDropped ||= await page.evaluate(() => document.querySelector("#console > *") === null);
    if (!isDropped) await until("the page is settled", async () => isDropped || await isSettled(page));
    page.off("console", watch);
    if (!isDropped) return;
  }
  throw new Error("The page does not load as a whole.");
}

/** Signs in, and waits for the first page. */
export async function signIn(page, { key = service.adminKey, place = "" } = {}) {
  await visit(page, place);
  await page.getByLabel("Admin key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").waitFor();
  await settled(page);
}

/** Follows a link of the navigation. */
export async function go(page, name) {
  await page.getByRole("navigation").getByRole("link", { name }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await settled(page);
}

/** Waits until nothing is being loaded or done. */
export const settled = (page) => until("the page is settled", () => isSettled(page));

const isSettled = (page) => page.evaluate(() =>
  document.querySelector("h1") !== null && document.querySelector("[aria-busy], .waiting") === null);

/** Presses a button and gives the dialog that opens. */
export async function dialogBy(page, button) {
  await page.getByRole("button", { name: button, exact: true }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  return dialog;
}

/** Presses a button of the dialog, which then closes. */
export async function closeBy(page, button) {
  await page.getByRole("dialog").getByRole("button", { name: button, exact: true }).click();
  await closed(page);
}

/** Waits until no dialog is open, and what it changed is shown. */
export async function closed(page) {
  await page.locator("dialog").waitFor({ state: "detached" });
  await settled(page);
}

/** Waits until a text can be seen. */
export const sees = (place, text) => place.getByText(text).first().waitFor();

/** Waits until a screen reader has been told a text. */
export const hears = (page, text) =>
  until(`a screen reader is told “${text}”`, async () => (await page.locator("#said").textContent()).includes(text));

/** The texts of the elements of a selector. */
export const texts = (place, selector) => place.locator(selector).allInnerTexts();

/** The element that has the focus: its name, and whether that can be seen. */
export const focus = (page) => page.evaluate(() => {
  const held = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(held);
  return {
    name: held.getAttribute("aria-label") ?? (held.labels?.[0]?.textContent || held.textContent),
    tag: held.tagName.toLowerCase(),
    isSeen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
  };
});

/** A picture of the page in target/browser: of all of it, but for dialogs, which stand in the middle of what is seen. */
export async function picture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  const isDialog = await page.locator("dialog").count() > 0;
  const file = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  await page.screenshot({ path: `${PICTURES}${file}.png`, fullPage: !isDialog });
}

/** Has axe-core check the page; nothing that it finds may be serious or critical, and nothing may stand beyond the edge. */
export async function audit(page, name) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => (await axe.run()).violations.map(({ id, impact, help, nodes }) =>
    ({ id, impact, help, nodes: nodes.map(({ html }) => html.slice(0, 120)) })));
  assert.deepEqual(found.filter(({ impact }) => ["serious", "critical"].includes(impact)), [], `axe-core finds in ${name}`);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(beyond, 0, `${name} scrolls sideways by as many pixels`);
}
