"""The templates as CloudFormation will see them, for every stage of samconfig.toml."""

import logging
import os
import tomllib
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

ROOT = Path(__file__).resolve().parent.parent
MONITORING = ROOT / "infra" / "monitoring.yaml"
REGION = "us-east-1"

# SAM complains that nobody collects the metrics of its transform or switches its features.
logging.getLogger("samtranslator").setLevel(logging.ERROR)
os.environ.setdefault("AWS_DEFAULT_REGION", REGION)


@dataclass
class Stage:
    """What is deployed as a stage: parameters by name, and the plain CloudFormation templates."""

    name: str
    parameters: dict
    template: dict
    monitoring: dict

    def resources(self, kind):
        """The resources of a type, by logical id: those of the nested template too."""
        templates = [self.template, self.monitoring]
        every = {name: each for template in templates for name, each in template["Resources"].items()}
        return {name: each for name, each in every.items() if each["Type"] == kind}

    def value(self, value):
        """What a property has in this stage, if it is a parameter or a text with the stage's name."""
        match value:
            case {"Ref": str(name)} if name in self.parameters:
                return self.parameters[name]
            case {"Fn::Sub": str(text)}:
                return text.replace("${Stage}", self.name)
        return value


class NoManagedPolicies:
    """Stands in for the account's list of managed policies: ours are all written out."""

    def load(self):
        return {}


def stages():
    """Every stage.

    Raises samtranslator's InvalidDocumentException for what SAM refuses.
    """
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    source = yaml_parse((ROOT / "template.yaml").read_text())
    monitoring = yaml_parse(MONITORING.read_text())
    for name in source["Parameters"]["Stage"]["AllowedValues"]:
        template = deepcopy(source)
        overrides = config[name]["deploy"]["parameters"]["parameter_overrides"]
        for parameter, value in (override.split("=", 1) for override in overrides):
            declared = template["Parameters"][parameter]
            declared["Default"] = int(value) if declared["Type"] == "Number" else value
        for resource in template["Resources"].values():
            # SAM only takes code that has been uploaded; CloudFormation, nested templates that have been.
            if "CodeUri" in resource["Properties"]:
                resource["Properties"]["CodeUri"] = "s3://bucket/key"
            if "TemplateURL" in resource["Properties"]:
                resource["Properties"]["TemplateURL"] = "https://bucket.s3.amazonaws.com/key"
        parameters = {key: str(parameter["Default"]) for key, parameter in template["Parameters"].items()}
        plain = transform(template, parameters, NoManagedPolicies())
        yield Stage(name, parameters, plain, deepcopy(monitoring))
