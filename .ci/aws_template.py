"""What must hold of template.yaml, looked at as CloudFormation gets it: translated by SAM, for each way to deploy it.

  aws_template.py              checks it
  aws_template.py --write DIR  writes what CloudFormation makes of each there too, for other tools
"""

import json
import re
import shlex
import sys
import tempfile
from pathlib import Path

import boto3
from cfnlint import ManualArgs, lint_file
from samcli.yamlhelper import yaml_parse
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).resolve().parent.parent
REGION = "eu-west-1"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
VARIANTS = {
    "default": {},
    "fifo-jwt": {"Fifo": "true", "Authorizer": "JWT", "JwtIssuer": "https://issuer.example.com/", "JwtAudience": "orders"},
    "function-url": {"FrontDoor": "function-url"},
    "iam-url": {"FrontDoor": "function-url", "Authorizer": "IAM"},
    "vpc": {
        "SubnetIds": "subnet-1", "SecurityGroupIds": "sg-1", "ReserveConcurrency": "true", "BatchWindowSeconds": 5,
        "SecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf", "SecretNames": "ORDERS_TOKEN",
    },
    "guarded": {
        "KmsKeyArn": KEY, "Tracing": "true", "DeletionProtection": "true",
        "Layers": "arn:aws:lambda:eu-west-1:123456789012:layer:processors:1", "ConfigPath": "/opt/openhqm/config.yaml",
    },
    "announced": {"Announce": "true", "KmsKeyArn": KEY},
    "spring": {
        "WorkerRuntime": "spring", "WorkerMainClass": "com.example.orders.OrdersApplication", "WorkerPackageBucket": "packages", "WorkerPackageKey": "orders-1.zip",
        "ReserveConcurrency": "true", "SecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf", "SecretNames": "ORDERS_TOKEN",
    },
    "custom-runtime": {"Runtime": "provided.al2023", "Architecture": "x86_64", "WorkerTimeLimit": "900"},
}
# Parameters that are too long for the description of a version. docs/aws.md names them: a change is live with another Revision.
LONG = (
    "Config", "ConfigParameterName", "ConfigPath", "DefaultEndpoint", "KmsKeyArn", "Layers", "SecretArn", "SecretNames", "SecurityGroupIds", "SubnetIds", "WorkerMainClass",
)
# For parameters whose words or whose default do not say it, another value than the default.
OTHER = {
    "Config": "{cache: {ttl_seconds: 60}}", "ConfigParameterName": "/openhqm/config:2", "ConfigPath": "/opt/config.yaml", "DefaultEndpoint": "https://orders.example.com",
    "KmsKeyArn": KEY, "SecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf", "WorkerMainClass": "com.example.Other",
}
# Resources of the document that belong to a server of one's own: they have no route on AWS.
NOT_ON_AWS = ("/api/v1/dead-letters", "/metrics", "/health/")

checks = []


def check(function):
    """Marks a rule; its docstring says what must hold, its answer is a list of what does not."""
    checks.append(function)
    return function


def translated(parameters):
    template = yaml_parse((ROOT / "template.yaml").read_text())
    defaults = {name: str(each.get("Default", "")) for name, each in template["Parameters"].items()}
    unknown = set(parameters) - set(defaults)
    if unknown:
        sys.exit("template.yaml has no parameter %s" % ", ".join(sorted(unknown)))
    for name, value in parameters.items():
        template["Parameters"][name]["Default"] = value
    code = {}
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties") or {}
        if isinstance(properties.get("CodeUri"), str):
            code[name] = properties["CodeUri"]
            properties["CodeUri"] = {"Bucket": "code", "Key": Path(properties["CodeUri"]).name}
    session = boto3.Session(region_name=REGION)
    document = Translator({}, Parser(), boto_session=session).translate(template, {**defaults, **{k: str(v) for k, v in parameters.items()}})
    return Deployed(document, {**defaults, **{k: str(v) for k, v in parameters.items()}})


