#!/usr/bin/env python3
"""Runs every function by `sam local invoke`, and what Okta sends through `sam local start-api`; compares the answers.

Usage: python tests/sam/local.py [--engine-optional] BINARIES    (packages: infra/requirements.txt)

BINARIES is target/debug, or target/lambda for what is deployed. SAM gets a copy of template.yaml, with the binaries
where it names them, in target/sam; the engine with the data runs on this machine. Exit code 75: no Docker engine can be
had; with --engine-optional that is said, and no failure.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from containers import NoEngine, engine, gateway, image, remove_left
from play import ROOT, http_answer, play, play_events, read
from service import ARCHITECTURE, backends, binary, free_port, listens, running, stopped_by_signals, wait_for

NO_ENGINE = 75
STAGED = ROOT / "target/sam"
LOG = STAGED / "start-api.log"
ENDPOINTS = ["DYNAMODB_ENDPOINT", "SECRETS_MANAGER_ENDPOINT"]
TIMEOUT = 60


def stage(binaries):
    """Puts the templates and the binaries of the functions into a folder of their own, and returns the binaries there.

    So target/lambda is left alone.
    """
    template = (ROOT / "template.yaml").read_text()
    staged = []
    shutil.rmtree(STAGED / "target", ignore_errors=True)
    for code in re.findall(r"CodeUri: (target/lambda/(\w+)/)", template):
        source, target = binary(binaries, code[1]), STAGED / code[0] / "bootstrap"
        target.parent.mkdir(parents=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)
        staged.append(target)
    (STAGED / "template.yaml").write_text(template)
    for nested in re.findall(r"TemplateURL: (infra/\S+)", template):
        (STAGED / nested).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / nested, STAGED / nested)
    return staged


class Sam:
    """SAM's commands, with all that they have in common."""

    def __init__(self, env, options, values, work):
        # The shell's variables would win over those of --env-vars. Its AWS account has no part in this: with one, or
        # with made-up keys, SAM asks AWS for the account's number each time.
        template = (STAGED / "template.yaml").read_text()
        declared = set(re.findall(r"^ +([A-Z_]{3,}): ", template, re.MULTILINE))
        env = {name: value for name, value in env.items() if name not in declared and not name.startswith("AWS_")}
        self.env = env | {"SAM_CLI_TELEMETRY": "0", "__SAM_CLI_APP_DIR": str(STAGED / "app"), "TMPDIR": str(work),
                          "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                          "AWS_EC2_METADATA_DISABLED": "true"}
        variables = work / "variables.json"
        variables.write_text(json.dumps({"Parameters": {name: values[name] for name in ENDPOINTS}}))
        self.options = ["--template", str(STAGED / "template.yaml"), "--env-vars", str(variables), "--region",
                        "us-east-1", "--parameter-overrides", f"Stage=local Architecture={ARCHITECTURE}",
                        "--skip-pull-image", *options]
        self.sam = Path(sys.executable).with_name("sam")

    def invoke(self, function, event):
        """What a function returns for an event; a text if it returned no JSON. SAM's exit code tells nothing."""
        logical_id = "".join(part.capitalize() for part in function.split("_")) + "Function"
        command = [self.sam, "local", "invoke", logical_id, "--event", "-", *self.options]
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as log:
            given.write(json.dumps(event).encode())
            given.seek(0)
            with running(command, env=self.env, stdin=given, stdout=said, stderr=log) as process:
                process.wait(TIMEOUT)
            said.seek(0), log.seek(0)
            said, log = said.read().decode().strip(), log.read().decode()
        try:
            return json.loads(said.splitlines()[-1])
        except (IndexError, ValueError):
            return f"{said or 'nothing'}; SAM wrote: {log}"

    def start_api(self, stack):
        """Starts the HTTP API; returns its address."""
        port = free_port()
        # A container a function, kept for its next request.
        options = ["--host", "127.0.0.1", "--port", str(port), "--warm-containers", "LAZY"]
        output = stack.enter_context(open(LOG, "w"))
        command = [self.sam, "local", "start-api", *options, *self.options]
        process = stack.enter_context(running(command, env=self.env, stdout=output, stderr=output))
        wait_for(lambda: listens(port), process, "sam local start-api", LOG, TIMEOUT)
        return f"127.0.0.1:{port}"


def play_okta(address, values):
    """Plays okta.json with the headers that Okta sends; returns the number of failures."""
    headers = json.loads((ROOT / "tests/transcripts/okta_catalogue/client.json").read_text())["headers"]
    # Where the request came in is `localhost` in SAM's events, whatever the client wrote.
    values["BASE_URL"] = f"http://{address.replace('127.0.0.1', 'localhost')}"
    values["WRONG_API_KEY"] = values["SCIM_API_KEY"][:-4] + "aaaa"

    def send(step):
        request = step["request"]
        body = json.dumps(request["body"]) if "body" in request else None
        sent = {name: value for name, value in headers.items() if body or name != "Content-Type"}
        sent.pop("Authorization")
        if "key" in step:
            sent["Authorization"] = values[step["key"]]
        connection = http.client.HTTPConnection(address, timeout=TIMEOUT)
        try:
            connection.request(request["method"], request["path"], body, sent)
            answer = connection.getresponse()
            return http_answer(answer.status, dict(answer.getheaders()), answer.read().decode())
        except OSError as error:
            return str(error)
        finally:
            connection.close()

    failed = play(read("okta.json"), values, send)
    if failed:
        print(f"      what SAM wrote is in {LOG.relative_to(ROOT)}")
    return failed


def test(binaries):
    """Runs everything; returns the number of failures."""
    started = time.monotonic()
    with stopped_by_signals(), ExitStack() as stack:
        staged = stage(binaries)
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="klue-sam-")))
        env, which_engine = stack.enter_context(engine(work))
        options, which_image = stack.enter_context(image(env, staged))
        print(f"With {which_engine} and {which_image}.", flush=True)
        stack.callback(remove_left, env, STAGED)
        for number, part in enumerate(["sam local invoke", "sam local start-api"]):
            # Data of its own for each.
            data = work / f"data-{number}"
            data.mkdir()
            values = stack.enter_context(backends(gateway(env), data))
            sam = Sam(env, options, values, work)
            print(f"{part}, with the binaries of {binaries}:", flush=True)
            if number == 0:
                failed = play_events(values, sam.invoke)
            else:
                failed += play_okta(sam.start_api(stack), values)
        print("Stopping what was started.", flush=True)
    print(f"{failed} failed, with {which_engine} and {which_image}, in {time.monotonic() - started:.0f} s")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine-optional", action="store_true", help="no Docker engine is no failure")
    parser.add_argument("binaries", help="the folder of the binaries")
    arguments = parser.parse_args()
    try:
        return 1 if test(arguments.binaries) else 0
    except NoEngine as reason:
        print(f"SAM local was NOT tested, for no Docker engine can be had: {reason}", flush=True)
        return 0 if arguments.engine_optional else NO_ENGINE


if __name__ == "__main__":
    sys.exit(main())
