"""What has to be true of every stage: one function each, which yields what is not."""

import re
from json import dumps

from stages import ROOT

# What CloudWatch lets one alarm add up.
METRICS_OF_AN_ALARM = 10
ALARMS = {
    "api-5xx", "api-latency", "scim-errors", "admin-errors", "scim-throttles", "admin-throttles",
    "table-system-errors", "table-throttles", "transaction-conflicts", "failed-authentications", "keys-near-expiry",
}  # fmt: skip


def properties(stage, kind):
    return {name: resource.get("Properties", {}) for name, resource in stage.resources(kind).items()}


def functions(stage):
    """The functions' properties by the names of their crates."""
    prefix = f"klue-scim-{stage.name}-"
    named = properties(stage, "AWS::Lambda::Function").items()
    return {stage.value(function["FunctionName"]).removeprefix(prefix): (name, function) for name, function in named}


def alarms(stage):
    """The alarms' properties by their names without the stage."""
    prefix = f"klue-scim-{stage.name}-"
    each = properties(stage, "AWS::CloudWatch::Alarm").values()
    return {stage.value(alarm["AlarmName"]).removeprefix(prefix): alarm for alarm in each}


def what_is_stored_outlives_the_stack(stage):
    for kind in ("AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"):
        for name, resource in stage.resources(kind).items():
            if resource.get("DeletionPolicy") not in ("Retain", "RetainExceptOnCreate"):
                yield f"{name} is deleted with the stack"
            if resource.get("UpdateReplacePolicy") != "Retain":
                yield f"{name} is deleted when it is replaced"


def there_is_one_table_and_it_can_be_restored(stage):
    tables = properties(stage, "AWS::DynamoDB::Table")
    if len(tables) != 1:
        yield f"there are {len(tables)} tables"
    for name, table in tables.items():
        if table.get("PointInTimeRecoverySpecification") != {"PointInTimeRecoveryEnabled": True}:
            yield f"{name} has no point-in-time recovery"
        if stage.name == "prod" and str(stage.value(table.get("DeletionProtectionEnabled"))).lower() != "true":
            yield f"{name} can be deleted"


def the_table_is_on_demand_encrypted_and_forgets(stage):
    for name, table in properties(stage, "AWS::DynamoDB::Table").items():
        if table.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{name} is not on demand"
        if table.get("SSESpecification", {}).get("SSEEnabled") is not True:
            yield f"{name} is not encrypted by a key of KMS"
        if table.get("TimeToLiveSpecification") != {"AttributeName": "ttl", "Enabled": True}:
            yield f"{name} does not delete items by their ttl"


def the_pepper_is_made_by_secrets_manager(stage):
    secrets = properties(stage, "AWS::SecretsManager::Secret")
    if len(secrets) != 1:
        yield f"there are {len(secrets)} secrets"
    for name, secret in secrets.items():
        if "SecretString" in secret or secret.get("GenerateSecretString", {}).get("PasswordLength", 0) < 43:
            yield f"{name} is not 256 bits that nobody has seen"


def every_route_leads_to_its_function_by_the_alias(stage):
    source = (ROOT / "tests" / "src" / "routes.rs").read_text()
    expected = {"$default": "Unsupported"}
    for method, path, function in re.findall(r'route\(Method::(\w+), "(.+?)", Function::(\w+)\)', source):
        expected[f"{method} {path}"] = function
    found = {}
    for path, methods in next(iter(properties(stage, "AWS::ApiGatewayV2::Api").values()))["Body"]["paths"].items():
        for method, operation in methods.items():
            route = path if path == "$default" else f"{method.upper()} {path}"
            uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            target = re.search(r"\$\{(\w+)FunctionAliaslive\}", uri)
            found[route] = target[1] if target else uri
    for route in sorted(expected.keys() | found.keys()):
        if expected.get(route) != found.get(route):
            yield f"{route} leads to {found.get(route, 'nothing')} in place of {expected.get(route, 'nothing')}"


def the_gateway_limits_requests_and_logs_no_key(stage):
    for name, gateway in properties(stage, "AWS::ApiGatewayV2::Stage").items():
        limits = gateway.get("DefaultRouteSettings", {})
        for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
            if not 1 <= int(stage.value(limits.get(limit, 0))) <= 5000:
                yield f"{name} has no {limit}, or one that is above the account's own"
        logged = gateway.get("AccessLogSettings", {}).get("Format", "")
        if "$context.status" not in logged:
            yield f"{name} logs no status"
        if unfit := re.findall(r"\$context\.(?:path|authorizer|requestOverride)\b|header", logged, re.IGNORECASE):
            yield f"{name} may log a key: {', '.join(unfit)}"


def every_function_has_its_own_log_that_ends(stage):
    groups, used = properties(stage, "AWS::Logs::LogGroup"), set()
    for name, group in groups.items():
        if int(stage.value(group.get("RetentionInDays", 0))) < 1:
            yield f"{name} is kept for ever"
    for function, (_, settings) in functions(stage).items():
        group = settings.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref")
        if group not in groups or group in used:
            yield f"{function} has no log group of its own"
        used.add(group)


