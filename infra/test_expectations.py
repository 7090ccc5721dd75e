#!/usr/bin/env python3
"""Checks that the expectations can fail: each has to notice what is broken here for it.

Usage: python -m unittest infra/test_expectations.py    (packages: infra/requirements.txt)
"""

import sys
import unittest
from copy import deepcopy
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import expectations as expected
from stages import stages

PROD = next(stage for stage in stages() if stage.name == "prod")


def first(stage, kind):
    return next(iter(stage.resources(kind).values()))


def remove(kind, *path):
    """A mutation: the property, or what is below it, is no longer there in the first resource of the type."""

    def mutation(stage):
        inner = first(stage, kind)
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]

    return mutation


def change(kind, value, *path):
    """A mutation: the property of the first resource of the type has another value."""

    def mutation(stage):
        inner = first(stage, kind)
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return mutation


def parameter(name, value):
    """A mutation: the stage has another value of a parameter."""
    return lambda stage: stage.parameters.update({name: value})


def without(logical_id):
    """A mutation: the resource is gone."""

    def mutation(stage):
        for template in (stage.template, stage.monitoring):
            template["Resources"].pop(logical_id, None)

    return mutation


TABLE, SECRET, FUNCTION = "AWS::DynamoDB::Table", "AWS::SecretsManager::Secret", "AWS::Lambda::Function"
API, GATEWAY, ROLE = "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage", "AWS::IAM::Role"
ALARM, LOGS, GROUP = "AWS::CloudWatch::Alarm", "AWS::Logs::LogGroup", "AWS::CodeDeploy::DeploymentGroup"
PATHS = ("Properties", "Body", "paths")

MUTATIONS = {
    expected.what_is_stored_outlives_the_stack: [
        remove(TABLE, "DeletionPolicy"),
        change(TABLE, "Delete", "UpdateReplacePolicy"),
        remove(SECRET, "DeletionPolicy"),
    ],
    expected.there_is_one_table_and_it_can_be_restored: [
        without("Table"),
        remove(TABLE, "Properties", "PointInTimeRecoverySpecification"),
        parameter("DeletionProtection", "false"),
    ],
    expected.the_table_is_on_demand_encrypted_and_forgets: [
        remove(TABLE, "Properties", "BillingMode"),
        remove(TABLE, "Properties", "SSESpecification"),
        change(TABLE, "expires", "Properties", "TimeToLiveSpecification", "AttributeName"),
    ],
    expected.the_pepper_is_made_by_secrets_manager: [
        without("PepperSecret"),
        change(SECRET, "known", "Properties", "SecretString"),
        change(SECRET, 12, "Properties", "GenerateSecretString", "PasswordLength"),
    ],
    expected.every_route_leads_to_its_function_by_the_alias: [
        remove(API, *PATHS, "/scim/v2/Users", "post"),
        remove(API, *PATHS, "$default"),
        change(
            API,
            {"Fn::Sub": "${GetUserFunctionAliaslive}"},
            *(*PATHS, "/scim/v2/Bulk", "post", "x-amazon-apigateway-integration", "uri"),
        ),
    ],
    expected.the_gateway_limits_requests_and_logs_no_key: [
        remove(GATEWAY, "Properties", "DefaultRouteSettings"),
        parameter("ThrottleRate", "100000"),
        change(GATEWAY, "$context.status $context.path", "Properties", "AccessLogSettings", "Format"),
        remove(GATEWAY, "Properties", "AccessLogSettings"),
    ],
    expected.every_function_has_its_own_log_that_ends: [
        remove(LOGS, "Properties", "RetentionInDays"),
        change(FUNCTION, {"Ref": "GetUserLogs"}, "Properties", "LoggingConfig", "LogGroup"),
    ],
    expected.functions_are_traced_and_end_before_the_gateway_gives_up: [
        remove(FUNCTION, "Properties", "TracingConfig"),
        change(FUNCTION, 60, "Properties", "Timeout"),
        remove(FUNCTION, "Properties", "Environment", "Variables", "STAGE"),
    ],
    expected.policies_name_actions_and_resources: [
        change(ROLE, "dynamodb:*", "Properties", "Policies", 0, "PolicyDocument", "Statement", 0, "Action"),
        change(ROLE, "*", "Properties", "Policies", 0, "PolicyDocument", "Statement", 0, "Resource"),
    ],
    expected.a_deployment_moves_the_alias_and_goes_back_by_itself: [
        without("GetUserFunctionAliaslive"),
        remove(GROUP, "Properties", "AlarmConfiguration"),
        change(GROUP, "AllAtOnce", "Properties", "DeploymentConfigName", "Fn::Sub", 1, "ConfigName"),
        without("Api5xx"),
    ],
    expected.every_alarm_is_there_and_tells_somebody: [
        without("KeysNearExpiry"),
        remove(ALARM, "Properties", "AlarmActions"),
        change(ALARM, [{}] * 12, "Properties", "Metrics"),
    ],
    expected.every_function_is_in_the_alarms_and_on_the_dashboard: [
        lambda stage: stage.monitoring["Resources"]["AdminErrors"]["Properties"]["Metrics"].pop(),
        lambda stage: stage.monitoring["Resources"]["ScimThrottles"]["Properties"].pop("Metrics"),
        change("AWS::CloudWatch::Dashboard", "{}", "Properties", "DashboardBody"),
    ],
    expected.every_alarm_has_its_heading_and_every_heading_its_alarm: [
        without("ApiLatency"),
        change(ALARM, "klue-scim-prod-unheard", "Properties", "AlarmName"),
    ],
}


class Expectations(unittest.TestCase):
    def test_each_is_met_and_notices_what_is_broken_for_it(self):
        self.assertEqual(set(expected.EXPECTATIONS), set(MUTATIONS))
        for expectation, mutations in MUTATIONS.items():
            self.assertEqual(list(expectation(PROD)), [], expectation.__name__)
            for number, mutation in enumerate(mutations):
                broken = deepcopy(PROD)
                mutation(broken)
                with self.subTest(expectation=expectation.__name__, mutation=number):
                    self.assertTrue(list(expectation(broken)), "nothing was noticed")


if __name__ == "__main__":
    unittest.main()