class Deployed:
    """The template with its conditions decided and its references followed as far as the checks need it."""

    def __init__(self, document, parameters):
        self.document, self.parameters = document, parameters
        self.resources = {
            name: self.value(each) for name, each in document["Resources"].items() if self.condition(each.get("Condition"))
        }
        self.outputs = {name: self.value(each["Value"]) for name, each in document["Outputs"].items() if self.condition(each.get("Condition"))}

    def condition(self, named):
        if named is None:
            return True
        return self.decide(self.document["Conditions"][named])

    def decide(self, rule):
        (what, of), = rule.items()
        if what == "Fn::Equals":
            left, right = (self.value(side) for side in of)
            return str(left) == str(right)
        if what == "Fn::Not":
            return not self.decide(of[0])
        if what == "Fn::And":
            return all(self.decide(each) for each in of)
        if what == "Fn::Or":
            return any(self.decide(each) for each in of)
        if what == "Condition":
            return self.condition(of)
        raise ValueError(what)

    def value(self, node):
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value != NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (what, of), = node.items()
            if what == "Ref":
                if of == "AWS::NoValue":
                    return NOTHING
                return self.parameters.get(of, node)
            if what == "Fn::If":
                return self.value(of[1] if self.condition(of[0]) else of[2])
            if what == "Fn::Join":
                parts = self.value(of[1])
                if isinstance(parts, str):
                    return parts
                if all(isinstance(part, str) for part in parts):
                    return of[0].join(parts)
            if what == "Fn::FindInMap":
                table, first, second = (self.value(part) for part in of)
                return self.document["Mappings"][table][first][second]
        return {key: value for key, value in ((key, self.value(each)) for key, each in node.items()) if value != NOTHING}

    def of_type(self, kind):
        return {name: each for name, each in self.resources.items() if each["Type"] == kind}

    def properties(self, name):
        return self.resources[name]["Properties"]


NOTHING = {"": "AWS::NoValue"}


def target(node):
    """The logical name that a reference leads to."""
    if isinstance(node, dict):
        if "Ref" in node:
            return node["Ref"]
        if "Fn::GetAtt" in node:
            return node["Fn::GetAtt"][0]
        if "Fn::Sub" in node:
            text = node["Fn::Sub"]
            return re.search(r"\$\{([A-Za-z0-9]+)", text if isinstance(text, str) else text[0]).group(1)
    return node


def listed(value):
    return value if isinstance(value, list) else [value]


def function_of(stack, reference):
    name = target(reference)
    if stack.resources[name]["Type"] == "AWS::Lambda::Alias":
        name = target(stack.properties(name)["FunctionName"])
    return name


@check
def visibility_is_at_least_six_times_the_time_limit_of_whoever_takes_the_messages(stack):
    for name, mapping in stack.of_type("AWS::Lambda::EventSourceMapping").items():
        queue = stack.properties(target(mapping["Properties"]["EventSourceArn"]))
        timeout = int(stack.properties(function_of(stack, mapping["Properties"]["FunctionName"]))["Timeout"])
        if int(queue["VisibilityTimeout"]) < 6 * timeout:
            yield "%s: visibility %s s, function %d s" % (name, queue["VisibilityTimeout"], timeout)


@check
def what_takes_messages_reports_the_ones_that_failed(stack):
    for name, mapping in stack.of_type("AWS::Lambda::EventSourceMapping").items():
        if mapping["Properties"].get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield name


@check
def concurrency_of_the_worker_has_a_limit_and_a_reserve_covers_it(stack):
    for name, mapping in stack.of_type("AWS::Lambda::EventSourceMapping").items():
        most = mapping["Properties"].get("ScalingConfig", {}).get("MaximumConcurrency")
        reserved = stack.properties(function_of(stack, mapping["Properties"]["FunctionName"])).get("ReservedConcurrentExecutions")
        if most is None or reserved is not None and int(reserved) < int(most):
            yield "%s: maximum %s, reserved %s" % (name, most, reserved)