def functions_are_traced_and_end_before_the_gateway_gives_up(stage):
    for function, (_, settings) in functions(stage).items():
        if settings.get("TracingConfig") != {"Mode": "Active"}:
            yield f"{function} is not traced"
        if not 1 <= settings.get("Timeout", 0) < 30:
            yield f"{function} may run longer than the gateway waits"
        if stage.value(settings.get("Environment", {}).get("Variables", {}).get("STAGE")) != stage.name:
            yield f"{function} does not know its stage"


def policies_name_actions_and_resources(stage):
    for name, role in properties(stage, "AWS::IAM::Role").items():
        for statement in (each for policy in role.get("Policies", []) for each in policy["PolicyDocument"]["Statement"]):
            for entry in ("Action", "Resource"):
                if "*" in dumps(statement[entry]):
                    yield f"{name} may do more than it is named: {dumps(statement[entry])}"


def a_deployment_moves_the_alias_and_goes_back_by_itself(stage):
    groups = properties(stage, "AWS::CodeDeploy::DeploymentGroup")
    kind = {"ConfigName": "Canary10Percent5Minutes" if stage.name == "prod" else "AllAtOnce"}
    for function, (name, _) in functions(stage).items():
        alias = stage.resources("AWS::Lambda::Alias").get(f"{name}Aliaslive", {})
        update = alias.get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate", {})
        group = groups.get(update.get("DeploymentGroupName", {}).get("Ref"))
        if not group:
            yield f"{function} has no alias that a deployment moves"
            continue
        if group["DeploymentConfigName"].get("Fn::Sub", [None, None])[1] != kind:
            yield f"{function} is not deployed as {kind['ConfigName']}"
        condition, configuration, _ = group.get("AlarmConfiguration", {}).get("Fn::If", [None, {}, {}])
        watched = [stage.value(alarm["Name"]) for alarm in configuration.get("Alarms", [])]
        known = {f"klue-scim-{stage.name}-{alarm}" for alarm in alarms(stage)}
        if condition != "IsCanary" or not watched or set(watched) - known:
            yield f"the canary of {function} watches {watched}, and not alarms that there are"


def every_alarm_is_there_and_tells_somebody(stage):
    if alarms(stage).keys() != ALARMS:
        yield f"there are too many or too few alarms: {', '.join(sorted(alarms(stage).keys() ^ ALARMS))}"
    for name, alarm in alarms(stage).items():
        if alarm.get("AlarmActions") != [{"Ref": "Topic"}] or alarm.get("ActionsEnabled") is False:
            yield f"{name} tells nobody"
        if len(alarm.get("Metrics", [])) > METRICS_OF_AN_ALARM + 1:
            yield f"{name} has more metrics than an alarm may have"


def every_function_is_in_the_alarms_and_on_the_dashboard(stage):
    dashboard = dumps(properties(stage, "AWS::CloudWatch::Dashboard"))
    for metric, group in (("Errors", "errors"), ("Throttles", "throttles")):
        watched = []
        for name in (f"scim-{group}", f"admin-{group}"):
            for each in alarms(stage).get(name, {}).get("Metrics", []):
                if "MetricStat" in each and each["MetricStat"]["Metric"]["MetricName"] == metric:
                    watched.append(stage.value(each["MetricStat"]["Metric"]["Dimensions"][0]["Value"]))
        expected = sorted(stage.value(function["FunctionName"]) for _, function in functions(stage).values())
        if sorted(watched) != expected:
            yield f"the alarms on {group} do not have each function once: {set(watched) ^ set(expected)}"
    for function in functions(stage):
        if f"-{function}\\" not in dashboard:
            yield f"{function} is not on the dashboard"
    for alarm in alarms(stage):
        if f":alarm:klue-scim-${{Stage}}-{alarm}\\" not in dashboard:
            yield f"{alarm} is not on the dashboard"


def every_alarm_has_its_heading_and_every_heading_its_alarm(stage):
    page = (ROOT / "docs" / "operations.md").read_text()
    section = re.search(r"^## Alarms\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    headings = set(re.findall(r"^### (.+)$", section[1], re.MULTILINE)) if section else set()
    for name in sorted(headings ^ alarms(stage).keys()):
        yield f"docs/operations.md and the alarms disagree on {name}"


EXPECTATIONS = [
    what_is_stored_outlives_the_stack,
    there_is_one_table_and_it_can_be_restored,
    the_table_is_on_demand_encrypted_and_forgets,
    the_pepper_is_made_by_secrets_manager,
    every_route_leads_to_its_function_by_the_alias,
    the_gateway_limits_requests_and_logs_no_key,
    every_function_has_its_own_log_that_ends,
    functions_are_traced_and_end_before_the_gateway_gives_up,
    policies_name_actions_and_resources,
    a_deployment_moves_the_alias_and_goes_back_by_itself,
    every_alarm_is_there_and_tells_somebody,
    every_function_is_in_the_alarms_and_on_the_dashboard,
    every_alarm_has_its_heading_and_every_heading_its_alarm,
]
