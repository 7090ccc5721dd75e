// The admin API, as the console uses it.

/** Where the API is: beside the assets, whatever stands before them in the path. */
const BASE = new URL("../v1/", import.meta.url);
const STORED = "klue-admin-key";

/** A refusal, or no answer; the message is a sentence for the admin. */
export class ApiError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** The key of this tab; gone with the tab, or when the admin signs out. */
export const session = {
  get key() {
    return sessionStorage.getItem(STORED);
  },
  /** Whether the key is the one with an id: it stands behind `klue_` and the instance. */
  isOf(id) {
    return this.key?.startsWith(id, "klue_".length + 11) ?? false;
  },
  open(key) {
    sessionStorage.setItem(STORED, key);
  },
  close() {
    sessionStorage.removeItem(STORED);
  },
};

let refused = () => {};

/** Has a function called when a key that was good is refused. */
export function onRefusedKey(listener) {
  refused = listener;
}

async function send(method, path, { query = {}, body, ifMatch, key } = {}) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== "" && value !== null && value !== undefined) url.searchParams.set(name, value);
  }
  const used = key ?? session.key ?? "";
  if (!/^[\x20-\x7e]*$/.test(used)) {
    throw new ApiError("This is not a Klue API key: it has characters that no key has. Copy the whole key again.", 401);
  }
  const headers = { authorization: `Bearer ${used}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (ifMatch) headers["if-match"] = ifMatch;
  let response;
  try {
    response = await fetch(url, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store", redirect: "error",
    });
  } catch {
    throw new ApiError("The service cannot be reached. Check your connection and try again.");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  const sentence = problem.detail ?? `The service answered ${response.status}. Try again; report it if it comes back.`;
  const error = new ApiError(sentence, response.status);
  if ((error.status === 401 || error.status === 403) && key === undefined) refused(error);
  throw error;
}

/** Sends a request; gives the JSON of the answer, or null where it has none. */
export async function call(method, path, options) {
  const response = await send(method, path, options);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/** Reads; see `call`. */
export const get = (path, query) => call("GET", path, { query });

/** Saves an answer as a file: a link cannot send the key. */
export async function download(path, query, name) {
  const response = await send("GET", path, { query });
  save(await response.blob(), name);
  return response;
}

/** Has the browser save a file. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
