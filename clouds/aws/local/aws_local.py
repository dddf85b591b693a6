"""OpenHQM on an emulated AWS on this machine: no account, no container.

    ./openhqm aws-local [--port 4566] [--fifo] [--once]

Starts MiniStack (an emulator of AWS that runs functions for real, by their bootstrap), deploys template.yaml to it as CloudFormation would, starts a
sample backend behind it, sends one request through, and goes on until Ctrl-C. --once: ends after that request. The packages are those that the build
made for a runtime that brings only an operating system; everything else is the template as it is.
"""

import argparse
import http.client
import http.server
import io
import json
import logging
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).resolve().parents[3]
REGION = "us-east-1"
logging.disable(logging.WARNING)  # the translator warns of figures of its own that nobody asked for
ACCESS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}


class QuietServer(http.server.ThreadingHTTPServer):
    """Says nothing of callers that hang up: some tests make them."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class SampleBackend:
    """A small HTTP service to forward to: it tells what it was sent."""

    def __init__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.answer(self, body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = QuietServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d" % self.server.server_port

    def answer(self, request, body):
        told = {"method": request.command, "path": request.path, "body": body.decode("utf-8", "replace")}
        self.send(request, 200, json.dumps(told).encode())

    @staticmethod
    def send(request, status, body, headers=None):
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Emulator:
    """MiniStack in a process of its own."""

    def __init__(self, port=0, environment=None):
        self.port = port or free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.folder = Path(tempfile.mkdtemp(prefix="openhqm-aws-"))
        self.log = self.folder / "emulator.log"
        self.java_options = "-XX:+TieredCompilation -XX:TieredStopAtLevel=1 " + native_client(self.folder)
        self.process = subprocess.Popen(
            [str(Path(sys.executable).parent / "ministack")],
            env={**os.environ, **ACCESS, "GATEWAY_PORT": str(self.port), "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "localhost", **(environment or {})},
            cwd=self.folder, stdout=self.log.open("w"), stderr=subprocess.STDOUT, start_new_session=True,
        )
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                sys.exit("the emulator ended with %d:\n%s" % (self.process.returncode, self.log.read_text()))
            try:
                self.client("s3").list_buckets()
                return
            except Exception:  # whatever a server says that is not there yet
                time.sleep(0.2)
        sys.exit("the emulator did not answer in a minute:\n" + self.log.read_text())

    def client(self, service, url=None):
        return boto3.client(
            service, endpoint_url=url or self.url, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test",
        )

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


class Stack:
    """template.yaml, deployed."""

    def __init__(self, emulator, name="openhqm", parameters=None, environment=None):
        self.emulator, self.name = emulator, name
        chosen = {"Runtime": "provided.al2023", "SnapStart": "false", "Architecture": "x86_64", **(parameters or {})}
        document = translated(chosen, {"JAVA_HOME": java_home(), "JAVA_TOOL_OPTIONS": emulator.java_options, "AWS_ENDPOINT_URL": emulator.url, **(environment or {})})
        s3 = emulator.client("s3")
        s3.create_bucket(Bucket="code")
        for package in packages():
            s3.upload_file(str(package), "code", package.name)
        s3.put_object(Bucket="code", Key="template.json", Body=json.dumps(document).encode())
        formation = emulator.client("cloudformation")
        formation.create_stack(StackName=name, TemplateURL=emulator.url + "/code/template.json", Capabilities=["CAPABILITY_IAM"])
        stack = self.wait_for(formation)
        self.outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
        resources = formation.describe_stack_resources(StackName=name)["StackResources"]
        self.resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
        self.endpoint = self.outputs["Endpoint"]

    def wait_for(self, formation):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            stack = formation.describe_stacks(StackName=self.name)["Stacks"][0]
            if stack["StackStatus"] == "CREATE_COMPLETE":
                return stack
            if not stack["StackStatus"].endswith("IN_PROGRESS"):
                events = formation.describe_stack_events(StackName=self.name)["StackEvents"]
                failed = ["%s: %s" % (e["LogicalResourceId"], e.get("ResourceStatusReason")) for e in events if "FAILED" in e["ResourceStatus"]]
                sys.exit("the stack came to %s: %s" % (stack["StackStatus"], "; ".join(failed)))
            time.sleep(0.2)
        sys.exit("the stack was not there in two minutes")

    def call(self, method, path, body=None, headers=None, timeout=60):
        """An answer as (status, headers, body), whatever the status."""
        # The address of the API is a name that not every resolver knows, and all lead to the emulator.
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator.port, timeout=timeout)
        try:
            connection.request(method, path, body, {"Host": self.endpoint.split("//")[1], **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


class TemplateLoader(yaml.SafeLoader):
    """Knows the short forms of CloudFormation's functions."""


def function(loader, tag, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, True)
    else:
        value = loader.construct_mapping(node, True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else "Fn::" + tag: value}


TemplateLoader.add_multi_constructor("!", function)


def translated(chosen, environment):
    """The template as CloudFormation gets it, with the parameters put in: the emulator takes numbers for texts otherwise."""
    template = yaml.load((ROOT / "template.yaml").read_text(), TemplateLoader)
    template.pop("Metadata", None)
    kinds = {name: each["Type"] for name, each in template["Parameters"].items()}
    unknown = set(chosen) - set(kinds)
    if unknown:
        sys.exit("template.yaml has no parameter %s" % ", ".join(sorted(unknown)))
    values = {name: str(chosen.get(name, each.get("Default", ""))) for name, each in template["Parameters"].items()}
    for resource in template["Resources"].values():
        properties = resource.get("Properties") or {}
        if "CodeUri" in properties:
            if isinstance(properties["CodeUri"], str):
                properties["CodeUri"] = {"Bucket": "code", "Key": Path(properties["CodeUri"]).stem + "-bootstrap.zip"}
            properties.setdefault("Environment", {}).setdefault("Variables", {}).update(environment)
    document = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION)).translate(template, values)
    typed = {
        name: float(value) if kinds[name] == "Number" and "." in value else int(value) if kinds[name] == "Number" else
        [item for item in value.split(",") if item] if kinds[name] == "CommaDelimitedList" else value
        for name, value in values.items()
    }
    del document["Parameters"]
    document.pop("Rules", None)
    document = with_batches(with_values(document, typed))
    for resource in document["Resources"].values():
        variables = resource["Properties"].get("Environment", {}).get("Variables", {})
        variables.update({name: str(value) for name, value in variables.items() if isinstance(value, (int, float))})
    return document


