// The running service, with a new instance: what its admin and its identity provider can ask of it by HTTP.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.js";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** Starts the service of `KLUE_SCIM` on a free port of this machine, with an empty folder; it ends with this process. */
export async function startService() {
  const binary = process.env.KLUE_SCIM;
  if (!binary) throw new Error("KLUE_SCIM has to be the path of the built klue-scim; `make browser-test` sets it.");
  const folder = mkdtempSync(join(tmpdir(), "klue-scim-"));
  const child = spawn(binary, ["--port", "0", "--data", folder], { stdio: ["ignore", "ignore", "inherit"] });
  const stop = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", stop);
  const connection = join(folder, "connection.env");
  await until("the service has started", () => {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    return existsSync(connection);
  });
  const lines = readFileSync(connection, "utf8").trim().split("\n");
  const { SCIM_BASE_URL, CONSOLE_URL, SCIM_API_KEY, ADMIN_API_KEY } = Object.fromEntries(lines.map((line) => line.split("=", 2)));
  return new Service({ scimUrl: SCIM_BASE_URL, consoleUrl: CONSOLE_URL, scimKey: SCIM_API_KEY, adminKey: ADMIN_API_KEY, child });
}

class Service {
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Ends it, and waits until it has ended. */
  stop() {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null) return resolve();
      this.child.once("exit", resolve);
      this.child.kill("SIGTERM");
    });
  }

  /** A request to the SCIM API: `{ status, body }`. */
  scim(method, path, body, key = this.scimKey) {
    return send(method, `${this.scimUrl}${path}`, key, body, "application/scim+json");
  }

  /** A request to the admin API: the body of the answer, which has to be a good one. */
  async admin(method, path, body) {
    const answer = await send(method, `${this.consoleUrl}/v1/${path}`, this.adminKey, body, "application/json");
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body?.detail}`);
    return answer.body;
  }

  /** An API key made by the admin API. */
  key(description, { scope = "scim", expires = "90 days" } = {}) {
    return this.admin("POST", "api-keys", { description, scope, expires });
  }

  /** A user as Okta provisions one: the resource. */
  async provision(name, { userName = `${name.toLowerCase()}@example.com`, familyName = "Example", ...enterprise } = {}) {
    const { status, body } = await this.scim("POST", "/Users", person(name, { userName, familyName, ...enterprise }));
    if (status !== 201) throw new Error(`${userName} was not provisioned: ${status} ${body?.detail}`);
    return body;
  }
}

/** What Okta sends of a person. */
export function person(givenName, { userName, email = userName, familyName = "Example", ...enterprise }) {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
    userName,
    name: { givenName, familyName },
    emails: [{ value: email, type: "work", primary: true }],
    active: true,
    [ENTERPRISE]: enterprise,
  };
}

/** The PATCH of one value. */
export function patch(path, value) {
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
  return { schemas, Operations: [{ op: "replace", path, value }] };
}

/** The path of an attribute of Klue's own. */
export const extension = (name) => `${ENTERPRISE}:${name}`;

/** Klue's own attributes of a user. */
export const accessOf = (user) => user[ENTERPRISE];

async function send(method, url, key, body, type) {
  const headers = { authorization: `Bearer ${key}`, ...(body && { "content-type": type }) };
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}
