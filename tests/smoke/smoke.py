#!/usr/bin/env python3
"""Plays what Okta does with one person against a running service, and deactivates the user again.

Usage: SCIM_BASE_URL=… SCIM_API_KEY=… python tests/smoke/smoke.py
       python tests/smoke/smoke.py connection.env    (written by `make run`)
       python tests/smoke/smoke.py RUNNER            (the built `klue-scim`, started for this on a free port)

The standard library is enough. Each step is a line with its status and time. The instance keeps a user a run, as an
inactive one, for users are never removed: a deployed service has an instance for this alone.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
# A cold start and a slow line fit in; a service that hangs does not.
TIMEOUT = 30


class Failed(Exception):
    """A step whose answer is not what it should be."""


class Client:
    def __init__(self, base_url, key):
        self.base_url, self.key = base_url.rstrip("/"), key

    def send(self, method, path, body=None, key=None):
        """Status and body of the answer."""
        headers = {"Content-Type": "application/scim+json", "Accept": "application/scim+json"}
        headers["Authorization"] = f"Bearer {self.key if key is None else key}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.base_url + path, data, headers, method=method)
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                status, text = answer.status, answer.read()
        except HTTPError as error:
            status, text = error.code, error.read()
        return status, json.loads(text) if text else {}

    def step(self, about, method, path, code, body=None, key=None, **expected):
        """Sends a request; raises Failed unless the answer has the code and these members."""
        start = time.monotonic()
        try:
            found, answer = self.send(method, path, body, key)
        except (OSError, HTTPException, ValueError) as error:
            raise Failed(f"{about}: {method} {path}: {error}") from error
        taken = round(1000 * (time.monotonic() - start))
        wrong = {name: answer.get(name) for name, value in expected.items() if answer.get(name) != value}
        if found != code or wrong:
            raise Failed(
                f"{about}: {method} {path} was answered with {found} in place of {code}\n"
                f"  expected {expected}\n  found    {json.dumps(answer)[:1000]}"
            )
        print(f"ok  {code}  {taken:>5} ms  {about}", flush=True)
        return answer


def activity(active):
    """The body with which Okta deactivates or reactivates."""
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": active}}]}


def play(client):
    """What Okta does: the test of its connection, an assignment, a change, an unassignment and a reassignment."""
    name = f"smoke-{uuid.uuid4()}@example.com"
    user = {
        "schemas": [USER],
        "userName": name,
        "name": {"givenName": "Smoke", "familyName": "Test"},
        "emails": [{"primary": True, "value": name, "type": "work"}],
        "externalId": f"smoke-{uuid.uuid4()}",
        "active": True,
    }
    search = quote(f'userName eq "{name}"')
    by_name = f"/Users?filter={search}&startIndex=1&count=100"

    client.step("what the service can do is public", "GET", "/ServiceProviderConfig", 200, key="")
    client.step("a wrong key is refused", "GET", "/Users?count=1", 401, key="klue_wrong")
    client.step("the connection is tested", "GET", "/Users?startIndex=1&count=1", 200)
    client.step("nobody has the name yet", "GET", by_name, 200, totalResults=0)
    created = client.step("the user is created", "POST", "/Users", 201, user, userName=name, active=True)
    path = f"/Users/{created['id']}"
    try:
        client.step("a second one of the name is refused", "POST", "/Users", 409, user, scimType="uniqueness")
        client.step("the user is found by name", "GET", by_name, 200, totalResults=1)
        client.step("the user is read", "GET", path, 200, userName=name, externalId=user["externalId"])
        changed = {**user, "id": created["id"], "name": {"givenName": "Smoke", "familyName": "Tested"}}
        client.step("the user is replaced", "PUT", path, 200, changed, displayName="Smoke Tested")
        client.step("the user is deactivated", "PATCH", path, 200, activity(False), active=False)
        client.step("the user is reactivated", "PATCH", path, 200, activity(True), active=True)
        client.step("a path without a route is a SCIM error", "GET", "/Nothing", 404, status="404")
    finally:
        client.step("the user is deactivated for good", "PATCH", path, 200, activity(False), active=False)


@contextmanager
def connection(arguments):
    """The base URL and the key, of a service that is started for the block if a binary is named."""
    if not arguments:
        missing = [name for name in ("SCIM_BASE_URL", "SCIM_API_KEY") if not os.environ.get(name)]
        if missing:
            sys.exit(f"{' and '.join(missing)} not set; `make run` writes both to .data/connection.env.")
        yield os.environ["SCIM_BASE_URL"], os.environ["SCIM_API_KEY"]
        return
    file = Path(arguments[0])
    if not file.exists():
        sys.exit(f"There is no {file}.")
    if file.suffix == ".env":
        yield settings(file)
        return
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([file, "--port", "0", "--data", folder], stdout=subprocess.DEVNULL)
        try:
            written, deadline = Path(folder, "connection.env"), time.monotonic() + 60
            while not written.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("The service did not start.")
                time.sleep(0.05)
            yield settings(written)
        finally:
            process.terminate()
            process.wait()


def settings(file):
    values = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    return values["SCIM_BASE_URL"], values["SCIM_API_KEY"]


def main():
    with connection(sys.argv[1:]) as (base_url, key):
        print(f"    {base_url}", flush=True)
        try:
            play(Client(base_url, key))
        except Failed as failure:
            print(f"FAILED  {failure}", flush=True)
            return 1
    print("Every step was answered as it should be.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
