#!/usr/bin/env python3
"""Checks template.yaml as CloudFormation will see it, for every stage, with no AWS account.

Usage: python infra/check_template.py    (packages: infra/requirements.txt)

`sam validate --lint` looks at the template before SAM's transform and so misses a name that
is not there in an environment or a policy. This transforms it as AWS does, writes the result to
target/template/<stage>.json, and lints that. Any finding makes it fail.
"""

import logging
import os
import subprocess
import sys
from copy import deepcopy
from json import dumps
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform

ROOT = Path(__file__).resolve().parent.parent
TRANSFORMED = ROOT / "target" / "template"
REGION = "us-east-1"


class NoManagedPolicies:
    """Stands in for the account's list of managed policies: ours are all written out."""

    def load(self):
        return {}


def transformed(template, stage):
    """The plain CloudFormation template that SAM makes for a stage."""
    template = deepcopy(template)
    template["Parameters"]["Stage"]["Default"] = stage
    for resource in template["Resources"].values():
        # SAM only takes code that has been uploaded.
        if "CodeUri" in resource["Properties"]:
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return transform(template, {}, NoManagedPolicies())


def main():
    # SAM complains that nobody collects the metrics of its transform.
    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    template = yaml_parse((ROOT / "template.yaml").read_text())
    TRANSFORMED.mkdir(parents=True, exist_ok=True)
    files = []
    for stage in template["Parameters"]["Stage"]["AllowedValues"]:
        try:
            result = transformed(template, stage)
        except InvalidDocumentException as error:
            return "\n".join([f"template.yaml, stage {stage}:", *(cause.message for cause in error.causes)])
        files.append(TRANSFORMED / f"{stage}.json")
        files[-1].write_text(dumps(result, indent=2))
    linter = Path(sys.executable).with_name("cfn-lint")
    return subprocess.run([linter, "--regions", REGION, "--", *files]).returncode


if __name__ == "__main__":
    sys.exit(main())
