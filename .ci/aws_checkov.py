"""Looks for what checkov knows to be unsafe: aws_checkov.py cloudformation|terraform FOLDER

CHECKS are the ones that must hold, by name, so that a newer checkov changes nothing unasked. ACCEPTED are places where one does not, each with its reason. Fails
on anything else that is found, on a check that looks at nothing any more, and on a reason that nothing needs any more. What the roles of the Terraform module may
do it cannot read, as it is put together there; the module's own tests look at that.
"""

import re
import sys

from checkov.cloudformation.runner import Runner as CloudFormation
from checkov.runner_filter import RunnerFilter
from checkov.terraform.runner import Runner as Terraform

BOTH = """
    CKV2_AWS_75 CKV_AWS_18 CKV_AWS_19 CKV_AWS_20 CKV_AWS_21 CKV_AWS_27 CKV_AWS_28 CKV_AWS_45 CKV_AWS_53 CKV_AWS_54 CKV_AWS_55 CKV_AWS_56 CKV_AWS_57 CKV_AWS_60
    CKV_AWS_61 CKV_AWS_62 CKV_AWS_63 CKV_AWS_66 CKV_AWS_115 CKV_AWS_116 CKV_AWS_117 CKV_AWS_119 CKV_AWS_158 CKV_AWS_173 CKV_AWS_258 CKV_AWS_363 CKV_AWS_364
"""
CHECKS = {
    "cloudformation": BOTH + "CKV_AWS_95 CKV_AWS_107 CKV_AWS_108 CKV_AWS_109 CKV_AWS_110 CKV_AWS_111",
    "terraform": BOTH + """
        CKV2_AWS_6 CKV2_AWS_56 CKV2_AWS_57 CKV2_AWS_61 CKV2_AWS_62 CKV2_AWS_64 CKV2_AWS_65 CKV_AWS_7 CKV_AWS_33 CKV_AWS_41 CKV_AWS_50 CKV_AWS_72 CKV_AWS_76
        CKV_AWS_93 CKV_AWS_144 CKV_AWS_145 CKV_AWS_149 CKV_AWS_168 CKV_AWS_227 CKV_AWS_272 CKV_AWS_274 CKV_AWS_297 CKV_AWS_300 CKV_AWS_301 CKV_AWS_309
        CKV_AWS_319 CKV_AWS_338 CKV_AWS_387
    """,
}
OWN_KEY = "encrypted with a key of AWS's; one of the account's own costs a dollar a month and calls: KmsKeyArn (deployed as 'guarded' it passes)"
OPEN = "whoever deploys chose Authorizer NONE, for a front that asks who calls, or for a network that nobody else is in"
# (framework, check, where it does not hold as a pattern of FILE:RESOURCE, why that is right)
ACCEPTED = [
    ("cloudformation", "CKV_AWS_27", r"^(?!.*guarded).*Queue$", OWN_KEY),
    ("cloudformation", "CKV_AWS_119", r"^(?!.*guarded).*JobTable$", OWN_KEY),
    ("cloudformation", "CKV_AWS_158", r"^(?!.*guarded).*Logs$", OWN_KEY),
    ("cloudformation", "CKV_AWS_173", r"^(?!.*guarded).*Function$", OWN_KEY + "; and they hold no secret"),
    ("cloudformation", "CKV_AWS_115", r"Function$", "API Gateway limits submit and status, the queues the others; ReserveConcurrency is for accounts with enough of it"),
    ("cloudformation", "CKV_AWS_117", r"Function$", "only the worker calls anything but services of AWS, and SubnetIds puts it into a VPC"),
    ("cloudformation", "CKV_AWS_258", r"function-url.json:.*Url$", OPEN),
    ("terraform", "CKV_AWS_258", r"aws_lambda_function_url", OPEN),
    ("terraform", "CKV_AWS_301", r"aws_lambda_permission\.(url|call_by_url)$", OPEN),
    ("terraform", "CKV_AWS_309", r"aws_apigatewayv2_route", OPEN),
    ("terraform", "CKV_AWS_272", r"aws_lambda_function\.function$", "who builds the packages deploys them; two builds of a commit are the same, byte for byte"),
    ("terraform", "CKV_AWS_297", r"aws_scheduler_schedule\.sweep$", "it holds an interval and the name of a function"),
    ("terraform", "CKV_AWS_338", r"aws_cloudwatch_log_group", "30 days is the default of log_retention_days: logs hold no bodies, and a year of them costs more than the jobs"),
    ("terraform", "CKV_AWS_144", r"aws_s3_bucket\.bodies$", "bodies live as long as their jobs, which are in one region"),
    ("terraform", "CKV2_AWS_62", r"aws_s3_bucket\.bodies$", "nobody acts on new bodies: the message that names one is the event"),
    ("terraform", "CKV_AWS_149", r"aws_secretsmanager_secret\.backend$", "an example: a key of the account's own is in examples/guarded"),
    ("terraform", "CKV2_AWS_57", r"aws_secretsmanager_secret\.backend$", "an example: how a token is changed is the backend's affair, and the worker reads it at each start"),
]
for framework in CHECKS:
    ACCEPTED += [
        (framework, "CKV_AWS_116", r"(Function|\.function)$", "a queue of Lambda's is for asynchronous calls: only the sweep has those, and the next comes in a minute"),
        (framework, "CKV_AWS_18", r"(BodyBucket|\.bodies)$", "only the functions may read bodies, and write a line about each job; who else must be known of, by CloudTrail's data events"),
        (framework, "CKV_AWS_21", r"(BodyBucket|\.bodies)$", "a body is written once, and what is deleted must be gone"),
    ]


def main(framework, folder):
    wanted = CHECKS[framework].split()
    runner = {"cloudformation": CloudFormation, "terraform": Terraform}[framework]()
    report = runner.run(root_folder=folder, runner_filter=RunnerFilter(framework=[framework], checks=wanted))
    faults = ["checkov cannot read %s" % name for name in report.parsing_errors]
    looked_at = {record.check_id for record in report.passed_checks + report.failed_checks}
    faults += ["%s looks at nothing: has checkov dropped it?" % check for check in wanted if check not in looked_at]
    excused = set()
    for record in report.failed_checks:
        # An element of a module that comes more than once has its key behind its name.
        place = "%s:%s" % (record.file_path, re.sub(r"\[[^\]]*\]", "", record.resource))
        reasons = [each for each in ACCEPTED if each[:2] == (framework, record.check_id) and re.search(each[2], place)]
        excused.update(reasons)
        if not reasons:
            faults.append("%s %s: %s" % (record.check_id, place, record.check_name))
    faults += ["%s is accepted at %s, but holds there" % each[1:3] for each in ACCEPTED if each[0] == framework and each not in excused]
    print("\n".join(faults + ["checkov, %s: %d checks at %d places, %d places accepted for %d reasons, %d faults" % (
        framework, len(wanted), len(report.passed_checks) + len(report.failed_checks), len(report.failed_checks), len(excused), len(faults))]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
