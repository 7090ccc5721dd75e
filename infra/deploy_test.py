#!/usr/bin/env python3
"""Deploys every stage into moto as `sam deploy` would into AWS, and reads back what is there.

Usage: python infra/deploy_test.py SAM    (packages: infra/requirements-moto.txt; first: infra/check_template.py)

SAM is the program `sam`. What is deployed is target/template/<stage>.json, for moto cannot transform, with a few bytes
in place of each binary. Every stage is created and deployed again without a change; dev is then changed,
restored and deleted.

moto makes functions, roles, table, log groups, topic and dashboard, and these are compared with the template. It only
claims to have made the secret, the gateway, the aliases, the alarms and what belongs to CodeDeploy, and it forgets
recovery, ttl, encryption, tracing and what is to be retained: infra/expectations.py looks at those in the template.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from ast import literal_eval
from contextlib import contextmanager
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parent.parent
REGION, BUCKET = "us-east-1", "code"
CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
STAGES = [stage for stage in CONFIG if stage != "version"]


@contextmanager
def moto():
    """A server of its own, for the block: its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("moto_server")
    arguments = [program, "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while server.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            sys.exit("moto did not start.")
        # SAM takes no address of a bucket but one below localhost.
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait()


def run(*arguments):
    """Runs a program that has to succeed, and returns what it says."""
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, arguments))} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


class Deployment:
    """A stage that is deployed into moto."""

    def __init__(self, sam, url, stage, folder):
        self.sam, self.url, self.stage, self.folder = sam, url, stage, Path(folder)
        self.stack = CONFIG[stage]["global"]["parameters"]["stack_name"]
        overrides = CONFIG[stage]["deploy"]["parameters"]["parameter_overrides"]
        self.parameters = dict(override.split("=", 1) for override in overrides)
        self.template = json.loads((ROOT / "target" / "template" / f"{stage}.json").read_text())
        for name, resource in self.template["Resources"].items():
            self.adapt(name, resource["Type"], resource["Properties"])

    def adapt(self, name, kind, properties):
        """Gives a resource what is to be uploaded, and names nothing that moto does not make."""
        if kind == "AWS::Lambda::Function":
            code = self.folder / name
            code.mkdir(exist_ok=True)
            (code / "bootstrap").write_text(f"in place of {name}\n")
            properties["Code"] = str(code)
        elif kind == "AWS::Lambda::Permission":
            properties["FunctionName"]["Ref"] = properties["FunctionName"]["Ref"].removesuffix("Aliaslive")
        elif kind == "AWS::DynamoDB::Table":
            # moto takes the text "false" for true.
            properties["DeletionProtectionEnabled"] = self.value(properties["DeletionProtectionEnabled"]) == "true"
        elif kind == "AWS::CloudFormation::Stack":
            properties["TemplateURL"] = str(ROOT / "infra" / "monitoring.yaml")
            properties["Parameters"]["ApiId"] = "gateway"

    def client(self, service):
        return boto3.client(service, region_name=REGION, endpoint_url=self.url)

    def deploy(self):
        """Deploys, and returns what SAM says."""
        file = self.folder / f"{self.stage}.json"
        file.write_text(json.dumps(self.template))
        return run(
            *(self.sam, "deploy", "--template-file", file, "--stack-name", self.stack, "--region", REGION),
            *("--s3-bucket", BUCKET, "--capabilities", "CAPABILITY_IAM"),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--parameter-overrides"),
            *(f"{name}={value}" for name, value in self.parameters.items()),
        )

    def by_script(self, *arguments):
        """Runs infra/stack.py, in a folder with a samconfig.toml that names the bucket: moto has none of SAM's own."""
        project = self.folder / "project"
        (project / "infra").mkdir(parents=True, exist_ok=True)
        config = (ROOT / "samconfig.toml").read_text().replace("resolve_s3 = true", f's3_bucket = "{BUCKET}"')
        (project / "samconfig.toml").write_text(config)
        script = Path(shutil.copy(ROOT / "infra" / "stack.py", project / "infra"))
        return run(Path(self.sam).with_name("python"), "-B", script, self.stage, *arguments)

    def delete(self):
        # `sam delete` wants to delete what was uploaded, and cannot read moto's addresses of it.
        self.client("cloudformation").delete_stack(StackName=self.stack)

    def declared(self, kind):
        every = self.template["Resources"].values()
        return [resource["Properties"] for resource in every if resource["Type"] == kind]

    def value(self, value):
        """What a property has in this stage."""
        match value:
            case {"Ref": str(name)} if name in self.template["Parameters"]:
                return self.parameters.get(name, self.template["Parameters"][name].get("Default"))
            case {"Fn::Sub": str(text)}:
                return text.replace("${Stage}", self.stage)
        return value

    def functions(self):
        """The functions of the stage that are there, by name."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        every = [function for page in pages for function in page["Functions"]]
        return {each["FunctionName"]: each for each in every if each["FunctionName"].startswith(f"{self.stack}-")}


def expect(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: found    {found}\n{' ' * len(what)}  expected {expected}")


def check_functions(deployment):
    """Settings of each function, and what its role allows where."""
    iam, there = deployment.client("iam"), deployment.functions()
    declared = {deployment.value(each["FunctionName"]): each for each in deployment.declared("AWS::Lambda::Function")}
    expect("functions", sorted(there), sorted(declared))
    for name, function in declared.items():
        found = there[name]
        for setting in ("Handler", "MemorySize", "Runtime", "Timeout"):
            expect(f"{setting} of {name}", found[setting], function[setting])
        variables = function["Environment"]["Variables"].items()
        variables = {variable: str(deployment.value(value)) for variable, value in variables}
        found_variables = found["Environment"]["Variables"].items()
        expect(f"variables of {name}", {variable: str(value) for variable, value in found_variables}, variables)
        role = deployment.template["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]
        role_name = found["Role"].rsplit("/", 1)[1]
        for policy in role.get("Policies", []):
            granted = iam.get_role_policy(RoleName=role_name, PolicyName=policy["PolicyName"])["PolicyDocument"]
            # moto keeps the document in Python's spelling.
            granted = granted if isinstance(granted, dict) else literal_eval(granted)
            for one, other in zip(granted["Statement"], policy["PolicyDocument"]["Statement"], strict=True):
                expect(f"actions of {name}", one["Action"], other["Action"])
                if other["Resource"] == {"Fn::GetAtt": ["Table", "Arn"]}:
                    expect(f"table of {name}", one["Resource"].split(":")[-1], f"table/{deployment.stack}")


def check_table(deployment):
    """Keys, index, billing and protection."""
    (declared,) = deployment.declared("AWS::DynamoDB::Table")
    found = deployment.client("dynamodb").describe_table(TableName=deployment.value(declared["TableName"]))["Table"]
    expect("key", found["KeySchema"], declared["KeySchema"])
    for one, other in zip(found["GlobalSecondaryIndexes"], declared["GlobalSecondaryIndexes"], strict=True):
        expect("index", {name: one[name] for name in other}, other)
    expect("billing", found["BillingModeSummary"]["BillingMode"], declared["BillingMode"])
    expect("protection", found["DeletionProtectionEnabled"], declared["DeletionProtectionEnabled"])


def check_logs_and_monitoring(deployment):
    """How long each log is kept; and that the nested stack has been made."""
    pages = deployment.client("logs").get_paginator("describe_log_groups").paginate()
    days = {group["logGroupName"]: group.get("retentionInDays") for page in pages for group in page["logGroups"]}
    for group in deployment.declared("AWS::Logs::LogGroup"):
        name = deployment.value(group["LogGroupName"])
        expect(f"days of {name}", str(days.get(name)), str(deployment.value(group["RetentionInDays"])))
    topics = [topic["TopicArn"].split(":")[-1] for topic in deployment.client("sns").list_topics()["Topics"]]
    expect("the topic is there", f"{deployment.stack}-alarms" in topics, True)
    body = deployment.client("cloudwatch").get_dashboard(DashboardName=deployment.stack)["DashboardBody"]
    expect("the dashboard shows the stage", f"{deployment.stack}-get_user" in body, True)


def check(deployment, done):
    check_functions(deployment)
    check_table(deployment)
    check_logs_and_monitoring(deployment)
    print(f"{deployment.stage}: {done}", flush=True)


def changes(output):
    """What a deployment changes, by SAM's table."""
    return re.findall(r"^(?:\+ Add|\* Modify|- Delete) +\S+", output, re.MULTILINE)


