// The console: who is signed in, and which page is shown.

import { activity } from "./activity.js";
import { get, onRefusedKey, session } from "./api.js";
import { banner, clearBanner, refreshBanner } from "./banner.js";
import { button, fill, h, say } from "./dom.js";
import { groups } from "./groups.js";
import { keys } from "./keys.js";
import { signIn } from "./sign_in.js";
import { user } from "./user.js";
import { users } from "./users.js";

/** The pages by the first parts of the hash. A page fills a place, with what stands behind. */
const PAGES = [
  { path: /^\/keys$/, nav: "keys", title: "Manage API keys", show: keys },
  { path: /^\/users$/, nav: "users", title: "Manage users", show: users },
  { path: /^\/users\/([^/]+)$/, nav: "users", title: "User", show: user },
  { path: /^\/groups$/, nav: "groups", title: "Visibility groups", show: groups },
  { path: /^\/activity$/, nav: "activity", title: "Activity", show: activity },
];
const FIRST = "#/keys";

const root = document.getElementById("console");
let main = null;
let links = [];

/** Where the hash leads: a page, the parts of its path, and the parameters behind a question mark. */
function place() {
  const [path, query] = (location.hash || FIRST).slice(1).split("?");
  const page = PAGES.find((page) => page.path.test(path));
  return page && { page, parts: page.path.exec(path).slice(1), query: new URLSearchParams(query) };
}

function show({ focus }) {
  const found = place();
  if (!found) {
    location.replace(FIRST);
    return;
  }
  const { page, parts, query } = found;
  document.title = `${page.title} – Klue console`;
  for (const link of links) {
    const isHere = link.getAttribute("href") === `#/${page.nav}`;
    isHere ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  const title = h("h1", { tabindex: "-1" }, page.title);
  main.replaceChildren(title);
  page.show(main, ...parts, query);
  if (focus) {
    title.focus();
    window.scrollTo(0, 0);
  }
  // The page of the keys reads them itself.
  if (page.nav !== "keys") refreshBanner();
}

function link(href, label) {
  return h("a", { href }, label);
}

/** The frame around every page. */
function frame() {
  const name = h("span", { class: "instance" });
  const toKeys = link("#/keys", "Manage API keys");
  const others = [link("#/users", "Manage users"), link("#/groups", "Visibility groups"), link("#/activity", "Activity")];
  links = [toKeys, ...others];
  main = h("main", { id: "main", tabindex: "-1" });
  const skip = button("Skip to the content", () => main.focus(), { class: "skip" });
  root.replaceChildren(
    skip,
    h("header", null,
      h("p", { class: "brand" }, "Klue ", name),
      button("Sign out", () => signOut())),
    h("div", { class: "columns" },
      h("nav", { "aria-label": "Console" },
        h("ul", null,
          h("li", null, h("span", { class: "group" }, "Integrations"), h("ul", null, h("li", null, toKeys))),
          others.map((other) => h("li", null, other)))),
      h("div", { class: "page" }, banner, main)));
  return name;
}

function enter(instance, { focus }) {
  frame().textContent = instance.name;
  show({ focus });
}

function signOut(reason) {
  session.close();
  clearBanner();
  main = null;
  for (const open of document.querySelectorAll("dialog")) open.close();
  document.title = "Klue console";
  root.replaceChildren(signIn((instance) => enter(instance, { focus: true }), reason));
  root.querySelector("input").focus();
  if (!reason) say("You are signed out.");
}

onRefusedKey((error) => {
  if (session.key) signOut(error.message);
});
window.addEventListener("hashchange", () => main && show({ focus: true }));

if (session.key) {
  const first = h("main", { class: "sign-in" });
  root.replaceChildren(first);
  fill(first, "Loading…", () => get("instance"), (instance) => void enter(instance, { focus: false }));
} else {
  root.replaceChildren(signIn((instance) => enter(instance, { focus: true })));
  root.querySelector("input").focus();
}
