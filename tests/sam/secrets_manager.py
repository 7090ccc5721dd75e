#!/usr/bin/env python3
"""Runs functions against moto's Secrets Manager, and its DynamoDB: the pepper is read, read anew, and missed.

Usage: python tests/sam/secrets_manager.py MOTO_SERVER BINARIES    (packages: infra/requirements.txt)

MOTO_SERVER is the program `moto_server`, BINARIES is target/debug or target/lambda. What stands in for Secrets Manager
in the other tests is ours; this one is not.
"""

import json
import secrets
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import boto3

from emulator import TIMEOUT, start
from play import ROOT, hidden
from service import binary, free_port, listens, running, stopped_by_signals, wait_for

REGION, TABLE, SECRET = "us-east-1", "klue-scim-local", "klue-scim/local/pepper"
#: Seconds within which a rotated pepper has to be known.
PATIENCE = 20
KEYS = [("pk", "HASH"), ("sk", "RANGE")]


def make_table(client):
    """The table of template.yaml."""
    schema = [{"AttributeName": name, "KeyType": kind} for name, kind in KEYS]
    names = [*(name for name, _ in KEYS), "timeline"]
    client.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=schema,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        GlobalSecondaryIndexes=[{"IndexName": "timeline", "Projection": {"ProjectionType": "ALL"},
                                 "KeySchema": [{"AttributeName": "timeline", "KeyType": "HASH"}, schema[1]]}])


class Functions:
    """Functions under the emulator; each is started by its first call."""

    def __init__(self, stack, folder, settings, work):
        self.stack, self.folder, self.settings, self.work, self.running = stack, folder, settings, work, {}

    def invoke(self, function, event):
        if function not in self.running:
            program, log = binary(self.folder, function), self.work / f"{function}.log"
            self.running[function] = start(self.stack, program, self.settings, log)
        body = json.dumps(event).encode()
        with urllib.request.urlopen(self.running[function], body, TIMEOUT) as answer:
            return json.load(answer)

    def send(self, function, key, event="", body=None):
        """Sends an event of tests/events, with a key and maybe another body; the status, headers and JSON."""
        event = json.loads((ROOT / f"tests/events/{event or function}.json").read_text())
        event["headers"]["authorization"] = f"Bearer {key}"
        if body:
            event["body"] = json.dumps(body)
        answer = self.invoke(function, event)
        headers = {header.lower(): value for header, value in answer["headers"].items()}
        return answer["statusCode"], headers, json.loads(answer["body"])


def expect(what, found, expected):
    if found != expected:
        sys.exit(hidden(f"{what}: expected {expected}, got {found}"))
    print(f"  ok  {what}", flush=True)


def test(functions, client):
    peppers = {"current": "v1", "v1": secrets.token_urlsafe(48)}
    client.create_secret(Name=SECRET, SecretString=json.dumps(peppers))
    keys = functions.invoke("create_instance", {"name": "Example Ltd"})
    status, _, users = functions.send("list_users", keys["scimKey"])
    expect("a key made by one function is known by another, by the same pepper", (status, users["totalResults"]), (200, 0))

    peppers |= {"current": "v2", "v2": secrets.token_urlsafe(48)}
    client.put_secret_value(SecretId=SECRET, SecretString=json.dumps(peppers))
    wanted = {"description": "After the rotation", "scope": "scim", "expires": "90 days"}
    status, _, made = functions.send("admin_api_keys", keys["adminKey"], "admin_api_keys_create", wanted)
    expect("a function that starts after a rotation makes keys under the new version", status, 201)
    # It asks for the secret every 10 s at most, and says meanwhile when to come again.
    deadline = time.monotonic() + PATIENCE
    while (answer := functions.send("list_users", made["key"]))[0] == 503 and time.monotonic() < deadline:
        time.sleep(int(answer[1]["retry-after"]))
    status = answer[0]
    expect("a function that runs reads the secret again for a version that it does not know", status, 200)
    status, _, _ = functions.send("list_users", keys["scimKey"])
    expect("a key of the old version is good as before", status, 200)

    client.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    status, headers, _ = functions.send("get_user", keys["scimKey"])
    expect("without the secret the answer is 503 and not 401", status, 503)
    expect("and says when to try again", headers["retry-after"].isdigit(), True)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[2])
    program, folder = sys.argv[1:]
    with stopped_by_signals(), ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="klue-moto-")))
        port, log = free_port(), work / "moto.log"
        output = stack.enter_context(open(log, "w"))
        server = stack.enter_context(running([program, "-H", "127.0.0.1", "-p", str(port)], stdout=output, stderr=output))
        wait_for(lambda: listens(port), server, "moto", log)
        url = f"http://127.0.0.1:{port}"
        account = {"region_name": REGION, "aws_access_key_id": "local", "aws_secret_access_key": "local"}
        make_table(boto3.client("dynamodb", endpoint_url=url, **account))
        settings = {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
                    "TABLE_NAME": TABLE, "PEPPER_SECRET": SECRET,
                    "DYNAMODB_ENDPOINT": url, "SECRETS_MANAGER_ENDPOINT": url}
        print("Functions against moto's Secrets Manager:", flush=True)
        test(Functions(stack, folder, settings, work), boto3.client("secretsmanager", endpoint_url=url, **account))


if __name__ == "__main__":
    main()
