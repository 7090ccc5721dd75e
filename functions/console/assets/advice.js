// What a refusal means, and what to do about it in Okta.

import { h } from "./dom.js";

const PROFILE_EDITOR = "In Okta: Directory → Profile Editor → the Klue app → Mappings.";
const RETRY = "In Okta: Dashboard → Tasks, select the task and Retry.";

/** The refused value of the first of some attributes. */
function refusedValue(refusal, names) {
  const found = (refusal.values ?? []).find(({ attribute }) => names.some((name) => attribute.toLowerCase().includes(name)));
  return found?.value;
}

function toUsers(value, label) {
  return h("a", { href: `#/users?${new URLSearchParams({ q: value })}` }, label);
}

function takenBy(refusal) {
  const quoted = /'([^']+)' already exists/.exec(refusal.detail)?.[1];
  const value = quoted ?? refusedValue(refusal, ["username", "emails"]);
  return [
    "Another Klue user has this userName or e-mail. ",
    value ? toUsers(value, `Find ${value} under Manage users`) : h("a", { href: "#/users" }, "Find it under Manage users"),
    "; if it is the same person, let Okta match the two: Import → Import Now, then Confirm Assignments. If it is somebody else, correct the profile in Okta and retry the task.",
  ];
}

/** From the first that fits: route, status, scimType and words of the detail, as far as they are given. */
const ADVICE = [
  { route: /\/admin\//, tell: () => "This came by the admin API or this console, not from Okta. The sentence above says what to change." },
  { route: /^sign-in$/, tell: () => "This was a sign-in, not a push from Okta. Under Manage users the person can be reactivated; assigning the Klue app to them in Okta does the same." },
  { scimType: "uniqueness", tell: takenBy },
  { status: 409, words: /reference|circle|operation/i, tell: () => "One part of a bulk request failed and others needed it. Look for the refusal just before this one; when that is solved, send the request again." },
  { status: 409, tell: () => "The request contradicts what is there. The sentence above says what; change that, then try again." },
  { words: /do not go together/, tell: () => ["Only consumers have a visibility group. Have the mapping send none for admins and curators. ", PROFILE_EDITOR] },
  { scimType: "invalidValue", words: /klueRole|role /, tell: () => ["Okta sent a role that Klue does not have; the roles are admin, curator and consumer. Map klueRole to one of them. ", PROFILE_EDITOR, " Then retry the task."] },
  { scimType: "invalidValue", words: /visibilityGroup|visibility group/i, tell: () => ["Okta sent a visibility group that does not fit. Groups are for consumers only, and have to exist here first: ", h("a", { href: "#/groups" }, "Visibility groups"), ". Then map visibilityGroup to the exact name. ", PROFILE_EDITOR] },
  { scimType: "invalidValue", words: /e-?mail/i, tell: () => "A user has exactly one work e-mail address. Fill in the person's primary e-mail in Okta, or map it in the Profile Editor to the attribute email, then retry the task." },
  { scimType: "invalidValue", words: /userName/, tell: () => ["Okta sent no userName that Klue can take. On the Klue app: Sign On → Credentials Details → Application username format: Email. ", RETRY] },
  { scimType: "invalidValue", words: /givenName|familyName|name\b.*required/i, tell: () => ["First and last name are required. Fill them in on the person's profile in Okta. ", RETRY] },
  { words: /Push Groups/, tell: () => "Klue takes no groups over SCIM. On the Klue app untick Import Groups and remove the groups under Push Groups. Nothing is lost: visibility groups are an attribute of users." },
  { scimType: "invalidFilter", tell: () => "Okta asked for users by something that Klue cannot search. Check the unique identifier field for users on the Klue app: it has to be userName." },
  { scimType: "tooMany", tell: () => "The question finds more than Klue can answer at once. Ask for less: another filter, or a smaller page." },
  { scimType: "invalidCursor", tell: () => "A list was continued too late. The identity provider starts it anew by itself." },
  { scimType: "invalidSyntax", tell: () => "The request was no SCIM message. If nobody calls the API by hand, report this to Klue with the request id." },
  { scimType: "mutability", tell: () => ["The request removes a value that every user has. Map the attribute to one that everybody has in Okta. ", PROFILE_EDITOR] },
  { status: 403, tell: () => ["The key has another scope. Okta needs one with the scope scim: ", h("a", { href: "#/keys" }, "Manage API keys"), "."] },
  { status: 404, tell: () => "The user, or the address, does not exist here. On the Klue app check the SCIM base URL, which ends in /scim/v2; if the user was made by an older integration, Import → Import Now matches it anew." },
  { status: 405, tell: () => "The address exists, but not for this method. Check the SCIM base URL on the Klue app: it ends in /scim/v2." },
  { status: 412, tell: () => "Somebody changed the user at the same time, and nothing was lost. Okta reads it again with its next push; to hasten that, retry the task." },
  { status: 413, tell: () => "The request is larger than Klue reads. Shorten what is mapped to the Klue app, or send bulk requests in smaller parts." },
  { status: 415, tell: () => "The request was not marked as JSON. On a custom app choose SCIM 2.0 and JSON." },
  { scimType: "invalidValue", tell: () => ["A value does not fit its attribute; the sentence above names it. Correct the person's profile in Okta or the mapping. ", PROFILE_EDITOR, " Then retry the task."] },
];

/** What to do about a refusal, as nodes. */
export function advice(refusal) {
  const fits = ({ route, status, scimType, words }) =>
    (!route || route.test(refusal.route)) && (!status || status === refusal.status) && (!scimType || scimType === refusal.scimType) &&
    (!words || words.test(refusal.detail));
  const found = ADVICE.find(fits);
  return found ? [found.tell(refusal)].flat() : ["Read the sentence above; when what it names is solved, retry the task in Okta: Dashboard → Tasks."];
}
