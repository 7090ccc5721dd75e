#!/usr/bin/env python3
"""Checks the templates as CloudFormation will see them, for every stage, with no AWS account.

Usage: python infra/check_template.py    (packages: infra/requirements.txt)

`sam validate --lint` looks at the template before SAM's transform and so misses a name that
is not there in an environment or a policy. This transforms it as AWS does, writes the result to
target/template/<stage>.json, lints that, and holds it against expectations.py. Any finding makes
it fail.
"""

import subprocess
import sys
from json import dumps
from pathlib import Path

from expectations import EXPECTATIONS
from samtranslator.public.exceptions import InvalidDocumentException
from stages import MONITORING, REGION, ROOT, stages

TRANSFORMED = ROOT / "target" / "template"


def main():
    TRANSFORMED.mkdir(parents=True, exist_ok=True)
    try:
        every = list(stages())
    except InvalidDocumentException as error:
        return "\n".join(["template.yaml:", *(cause.message for cause in error.causes)])
    files, findings = [MONITORING, ROOT / "infra" / "deploy_role.yaml"], []
    for stage in every:
        files.append(TRANSFORMED / f"{stage.name}.json")
        files[-1].write_text(dumps(stage.template, indent=2))
        for expectation in EXPECTATIONS:
            findings += [f"{stage.name}, {expectation.__name__}: {finding}" for finding in expectation(stage)]
    print(*findings, sep="\n", end="\n" if findings else "")
    print(f"{len(EXPECTATIONS)} expectations of {len(every)} stages, {len(findings)} findings")
    linter = Path(sys.executable).with_name("cfn-lint")
    linted = subprocess.run([linter, "--regions", REGION, "--", *files]).returncode
    return linted or bool(findings)


if __name__ == "__main__":
    sys.exit(main())