@check
def request_queue_gives_up_late_and_on_a_queue_of_its_own(stack):
    policy = stack.properties("RequestQueue").get("RedrivePolicy")
    if not policy or int(policy["maxReceiveCount"]) != 600 or target(policy["deadLetterTargetArn"]) != "GivenUpQueue":
        yield str(policy)
    if bool(stack.properties("RequestQueue").get("FifoQueue")) != bool(stack.properties("GivenUpQueue").get("FifoQueue")):
        yield "a FIFO queue gives up to a FIFO queue only"


@check
def queues_carry_as_much_as_the_functions_are_told(stack):
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        told = int(function["Properties"]["Environment"]["Variables"]["OPENHQM_QUEUE__SQS_MAX_MESSAGE_BYTES"])
        for queue in stack.of_type("AWS::SQS::Queue").values():
            if int(queue["Properties"]["MaximumMessageSize"]) < told:
                yield name


@check
def table_is_the_one_that_the_code_writes(stack):
    source = (ROOT / "clouds/aws/dynamodb/src/main/java/io/openhqm/aws/dynamodb/JobTable.java").read_text()
    constants = dict(re.findall(r'String (\w+) =\s+"([^"]+)"', source))
    table = stack.properties("JobTable")
    index = table["GlobalSecondaryIndexes"][0]
    keys = [key["AttributeName"] for key in table["KeySchema"]]
    index_keys = [key["AttributeName"] for key in index["KeySchema"]]
    ttl = table["TimeToLiveSpecification"]
    for what, is_, must in (
        ("key", keys, [constants.get("ID")]),
        ("index", index["IndexName"], constants.get("SWEEP_INDEX")),
        ("index keys", index_keys, [constants.get("SWEEP_SHARD"), constants.get("SWEEP_AT")]),
        ("TTL", ttl["AttributeName"], constants.get("EXPIRES_AT_EPOCH")),
        ("TTL on", ttl["Enabled"], True),
    ):
        if is_ != must:
            yield "%s: %s in the template, %s in the code" % (what, is_, must)


@check
def functions_wait_for_their_own_log_group(stack):
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        group = target(function["Properties"].get("LoggingConfig", {}).get("LogGroup"))
        if "RetentionInDays" not in stack.resources.get(group, {}).get("Properties", {}):
            yield name


@check
def handlers_are_classes_that_are_there(stack):
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        handler = function["Properties"]["Handler"].split("::")[0]
        if handler.startswith("io.openhqm.") and not list(ROOT.glob("clouds/aws/*/src/main/java/%s.java" % handler.replace(".", "/"))):
            yield "%s: %s" % (name, handler)


@check
def one_worker_takes_the_requests_the_one_that_was_asked_for(stack):
    takers = [
        function_of(stack, mapping["Properties"]["FunctionName"]) for mapping in stack.of_type("AWS::Lambda::EventSourceMapping").values()
        if target(mapping["Properties"]["EventSourceArn"]) == "RequestQueue"
    ]
    spring = stack.parameters["WorkerRuntime"] == "spring"
    if takers != ["SpringWorkerFunction" if spring else "WorkerFunction"]:
        yield str(takers)
    if spring:
        worker = stack.properties("SpringWorkerFunction")
        asked = (stack.parameters["WorkerPackageBucket"], stack.parameters["WorkerPackageKey"], stack.parameters["WorkerMainClass"])
        if (worker["Code"]["S3Bucket"], worker["Code"]["S3Key"], worker["Environment"]["Variables"]["MAIN_CLASS"]) != asked:
            yield "it runs another package: %s" % worker["Code"]


@check
def policies_name_their_actions_and_resources(stack):
    for name, resource in stack.resources.items():
        for statement in statements(resource):
            if statement["Effect"] != "Allow":
                continue
            actions, resources = listed(statement["Action"]), listed(statement["Resource"])
            for action in actions:
                if "*" in action:
                    yield "%s: action %s" % (name, action)
            # X-Ray's actions know no resources.
            traces = stack.parameters["Tracing"] == "true" and all(action.startswith("xray:Put") for action in actions)
            for each in resources:
                if each == "*" and not traces:
                    yield "%s: any resource" % name