def change(deployment):
    """Another parameter, and another size."""
    deployment.parameters["ActivityDays"] = "45"
    deployment.declared("AWS::Lambda::Function")[0]["MemorySize"] = 320


def main():
    with moto() as url, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
        os.environ |= {"AWS_ENDPOINT_URL": url, "SAM_CLI_TELEMETRY": "0"}
        boto3.client("s3", endpoint_url=url).create_bucket(Bucket=BUCKET)
        deployments = [Deployment(sys.argv[1], url, stage, folder) for stage in STAGES]
        for deployment in deployments:
            deployment.deploy()
            check(deployment, "created as the template says")
            expect("a second deployment", changes(deployment.deploy()), [])
            check(deployment, "deployed again, nothing to change")
        dev, before = deployments[0], Deployment(sys.argv[1], url, STAGES[0], folder)
        dev.by_script("remember")
        kept = Path(folder, "project", "target", "deployed", dev.stage, "template.yaml")
        # SAM takes no address of what is uploaded but S3's, which is what there is in AWS.
        kept.write_text(kept.read_text().replace(url, f"https://s3.{REGION}.amazonaws.com"))
        change(dev)
        expect("a deployment of a change", changes(dev.deploy()) != [], True)
        check(dev, "changed as the template says")
        dev.by_script("restore")
        check(before, "restored as it was")
        dev.delete()
        expect("functions of a deleted stage", list(dev.functions()), [])
        for other in deployments[1:]:
            check(other, f"still there after {dev.stage} is deleted")


if __name__ == "__main__":
    sys.exit(main())
