#!/usr/bin/env python3
"""Sends every event of tests/events through Lambda's Runtime Interface Emulator and compares the answers.

Usage: python tests/sam/emulator.py BINARIES    (packages: infra/requirements.txt, which the emulator is part of)

BINARIES is target/debug, or target/lambda for what is deployed. No Docker: the functions run on this machine, under
the emulator that AWS's images have in them.
"""

import importlib.util
import json
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from play import play_events
from service import ARCHITECTURE, backends, binary, free_port, listens, running, stopped_by_signals, wait_for

SETTINGS = ["TABLE_NAME", "PEPPER_SECRET", "DYNAMODB_ENDPOINT", "SECRETS_MANAGER_ENDPOINT"]
TIMEOUT = 30


def emulator():
    """The emulator in SAM's package."""
    package = importlib.util.find_spec("samcli")
    if not package:
        sys.exit("SAM is not installed for this Python: `make test-binaries` installs it")
    return Path(package.origin).parent / f"local/rapid/aws-lambda-rie-{ARCHITECTURE}"


def start(stack, command, settings, log):
    """Starts a function under the emulator; returns where it is invoked. Two ports of its own for each."""
    port, runtime_port = free_port(), free_port()
    addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}",
                 "--runtime-api-address", f"127.0.0.1:{runtime_port}"]
    output = stack.enter_context(open(log, "w"))
    command = [emulator(), *addresses, command]
    process = stack.enter_context(running(command, env=settings, stdout=output, stderr=output))
    wait_for(lambda: listens(port), process, "the emulator", log)
    return f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[2])
    folder, started, functions = sys.argv[1], time.monotonic(), {}
    with stopped_by_signals(), ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="klue-emulator-")))
        values = stack.enter_context(backends("127.0.0.1", work))
        settings = {name: values[name] for name in SETTINGS} | {
            "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}

        def send(function, event):
            if function not in functions:
                log = work / f"{function}.log"
                functions[function] = start(stack, binary(folder, function), settings, log)
            try:
                body = json.dumps(event).encode()
                with urllib.request.urlopen(functions[function], body, TIMEOUT) as answer:
                    return json.load(answer)
            except (OSError, ValueError) as error:
                return f"{error}; the function wrote: {(work / f'{function}.log').read_text()}"

        failed = play_events(values, send)
    print(f"{failed} failed, with the binaries of {folder} under the emulator, in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