def statements(node):
    if isinstance(node, dict):
        if "Effect" in node and "Action" in node and "Resource" in node:
            yield node
        for each in node.values():
            yield from statements(each)
    elif isinstance(node, list):
        for each in node:
            yield from statements(each)


@check
def whoever_takes_messages_may_do_what_lambda_does_for_it(stack):
    for name, mapping in stack.of_type("AWS::Lambda::EventSourceMapping").items():
        role = stack.resources[target(stack.properties(function_of(stack, mapping["Properties"]["FunctionName"]))["Role"])]
        queue = target(mapping["Properties"]["EventSourceArn"])
        may = {action for each in statements(role) if target(each["Resource"]) == queue for action in each["Action"]}
        for action in sorted({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"} - may):
            yield "%s: not %s" % (name, action)


@check
def no_role_has_a_policy_of_somebody_else_but_that_of_a_network(stack):
    for name, role in stack.of_type("AWS::IAM::Role").items():
        for policy in role["Properties"].get("ManagedPolicyArns", []):
            text = json.dumps(policy)
            if "service-role/AWSLambdaVPCAccessExecutionRole" not in text or stack.parameters["SubnetIds"] == "":
                yield "%s: %s" % (name, text)


@check
def alarms_say_when_why_and_about_what(stack):
    watched = set()
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
        properties = alarm["Properties"]
        lacks = {"Threshold", "ComparisonOperator", "EvaluationPeriods", "Period", "Statistic", "AlarmDescription", "TreatMissingData"} - set(properties)
        if lacks:
            yield "%s lacks %s" % (name, ", ".join(sorted(lacks)))
        for dimension in properties["Dimensions"]:
            if target(dimension["Value"]) not in stack.resources:
                yield "%s watches what is not there: %s" % (name, dimension["Value"])
            watched.add((properties["MetricName"], target(dimension["Value"])))
    for function in stack.of_type("AWS::Lambda::Function"):
        if ("Errors", function) not in watched:
            yield "nobody is told when %s fails" % function
    must = {("ApproximateNumberOfMessagesVisible", "DeadLetterQueue"), ("Invocations", "SweepFunction")}
    # What is reported as failed is no error of a function: it lies on its queue until SQS forgets it.
    taken = (target(mapping["Properties"]["EventSourceArn"]) for mapping in stack.of_type("AWS::Lambda::EventSourceMapping").values())
    must |= {("ApproximateAgeOfOldestMessage" if queue == "RequestQueue" else "ApproximateNumberOfMessagesNotVisible", queue) for queue in taken}
    must |= {("5xx", "Api")} if stack.parameters["FrontDoor"] == "http-api" else {("Url5xxCount", "SubmitFunction"), ("Url5xxCount", "StatusFunction")}
    must |= {("Throttles", function) for function in ("SubmitFunction", "StatusFunction", "WorkerFunction", "SpringWorkerFunction") if function in stack.resources}
    for metric, of in sorted(must - watched):
        yield "nobody watches %s of %s" % (metric, of)
    alarms = len(stack.of_type("AWS::CloudWatch::Alarm"))
    if stack.parameters["FrontDoor"] == "http-api" and "| %d alarms, a dashboard |" % alarms not in (ROOT / "docs/aws.md").read_text():
        yield "docs/aws.md does not say that there are %d" % alarms


@check
def routes_are_those_of_the_openapi_document(stack):
    routes = {each["Properties"]["RouteKey"].split(" ")[1] for each in stack.of_type("AWS::ApiGatewayV2::Route").values()}
    if stack.parameters["FrontDoor"] != "http-api":
        if routes:
            yield "routes without an API: %s" % routes
        return
    document = json.loads((ROOT / "core/src/main/resources/io/openhqm/core/api/openapi.json").read_text())
    wanted = {
        re.sub(r"^/proxy/.*", "/proxy/{proxy+}", path) for path in document["paths"] if not path.startswith(NOT_ON_AWS)
    }
    for path in sorted(wanted ^ routes):
        yield "%s is only in %s" % (path, "the template" if path in routes else "the document")


@check
def every_route_asks_who_calls_where_somebody_must(stack):
    kind = {"NONE": "NONE", "IAM": "AWS_IAM", "JWT": "JWT"}[stack.parameters["Authorizer"]]
    for name, route in stack.of_type("AWS::ApiGatewayV2::Route").items():
        if route["Properties"]["AuthorizationType"] != kind or (kind == "JWT") != ("AuthorizerId" in route["Properties"]):
            yield name
    for name, url in stack.of_type("AWS::Lambda::Url").items():
        if url["Properties"]["AuthType"] != kind:
            yield name
    if kind == "AWS_IAM" and any(p["Properties"].get("Principal") == "*" for p in stack.of_type("AWS::Lambda::Permission").values()):
        yield "anybody may call a function"


@check
def data_is_encrypted_with_the_key_that_was_named(stack):
    key = stack.parameters["KmsKeyArn"] or None
    for name, queue in stack.of_type("AWS::SQS::Queue").items():
        if queue["Properties"].get("KmsMasterKeyId") != key or bool(queue["Properties"].get("SqsManagedSseEnabled")) == bool(key):
            yield name
    # DynamoDB encrypts with a key of its own where nothing is specified; SSEEnabled alone would be one of KMS, whose calls cost.
    if stack.properties("JobTable").get("SSESpecification") != ({"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key} if key else None):
        yield "JobTable"
    bucket = stack.properties("BodyBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
    if bucket != ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}):
        yield "BodyBucket"
    for name, each in {**stack.of_type("AWS::Logs::LogGroup"), **stack.of_type("AWS::Lambda::Function")}.items():
        if each["Properties"].get("KmsKeyId", each["Properties"].get("KmsKeyArn")) != key:
            yield name
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        role = stack.resources[target(function["Properties"]["Role"])]
        # SQS and S3 ask for the first two in the name of whoever sends or stores; DynamoDB for all, in the name of whoever reads or writes.
        needed = {"kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt", "kms:DescribeKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
        if key and not any(key == each["Resource"] and needed <= set(each["Action"]) for each in statements(role)):
            yield "%s cannot use the key" % name


@check
def data_is_private_and_goes_over_tls_only(stack):
    if set(stack.properties("BodyBucket")["PublicAccessBlockConfiguration"].values()) != {True}:
        yield "BodyBucket is open"
    denied = {
        target(each) for kind in ("AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy") for policy in stack.of_type(kind).values()
        for statement in statements(policy) if statement["Effect"] == "Deny" for each in listed(statement["Resource"])
    }
    for name in [*stack.of_type("AWS::SQS::Queue"), "BodyBucket"]:
        if name not in denied:
            yield "%s may be reached without TLS" % name


@check
def policy_of_a_queue_is_one_that_sqs_takes(stack):
    """It names no other queue, and a statement names one: SQS refuses it otherwise, and with it the stack."""
    for name, policy in stack.of_type("AWS::SQS::QueuePolicy").items():
        queues = [target(each) for each in policy["Properties"]["Queues"]]
        for statement in statements(policy):
            named = [target(each) for each in listed(statement["Resource"])]
            if len(named) != 1 or queues != named:
                yield "%s of %s names %s" % (name, ", ".join(queues), ", ".join(named))


@check
def calls_of_the_api_are_logged_and_limited(stack):
    for name, stage in stack.of_type("AWS::ApiGatewayV2::Stage").items():
        properties = stage["Properties"]
        if target(properties["AccessLogSettings"]["DestinationArn"]) not in stack.of_type("AWS::Logs::LogGroup"):
            yield "%s keeps no log" % name
        if not {"ThrottlingBurstLimit", "ThrottlingRateLimit"} <= set(properties["DefaultRouteSettings"]):
            yield "%s has no limit" % name


@check
def what_comes_again_by_itself_is_not_repeated(stack):
    for name, schedule in stack.of_type("AWS::Scheduler::Schedule").items():
        function = function_of(stack, schedule["Properties"]["Target"]["Arn"])
        configs = [c["Properties"] for c in stack.of_type("AWS::Lambda::EventInvokeConfig").values() if function_of(stack, c["Properties"]["FunctionName"]) == function]
        if schedule["Properties"]["Target"]["RetryPolicy"]["MaximumRetryAttempts"] != 0 or [c["MaximumRetryAttempts"] for c in configs] != [0]:
            yield name


@check
def two_stacks_have_room_in_one_account(stack):
    """What has a name in the account has it from the stack. Aliases and what belongs to an API have theirs within that."""
    for name, resource in stack.resources.items():
        kind = resource["Type"].split("::")
        for key in ("Name", kind[-1] + "Name"):
            value = resource["Properties"].get(key)
            if isinstance(value, str) and kind[-1] not in ("Alias", "Authorizer", "Stage"):
                yield "%s: %s is %s in every stack" % (name, key, value)


@check
def traces_are_sent_where_somebody_asked_for_them(stack):
    mode = "Active" if stack.parameters["Tracing"] == "true" else "PassThrough"
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        may = any("xray:PutTraceSegments" in each["Action"] for each in statements(stack.resources[target(function["Properties"]["Role"])]))
        if function["Properties"]["TracingConfig"]["Mode"] != mode or may != (mode == "Active"):
            yield name


@check
def configuration_comes_from_one_place(stack):
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        variables = function["Properties"]["Environment"]["Variables"]
        if ("OPENHQM_CONFIG" in variables) == ("OPENHQM_CONFIG_YAML" in variables):
            yield name


@check
def request_to_try_is_a_command_with_the_credentials_that_are_asked_for(stack):
    text, arguments = stack.outputs["TryIt"]["Fn::Sub"]
    credentials = arguments["Credentials"]
    credentials = credentials["Fn::Sub"][0] if isinstance(credentials, dict) else credentials
    try:
        words = shlex.split(text.replace("${Credentials}", credentials))
    except ValueError as unbalanced:
        yield str(unbalanced)
        return
    wanted = {"NONE": "-H", "IAM": "--aws-sigv4", "JWT": "Authorization: Bearer $TOKEN"}[stack.parameters["Authorizer"]]
    if words[0] != "curl" or wanted not in words or "payload" not in json.loads(words[words.index("-d") + 1]):
        yield " ".join(words)


@check
def whoever_ends_a_job_may_announce_it_where_somebody_asked_for_that(stack):
    wanted = stack.parameters["Announce"] == "true"
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        variables = function["Properties"]["Environment"]["Variables"]
        told = variables.get("OPENHQM_RESPONSE_QUEUE__ENABLED") == "true" and target(variables.get("OPENHQM_QUEUE__SQS_RESPONSE_QUEUE_URL")) == "ResponseQueue"
        may = any(
            each["Effect"] == "Allow" and target(each["Resource"]) == "ResponseQueue" and each["Action"] == ["sqs:SendMessage"]
            for each in statements(stack.resources[target(function["Properties"]["Role"])])
        )
        if told != wanted or may != (wanted and name != "SubmitFunction"):
            yield name
    if ("ResponseQueue" in stack.resources) != wanted:
        yield "ResponseQueue"


@check
def bucket_forgets_after_the_jobs_have(stack):
    rule = stack.properties("BodyBucket")["LifecycleConfiguration"]["Rules"][0]
    days = int(rule["ExpirationInDays"])
    # A body comes with the submission, and its job may be given up as late as the queue forgets it.
    waiting, dead = (int(stack.properties(queue)["MessageRetentionPeriod"]) for queue in ("RequestQueue", "DeadLetterQueue"))
    if rule["Status"] != "Enabled" or days * 86400 <= waiting + dead:
        yield "after %d days" % days
    least = int(stack.document["Parameters"]["BodyRetentionDays"]["MinValue"])
    if least * 86400 <= dead:
        yield "BodyRetentionDays may be %d" % least


@check
def snapshots_only_where_the_runtime_has_them(stack):
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        applied = function["Properties"]["SnapStart"]["ApplyOn"]
        if (applied == "PublishedVersions") != (stack.parameters["Runtime"] != "provided.al2023"):
            yield "%s: %s" % (name, applied)


def changes_that_are_not_live():
    """Callers use the alias live: each change of a parameter that reaches a function must give the function a version, and no version comes of an unchanged function."""
    parameters = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    documented = (ROOT / "docs/aws.md").read_text().partition("The long ones do not fit there.")[2].partition("\n\n")[0]
    for base in ({}, VARIANTS["spring"]):
        before = published(base)
        for name, parameter in parameters.items():
            other = OTHER.get(name, next((each for each in parameter.get("AllowedValues", ()) if str(each) != str(base.get(name, parameter.get("Default")))), None))
            other = other or (int(parameter["Default"]) + 1 if parameter["Type"] == "Number" else "other")
            after = published({**base, name: other})
            for function in sorted(set(before) & set(after)):
                changed, new = (before[function][part] != after[function][part] for part in (0, 1))
                if name in LONG and new:
                    yield "%s needs no Revision" % name
                if name in LONG and "`%s`" % name not in documented:
                    yield "docs/aws.md does not say that %s needs another Revision" % name
                if changed != new and name not in LONG:
                    yield "%s: %s of %s is another one" % (name, "only the version" if new else "all but the version", function)


def published(parameters):
    """What is frozen in the version of each function, and what makes CloudFormation publish one."""
    stack, found = translated(parameters), {}
    for name, version in stack.of_type("AWS::Lambda::Version").items():
        function = target(version["Properties"]["FunctionName"])
        frozen = {key: value for key, value in stack.properties(function).items() if key not in ("ReservedConcurrentExecutions", "Tags")}
        found[function] = (frozen, (name, version["Properties"].get("Description")))
    return found


@check
def versions_stay_to_roll_back_to(stack):
    for name, version in stack.of_type("AWS::Lambda::Version").items():
        if version.get("UpdateReplacePolicy") != "Retain" or version.get("DeletionPolicy") != "Retain":
            yield name
        if len(version["Properties"]["Description"]) - len(stack.parameters["Revision"]) + 64 > 256:
            yield "%s: its description is too long with a long Revision" % name


def lint(name, document, folder):
    path = Path(folder) / (name + ".json")
    path.write_text(json.dumps(document, indent=1))
    found = lint_file(path, config=ManualArgs(regions=[REGION], include_checks=["W", "E"]))
    return ["%s %s" % (each.rule.id, each.message) for each in found]


def main(folder):
    passed = failed = 0
    for name, parameters in VARIANTS.items():
        try:
            stack = translated(parameters)
        except InvalidDocumentException as refused:
            sys.exit("%s: SAM refuses the template: %s" % (name, "; ".join(each.message for each in refused.causes)))
        results = {rule.__name__: list(rule(stack)) for rule in checks}
        results["cfn-lint has nothing to say"] = lint(name, stack.document, folder)
        decided = {**stack.document, "Resources": stack.resources, "Conditions": {}}
        (Path(folder) / (name + ".json")).write_text(json.dumps(decided, indent=1))
        for rule, faults in results.items():
            passed, failed = passed + (not faults), failed + bool(faults)
            for fault in faults:
                print("%s: %s: %s" % (name, rule.replace("_", " "), fault))
    for fault in sorted(set(changes_that_are_not_live())):
        failed += 1
        print("a change that is not live: " + fault)
    print("template.yaml, deployed in %d ways:" % len(VARIANTS))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        sys.exit(main(sys.argv[2]))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(temporary))
