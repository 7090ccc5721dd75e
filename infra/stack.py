#!/usr/bin/env python3
"""What is deployed as a stage.

Usage: python infra/stack.py STAGE architecture    prints the processor that samconfig.toml has for the stage
       python infra/stack.py STAGE output NAME     prints an output of the stack
       python infra/stack.py STAGE remember        keeps template and parameters in target/deployed/, for restore
       python infra/stack.py STAGE restore         deploys what was kept: the code is still where it was uploaded
Packages: infra/requirements.txt
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parent.parent


def described(client, stack):
    """The stack, or None where there is none yet."""
    try:
        return client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def output(client, stack, name):
    found = described(client, stack)
    for each in found.get("Outputs", []) if found else []:
        if each["OutputKey"] == name:
            print(each["OutputValue"])
            return 0
    return f"{stack} has no output {name}."


def remember(client, stack, kept):
    found = described(client, stack)
    if not found:
        print(f"{stack} is new: there is nothing to go back to.")
        return 0
    template = client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "template.yaml").write_text(template if isinstance(template, str) else json.dumps(template))
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])}
    (kept / "parameters.json").write_text(json.dumps(parameters))
    return 0


def restore(stage, kept):
    if not (kept / "template.yaml").exists():
        return f"Nothing was kept of {stage}: deploy the last good tag."
    parameters = json.loads((kept / "parameters.json").read_text())
    sam = Path(sys.executable).with_name("sam")
    arguments = [sam, "deploy", "--config-env", stage, "--config-file", ROOT / "samconfig.toml"]
    arguments += ["--template-file", kept / "template.yaml"]
    arguments += ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--parameter-overrides"]
    # An empty value has to be said too: what is not said stays as it was deployed last.
    return subprocess.run([*arguments, *(f'{name}="{value}"' for name, value in parameters.items())]).returncode


def main():
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    if len(sys.argv) < 3 or sys.argv[1] not in config:
        return __doc__
    stage, command, *names = sys.argv[1:]
    stack, kept = config[stage]["global"]["parameters"]["stack_name"], ROOT / "target" / "deployed" / stage
    match command, names:
        case "architecture", []:
            overrides = config[stage]["deploy"]["parameters"]["parameter_overrides"]
            print(dict(override.split("=", 1) for override in overrides)["Architecture"])
            return 0
        case "output", [name]:
            return output(boto3.client("cloudformation"), stack, name)
        case "remember", []:
            return remember(boto3.client("cloudformation"), stack, kept)
        case "restore", []:
            return restore(stage, kept)
    return __doc__


if __name__ == "__main__":
    sys.exit(main())