def with_values(node, values):
    if isinstance(node, list):
        return [with_values(each, values) for each in node]
    if isinstance(node, dict):
        if set(node) == {"Ref"} and node["Ref"] in values:
            return values[node["Ref"]]
        return {key: with_values(each, values) for key, each in node.items()}
    return node


def with_batches(node):
    """On AWS who may send messages may send them together. The emulator asks for an action that AWS does not have."""
    if isinstance(node, list):
        return [with_batches(each) for each in node] + (["sqs:SendMessageBatch"] if "sqs:SendMessage" in node else [])
    return {key: with_batches(each) for key, each in node.items()} if isinstance(node, dict) else node


def native_client(folder):
    """The client of the Runtime API unpacks its library to one place in /tmp. On AWS each function has its own; here two that start at once would crash."""
    client = "lib/aws-lambda-java-runtime-interface-client"
    machine = {"x86_64": "x86_64", "aarch64": "aarch_64", "arm64": "aarch_64"}[platform.machine()]
    with zipfile.ZipFile(packages()[0]) as package:
        jar = next(name for name in package.namelist() if name.startswith(client))
        with zipfile.ZipFile(io.BytesIO(package.read(jar))) as classes:
            library = folder / "libaws-lambda-jni.so"
            library.write_bytes(classes.read("jni/libaws-lambda-jni.linux-%s.so" % machine))
    return "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI=%s" % library


def java_home():
    """A JDK 25 for the functions: they are run as on a runtime that brings none."""
    named = [Path(os.environ[name]) for name in ("OPENHQM_JAVA_HOME", "JAVA_HOME") if name in os.environ]
    for home in [*named, *sorted(Path("/usr/lib/jvm").glob("*")), *Path.home().glob(".sdkman/candidates/java/*"), *Path.home().glob(".jdks/*")]:
        release = home / "release"
        if release.is_file() and any('JAVA_VERSION="%d' % version in release.read_text() for version in range(25, 30)):
            return str(home)
    sys.exit("no JDK 25 found: install one, or name it by OPENHQM_JAVA_HOME")


def packages():
    return sorted([*ROOT.glob("clouds/aws/*/target/*-bootstrap.zip"), *ROOT.glob("examples/*/target/*-bootstrap.zip")])


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def show(stack, backend):
    print("OpenHQM listens on %s, as it would on AWS, and a sample\nbackend on %s answers what it is sent.\n" % (stack.endpoint, backend.url))
    status, _, body = stack.call(
        "POST", "/api/v1/submit", json.dumps({"payload": {"order": 17}, "metadata": {"endpoint": "sample"}}).encode(), {"Content-Type": "application/json"},
    )
    print("1. HTTP -> SQS     POST /api/v1/submit                %d\n   %s" % (status, body.decode()))
    if status != 202:
        sys.exit("the submission was not accepted; the end of the emulator's log:\n" + stack.emulator.log.read_text()[-5000:])
    job = json.loads(body)["correlation_id"]
    deadline = time.monotonic() + 60
    while True:
        status, _, body = stack.call("GET", "/api/v1/response/" + job, headers={"Prefer": "wait=20"})
        if status != 202:
            break
        if time.monotonic() > deadline:
            sys.exit("no answer after a minute; the log of the emulator:\n" + stack.emulator.log.read_text()[-5000:])
    print("2. SQS -> HTTP     a worker calls the sample backend  %s" % json.loads(body).get("status_code"))
    print("3. polling         GET /api/v1/response/%s\n   %s\n" % (job, body.decode()))
    print("Go on in another terminal:")
    print("  curl -X POST %s/api/v1/submit -H 'Content-Type: application/json' \\\n    -d '{\"payload\": {\"hello\": \"world\"}}'" % stack.endpoint)
    print("  aws --endpoint-url %s sqs list-queues      (any key and secret will do)" % stack.emulator.url)
    print("\nCtrl-C stops it.", flush=True)


def main():
    arguments = argparse.ArgumentParser(prog="openhqm aws-local", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--port", type=int, default=4566, help="where the emulator listens (default 4566; 0: any free one)")
    arguments.add_argument("--fifo", action="store_true", help="with a FIFO queue")
    arguments.add_argument("--once", action="store_true", help="end after the first request")
    given = arguments.parse_args()
    if not packages():
        sys.exit("there are no packages yet; build them: mvn -DskipTests package")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    backend, emulator = SampleBackend(), Emulator(given.port)
    try:
        endpoints = {"sample": {"url": backend.url}, "nobody": {"url": "http://127.0.0.1:9"}}  # one that does not answer, to see a dead letter
        config = {"proxy": {"enabled": True, "default_endpoint": "sample", "endpoints": endpoints}}
        parameters = {"Config": json.dumps(config), "Fifo": str(given.fifo).lower()}
        show(Stack(emulator, parameters=parameters), backend)
        if not given.once:
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        emulator.stop()
        backend.stop()


if __name__ == "__main__":
    main()
