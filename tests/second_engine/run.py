#!/usr/bin/env python3
"""Runs the tests at the HTTP boundary against ministack, a second opinion on what DynamoDB does.

Usage: python tests/second_engine/run.py MINISTACK

MINISTACK is the program of the package; it is started on a free port of loopback, with DynamoDB alone, and holds a
table a test. What is left out, and why, stands in LEFT_OUT; what those tests say is said of the embedded engine.
"""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = {
    "binaries::": "the Lambda programs, which have an engine of their own",
    "local::": "the local service, whose engine is on disk",
    "kill::": "the local service, whose engine is on disk",
    "audit::": "breaks rows past the protocol",
    "faults::": "many thousand calls, which are about the way to the engine",
    "histories::": "many thousand calls, which are about the way to the engine",
    "log::": "what is logged is the same",
    "costs::": "its capacity figures read wrong",
    "console::": "no store",
    "discovery::": "no store",
    "openapi::": "no store",
    "structure::": "no store",
    "unsupported::": "no store",
    "admin_activity::a_page_that_would_read_too_much": "loads 25,000 entries past the protocol",
    "sign_in::who_is_unknown_becomes_a_consumer_of_the_default_group": "changes rows past the protocol",
    "sign_in::races::a_": "changes rows past the protocol, between two calls",
}
# Fewer than there are, so that a filter that grows too wide is noticed.
AT_LEAST = 180


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": port, "SERVICES": "dynamodb"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    engine = subprocess.Popen([sys.argv[1]], env={**os.environ, **settings}, **quiet)
    try:
        deadline = time.monotonic() + 60
        while not listens(int(port)):
            if engine.poll() is not None or time.monotonic() > deadline:
                return "ministack did not start."
            time.sleep(0.05)
        skipped = [argument for name in LEFT_OUT for argument in ("--skip", name)]
        tests = subprocess.Popen(
            ["cargo", "test", "--quiet", "--package", "tests", "--test", "it", "--", *skipped],
            cwd=ROOT,
            env={**os.environ, "DYNAMODB_ENDPOINT": f"http://127.0.0.1:{port}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        output = ""
        for line in tests.stdout:
            output += line
            print(line, end="", flush=True)
        passed = sum(int(count) for count in re.findall(r"(\d+) passed", output))
        if tests.wait():
            return "The second engine disagrees."
        return 0 if passed >= AT_LEAST else f"Only {passed} tests ran."
    finally:
        engine.terminate()
        engine.wait()


if __name__ == "__main__":
    sys.exit(main())
