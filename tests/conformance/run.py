#!/usr/bin/env python3
"""Has scim2-tester, which knows nothing of Klue, check the running service against RFC 7643 and 7644.

Usage: python tests/conformance/run.py [--readme README.md] RUNNER
       SCIM_API_KEY=… python tests/conformance/run.py SCIM_BASE_URL
Packages: tests/conformance/requirements.txt

RUNNER is the built `klue-scim`; it is started on a free port with a new data folder. A service at a URL keeps the
users that are made here, as inactive ones; it should have few before: the tester reads the first page of a list.

Every check has to pass, but for the departures in departures.py, each of which has to occur, and with what is said
of it there. With --readme, the tables that are printed have to be in that file.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from departures import DEPARTURES, USERS
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Mutability, ResourceType, Schema, ScimProvider, ServiceProviderConfig
from scim2_tester import Status, check_server

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
EXTENSION = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@contextmanager
def connection(service):
    """The base URL and the key of the service, which is started for the block if it is a binary."""
    if service.startswith(("http://", "https://")):
        yield service, os.environ["SCIM_API_KEY"]
        return
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([service, "--port", "0", "--data", folder], stdout=subprocess.DEVNULL)
        try:
            file, deadline = Path(folder, "connection.env"), time.monotonic() + 60
            while not file.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("The service did not start.")
                time.sleep(0.05)
            values = dict(line.split("=", 1) for line in file.read_text().splitlines())
            yield values["SCIM_BASE_URL"], values["SCIM_API_KEY"]
        finally:
            process.terminate()
            process.wait()


def checks(base_url, key, user):
    """What the tester finds with one of the users: suite, check, attribute, status, and all that is said of it."""
    http = Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, timeout=30)
    client = SyncSCIMClient(http)
    schemas, types = client.query(Schema).resources, client.query(ResourceType).resources
    for attribute in (attribute for schema in schemas for attribute in schema.attributes):
        if value := USERS[user].get(attribute.name):
            attribute.canonical_values = [value]
        elif attribute.name in USERS[user]:
            attribute.mutability = Mutability.read_only
    client.provider = ScimProvider.from_discovery(schemas, types, client.query(ServiceProviderConfig))
    for result in check_server(client):
        if not result.resource_type and user != next(iter(USERS)):
            continue  # Discovery is the same for each of the users.
        details = result.data if isinstance(result.data, dict) else {}
        says = f"{result.status.name}: {' '.join((result.reason or '').split())}"
        if "modify_actual" in details:
            says += "; the answer has " + json.dumps(details["modify_actual"], default=lambda model: model.model_dump())
        if deleted := re.search(r"id (\S+) still exists after deletion", says):
            says += f"; active is {http.get(f'/Users/{deleted[1]}').json().get('active')}"
        suite = max(result.tags - {"*", "discovery"}, key=len, default="other")
        attribute = details.get("urn", "").removeprefix(f"{EXTENSION}:").replace(EXTENSION, "enterprise extension")
        yield suite, result.title, attribute, result.status, says


def judged(base_url, key):
    """The number of results by suite, and each failure in words."""
    suites, failures = {}, []
    for user in USERS:
        named = {(each.check, each.attribute): each for each in DEPARTURES if user in each.users}
        for suite, check, attribute, status, says in checks(base_url, key, user):
            result = "passed"
            if status not in PASSED:
                result = "skipped" if status is Status.SKIPPED else "departures"
                departure = named.pop((check, attribute), None)
                if not departure or not re.fullmatch(departure.says, says):
                    result = "failed"
                    expected = f"is a departure with: {departure.says}" if departure else "is no departure"
                    failures.append(f"{f'{check} {attribute}'.rstrip()} ({user}) {expected}\n    {says}")
            suites.setdefault(suite, Counter())[result] += 1
        failures += [f"{' '.join(check).rstrip()} ({user}) is a departure that did not occur" for check in named]
    return suites, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readme", type=Path, help="a file that has to have the tables")
    parser.add_argument("service", help="the klue-scim binary; or a SCIM base URL, with the key in SCIM_API_KEY")
    arguments = parser.parse_args()
    random.seed(7644)  # The tester tosses coins for booleans.
    with connection(arguments.service) as (base_url, key):
        suites, failures = judged(base_url, key)

    results = ["passed", "failed", "skipped", "departures"]
    rows = [["suite", *results], ["---", *["---:"] * 4]]
    rows += [[f"`{suite}`", *(str(counts[result]) for result in results)] for suite, counts in suites.items()]
    rows += [[], ["departure", "attribute", "why"], ["---"] * 3]
    rows += [[f"`{each.check}`", each.attribute, each.why] for each in DEPARTURES]
    tables = "\n".join(f"| {' | '.join(row)} |" if row else "" for row in rows)
    if arguments.readme and not failures and tables not in arguments.readme.read_text():
        failures.append(f"{arguments.readme} does not have these tables")
    print(tables, *failures, sep="\n\n", end="\n\n")
    print(f"{sum(counts['passed'] for counts in suites.values())} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
