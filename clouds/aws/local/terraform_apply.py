"""Applies the Terraform module to an emulated AWS, sends a request through what it made, and destroys it: terraform_apply.py MODULE PLUGINS

MODULE is the folder of the module, PLUGINS one that holds the provider itself, as `terraform init -plugin-dir` takes it. The functions are the packages for a
runtime that brings only an operating system, as the emulator runs no other.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aws_local import REGION, Emulator, SampleBackend, Stack, java_home, packages

SERVICES = "apigatewayv2 cloudwatch dynamodb iam lambda logs s3 scheduler sqs sts"
MADE = {
    "aws_apigatewayv2_api": 1, "aws_apigatewayv2_route": 8, "aws_dynamodb_table": 1, "aws_lambda_alias": 5, "aws_lambda_event_source_mapping": 2,
    "aws_lambda_function": 5, "aws_s3_bucket": 1, "aws_scheduler_schedule": 1, "aws_sqs_queue": 3,
}

# The emulator tells less of alarms than it was told.
KEPT_BADLY = ".aws_cloudwatch_metric_alarm."


class Root:
    """A folder that calls the module, with the provider led to the emulator."""

    def __init__(self, folder, module, plugins, emulator, variables):
        self.folder, self.emulator = folder, emulator
        self.environment = {
            **os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "TF_CLI_CONFIG_FILE": os.devnull, "TF_DATA_DIR": str(folder / ".terraform"),
        }
        (folder / "main.tf.json").write_text(json.dumps({
            "provider": {"aws": {
                "region": REGION, "access_key": "test", "secret_key": "test", "s3_use_path_style": True, "skip_credentials_validation": True,
                "skip_metadata_api_check": True, "endpoints": [{service: emulator.url for service in SERVICES.split()}],
            }},
            "module": {"openhqm": {"source": str(module), **variables}},
            "output": {name: {"value": "${module.openhqm.%s}" % name} for name in ("endpoint", "try_it", "request_queue_url")},
        }))
        self.terraform("init", "-plugin-dir=" + plugins)

    def terraform(self, *arguments):
        done = subprocess.run(
            ["terraform", *arguments, "-no-color"], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=600,
        )
        if done.returncode:
            sys.exit("terraform %s ended with %d:\n%s%s" % (" ".join(arguments), done.returncode, done.stdout[-3000:], done.stderr[-8000:]))
        return done.stdout

    def resources(self):
        """How many there are of each type."""
        counts = {}
        for address in self.terraform("state", "list").splitlines() if (self.folder / "terraform.tfstate").exists() else []:
            if ".data." not in address:
                kind = next(part for part in address.split(".") if part.startswith("aws_"))
                counts[kind] = counts.get(kind, 0) + 1
        return counts

    def changes(self):
        """What another apply would do."""
        self.terraform("plan", "-out=again")
        plan = json.loads(self.terraform("show", "-json", "again"))
        changed = [each["address"] for each in plan["resource_changes"] if each["change"]["actions"] not in (["no-op"], ["read"])]
        return [address for address in changed if KEPT_BADLY not in address]


class Deployed(Stack):
    """What Terraform made, called as what CloudFormation made is."""

    def __init__(self, emulator, endpoint):
        self.emulator, self.endpoint = emulator, endpoint


def send_a_request(stack):
    body = json.dumps({"payload": {"order": 17}}).encode()
    status, _, answer = stack.call("POST", "/api/v1/submit", body, {"Content-Type": "application/json"})
    if status != 202:
        sys.exit("the submission got %d: %s\n%s" % (status, answer.decode(), stack.emulator.log.read_text()[-5000:]))
    job = json.loads(answer)["correlation_id"]
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        status, _, answer = stack.call("GET", "/api/v1/response/" + job, headers={"Prefer": "wait=20"})
        if status == 200:
            result = json.loads(answer)
            if result["status"] != "COMPLETED" or json.loads(result["result"]["body"]) != {"order": 17}:
                sys.exit("the answer is not the backend's: " + answer.decode())
            return
    sys.exit("no answer in 90 s, but %d\n%s" % (status, stack.emulator.log.read_text()[-5000:]))


def main(module, plugins):
    if not packages():
        sys.exit("there are no packages yet; build them: mvn -DskipTests package")
    folder = Path(tempfile.mkdtemp(prefix="openhqm-terraform-"))
    backend, emulator = SampleBackend(), Emulator()
    zips = {name: next(str(package) for package in packages() if package.name == "openhqm-aws-%s-bootstrap.zip" % name) for name in ("submit", "status", "worker")}
    try:
        root = Root(folder, Path(module).resolve(), plugins, emulator, {
            "packages": zips, "default_endpoint": backend.url, "runtime": "provided.al2023", "architecture": "x86_64", "worker_time_limit": 30,
            "max_message_bytes": 262144,
            "environment": {"JAVA_HOME": java_home(), "JAVA_TOOL_OPTIONS": emulator.java_options, "AWS_ENDPOINT_URL": emulator.url},
        })
        root.terraform("apply", "-auto-approve")
        made = root.resources()
        missing = {kind: count for kind, count in MADE.items() if made.get(kind) != count}
        if missing:
            sys.exit("terraform should have made %s; it made %s" % (missing, made))
        print("terraform apply: made %d resources" % sum(made.values()), flush=True)
        changes = root.changes()
        if changes:
            sys.exit("a second apply would change what the first one made: " + ", ".join(changes))
        outputs = {name: each["value"] for name, each in json.loads(root.terraform("output", "-json")).items()}
        if outputs["endpoint"] not in outputs["try_it"]:
            sys.exit("the request to try leads elsewhere: " + outputs["try_it"])
        send_a_request(Deployed(emulator, outputs["endpoint"]))
        print("a request went through to the backend, and its answer came back", flush=True)
        root.terraform("destroy", "-auto-approve")
        left = emulator.client("sqs").list_queues().get("QueueUrls", []) + emulator.client("lambda").list_functions()["Functions"]
        if left or root.resources():
            sys.exit("terraform destroy left %s %s" % (left, root.resources()))
        print("terraform destroy: nothing is left")
    finally:
        emulator.stop()
        backend.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
